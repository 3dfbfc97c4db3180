import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import { isError } from '../../../error.ts'
import { objectNameExpressionSql } from '../catalog/reference.ts'

/** The file and the scan counter of a table or partition before a statement. */
export interface PostgresTableFileAndScans {
  /** The oid of the table or partition in the catalog of the server. */
  readonly id: string
  /** The name of the table. For a partition, the name of its topmost partitioned table. */
  readonly table: string
  /** True for a materialized view, whose rows only REFRESH writes. */
  readonly derived: boolean
  /** The number of the file that contains the rows of a table. A rewrite of the table changes the number. */
  readonly file: string
  /** The number of sequential scans of the table up to the time of the reading. */
  readonly scans: number
}

/**
 * Returns true when the server's scan counters are up to date between transactions. Before PostgreSQL 15, a separate process
 * updates the counters with a delay.
 */
export function hasExactScanCounters(session: DatabaseSession): boolean {
  return session.version.major >= 15
}

/** Reads the files and scan counters of the known tables and their partitions. The keys of the result are oids. */
export async function readPostgresTableFilesAndScans(
  session: DatabaseSession,
  known: ReadonlySet<string>,
): Promise<Map<string, PostgresTableFileAndScans>> {
  const rows =
    known.size === 0 ? [] : await session.query<PostgresTableFileAndScans>(hasExactScanCounters(session) ? STANDING : STANDING_ANEW)
  return new Map(rows.filter(({ table }) => known.has(table)).map((row) => [row.id, row]))
}

/** A table that the open transaction has locked. */
export interface TableLockedByTransaction {
  /** The oid of the locked table. */
  readonly id: string
  readonly modes: readonly string[]
  /** The number of the file that contains the rows of a table. The number is empty when the table does not exist any more. */
  readonly file: string
  readonly scans: number
}

/**
 * Reads the tables that the open transaction has locked. Returns an empty list after a failed statement, because the server then
 * refuses every query until the rollback.
 */
export async function readPostgresTablesLockedByTransaction(session: DatabaseSession): Promise<readonly TableLockedByTransaction[]> {
  try {
    return await session.query<TableLockedByTransaction>(hasExactScanCounters(session) ? HELD : HELD_ANEW)
  } catch (error) {
    if (isError(error, 'statement.failed') && error.facts.sqlState === IN_FAILED_TRANSACTION) return []
    throw error
  }
}

const IN_FAILED_TRANSACTION = '25P02'

// The lowest oid of a user's object: FirstNormalObjectId in the server's source.
const USERS = '16384'
const ROOT = 'LEFT JOIN pg_class r ON r.oid = COALESCE(pg_partition_root(c.oid), c.oid)'

// The SQL expression for the number of all sequential scans of a table. The number contains the scans that the server reported,
// and the scans that it has not reported yet, so that the sum never decreases.
const SCANS = 'pg_stat_get_numscans(c.oid) + COALESCE(pg_stat_get_xact_numscans(c.oid), 0)'
const SCANS_ANEW = 'COALESCE(pg_stat_get_xact_numscans(c.oid), 0)'

const [STANDING, STANDING_ANEW] = [standing(SCANS), standing(SCANS_ANEW)]
const [HELD, HELD_ANEW] = [held(SCANS), held(SCANS_ANEW)]

function standing(scans: string): SqlStatement {
  return sqlVerbatim(`
SELECT c.oid::text AS id, ${objectNameExpressionSql('r.relnamespace', 'r.relname')} AS table, c.relkind = 'm' AS derived, c.relfilenode::text AS file, (${scans})::float8 AS scans
FROM pg_class c ${ROOT} WHERE c.oid >= ${USERS} AND c.relkind IN ('r', 'p', 'f', 'm')`)
}

function held(scans: string): SqlStatement {
  return sqlVerbatim(`
SELECT l.relation::text AS id, array_agg(DISTINCT l.mode) AS modes, COALESCE(c.relfilenode::text, '') AS file, COALESCE(${scans}, 0)::float8 AS scans
FROM pg_locks l LEFT JOIN pg_class c ON c.oid = l.relation
WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.relation >= ${USERS}
  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
GROUP BY l.relation, c.oid, c.relfilenode`)
}

/**
 * Returns the tables to which names in a statement can refer. A name in a statement is the name of a table or of an index of the
 * table. For a partition, the result contains its topmost partitioned table.
 */
export async function resolvePostgresTableNames(session: DatabaseSession, names: readonly string[]): Promise<readonly string[]> {
  const rows = await session.query<{
    readonly table: string
  }>(sql`SELECT DISTINCT ${sqlVerbatim(objectNameExpressionSql('r.relnamespace', 'r.relname'))} AS table
    FROM pg_class i LEFT JOIN pg_index x ON x.indexrelid = i.oid JOIN pg_class c ON c.oid = COALESCE(x.indrelid, i.oid) ${sqlVerbatim(ROOT)}
    WHERE i.oid >= ${sqlVerbatim(USERS)} AND i.relname = ANY (${sqlValue(names)}::text[]) AND c.relkind IN ('r', 'p', 'f', 'm')`)
  return rows.map(({ table }) => table)
}
