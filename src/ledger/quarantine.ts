import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue } from '../dialect/sql.ts'
import { sha256Digest } from '../digest.ts'
import { InterphaseError } from '../error.ts'
import type { MigrationId } from '../release/migration.ts'
import { parseJsonText } from '../shape.ts'
import { createQuarantineTableSql, QUARANTINE_TABLE_NAME } from './tables.ts'

/** A row that a data step could not write: the key of the row and the error, without any other value of the row. */
export interface QuarantinedRow {
  readonly migration: MigrationId
  readonly table: string
  /**
   * The names of the key columns of the row. `key` contains one text for each column, and the server can convert each text back
   * to exactly the same value.
   */
  readonly by: readonly string[]
  readonly key: readonly string[]
  readonly problem: string
  /** The time of the last failure of the row, in ISO 8601 form. */
  readonly at: string
}

/**
 * Sends a write that contains the epoch, which is the number of the run. After a later run has begun, the server refuses the
 * write.
 */
export interface EpochCheckedWriter {
  writeWithEpoch(make: (epoch: SqlStatement) => SqlStatement): Promise<void>
}

type Finding = Pick<Dialect, 'hasTable' | 'ledgerTableOptions' | 'ledgerText'>

/**
 * Creates the ledger table of rows in quarantine, which are the rows that data steps could not write. Does nothing if the table
 * exists. The caller calls the function outside a transaction.
 */
export async function createQuarantineTableIfMissing(session: DatabaseSession, dialect: Finding): Promise<void> {
  if (!(await dialect.hasTable(session, QUARANTINE_TABLE_NAME))) await session.query(createQuarantineTableSql(dialect))
}

/**
 * Returns the rows in quarantine, sorted by migration and by time. Returns no row if the ledger has no table of rows in
 * quarantine.
 */
export async function readQuarantinedRows(
  session: DatabaseSession,
  dialect: Pick<Dialect, 'hasTable'>,
  project: string,
): Promise<readonly QuarantinedRow[]> {
  if (!(await dialect.hasTable(session, QUARANTINE_TABLE_NAME))) return []
  const rows = await session.query<StoredRow>(
    sql`SELECT migration, table_name, key_columns, key_values, problem, failed_at FROM interphase_quarantine WHERE project = ${sqlValue(project)} ORDER BY migration, failed_at, key_digest`,
  )
  return rows.map(rowOf)
}

/**
 * Returns the number of rows in quarantine for each migration. Returns an empty map if the ledger has no table of rows in
 * quarantine.
 */
export async function countQuarantinedRowsByMigration(
  session: DatabaseSession,
  dialect: Pick<Dialect, 'hasTable'>,
  project: string,
): Promise<ReadonlyMap<MigrationId, number>> {
  if (!(await dialect.hasTable(session, QUARANTINE_TABLE_NAME))) return new Map()
  const rows = await session.query<{ readonly migration: string; readonly found: string | number }>(
    sql`SELECT migration, count(*) AS found FROM interphase_quarantine WHERE project = ${sqlValue(project)} GROUP BY migration ORDER BY migration`,
  )
  return new Map(rows.map(({ migration, found }) => [migration, Number(found)]))
}

/**
 * Adds a row to the quarantine, or replaces the error of a row that is already in quarantine. The caller must open a transaction.
 */
export async function putIntoQuarantine(
  session: DatabaseSession,
  ledger: EpochCheckedWriter,
  project: string,
  row: QuarantinedRow,
): Promise<void> {
  await removeFromQuarantine(session, project, row)
  await ledger.writeWithEpoch(
    (epoch) =>
      sql`INSERT INTO interphase_quarantine (project, migration, key_digest, table_name, key_columns, key_values, problem, failed_at, epoch) VALUES (${sqlValue(project)}, ${sqlValue(row.migration)}, ${sqlValue(digestOf(row))}, ${sqlValue(row.table)}, ${sqlValue(JSON.stringify(row.by))}, ${sqlValue(JSON.stringify(row.key))}, ${sqlValue(row.problem)}, ${sqlValue(row.at)}, ${epoch})`,
  )
}

/**
 * Adds a row to the quarantine, unless the quarantine of the migration already has `limit` other rows. Returns the number of rows
 * in quarantine including the added row, or undefined if the row was not added. Concurrent workers wait for each other, because
 * each worker locks the row of the migration until its commit. The caller must open a transaction with the isolation level READ
 * COMMITTED.
 */
export async function putIntoQuarantineBelowLimit(
  session: DatabaseSession,
  ledger: EpochCheckedWriter,
  project: string,
  row: QuarantinedRow,
  limit: number,
): Promise<number | undefined> {
  await session.query(
    sql`SELECT 1 AS found FROM interphase_migration WHERE project = ${sqlValue(project)} AND id = ${sqlValue(row.migration)} FOR UPDATE`,
  )
  const [counted] = await session.query<{ readonly others: string | number }>(
    sql`SELECT count(*) AS others FROM interphase_quarantine WHERE project = ${sqlValue(project)} AND migration = ${sqlValue(row.migration)} AND key_digest <> ${sqlValue(digestOf(row))}`,
  )
  const others = Number(counted?.others ?? 0)
  if (others >= limit) return undefined
  await putIntoQuarantine(session, ledger, project, row)
  return others + 1
}

/** Removes a row from the quarantine of the project, without changing the row in its table. */
export async function removeFromQuarantine(session: DatabaseSession, project: string, row: QuarantinedRow): Promise<void> {
  await session.query(
    sql`DELETE FROM interphase_quarantine WHERE project = ${sqlValue(project)} AND migration = ${sqlValue(row.migration)} AND key_digest = ${sqlValue(digestOf(row))}`,
  )
}

/**
 * Returns the statement that removes all rows of a migration from the quarantine, for a migration that is undone or runs again
 * from its first row.
 */
export function deleteFromQuarantineSql(project: string, migration: MigrationId): SqlStatement {
  return sql`DELETE FROM interphase_quarantine WHERE project = ${sqlValue(project)} AND migration = ${sqlValue(migration)}`
}

/** Returns the key of a row as a text, such as `id = 12, name = a`. */
export function formatQuarantinedKey({ by, key }: Pick<QuarantinedRow, 'by' | 'key'>): string {
  return by.map((column, index) => `${column} = ${key[index] ?? ''}`).join(', ')
}

interface StoredRow {
  readonly migration: string
  readonly table_name: string
  readonly key_columns: string
  readonly key_values: string
  readonly problem: string
  readonly failed_at: string
}

function rowOf(stored: StoredRow): QuarantinedRow {
  const { migration, table_name: table, problem, failed_at: at } = stored
  return { migration, table, by: textsIn(stored, stored.key_columns), key: textsIn(stored, stored.key_values), problem, at }
}

function textsIn({ migration }: StoredRow, text: string): readonly string[] {
  const refuse = (problem: string) => new InterphaseError('ledger.unreadable', { what: `a row in quarantine of ${migration}`, problem })
  const found = parseJsonText(text, refuse)
  if (Array.isArray(found) && found.every((one): one is string => typeof one === 'string')) return found
  throw refuse('it has no list of texts')
}

// A key can be longer than an index entry of the ledger, so the digest of the key identifies the row.
function digestOf({ table, by, key }: QuarantinedRow): string {
  return sha256Digest(JSON.stringify([table, by, key]))
}
