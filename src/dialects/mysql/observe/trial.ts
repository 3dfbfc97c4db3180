import type { DatabaseSession, SourceLocation } from '../../../dialect/dialect.ts'
import { sql, sqlName, sqlValue } from '../../../dialect/sql.ts'
import type { BlockedSessions, StatementPriceOnTable, StatementWorkDuration } from '../../../effect/price.ts'
import { isError } from '../../../error.ts'
import { runWithCreatorSettings } from '../scratch/relax.ts'
import { quoteMysqlIdentifier } from '../text/notation.ts'
import type { MysqlTableAlteration } from './alteration.ts'
import { type InnodbIdsByTable, readInnodbIds, workShownByInnodbIds } from './innodb-ids.ts'

// The name of the empty copy on which the engine tries an ALTER TABLE. The catalog reader ignores this table, because its name
// has the engine's prefix.
const CLONE = 'interphase_trial'

/** An algorithm and a lock mode with which the server can perform an ALTER TABLE. */
interface AlterMethod {
  readonly algorithm: string
  readonly lock?: string
}

const LOCKS = ['NONE', 'SHARED', 'EXCLUSIVE'] as const
const BLOCKS: Readonly<Record<string, BlockedSessions>> = { 'NONE': 'ddl', 'SHARED': 'writes', 'EXCLUSIVE': 'everyone' }

/**
 * Determines the price of an ALTER TABLE, CREATE INDEX or DROP INDEX (the blocked sessions and the duration) by executing the
 * statement on an empty copy of the table. The function tries the algorithms in the order of the server, and begins with the
 * algorithm that blocks the fewest sessions. The empty copy is sufficient, because the server's choice does not depend on the
 * number of rows. Returns undefined if the server refuses the copy or every algorithm, or if the statement exchanges a partition,
 * or discards or imports a tablespace.
 */
export async function determinePriceByTrialOnCopy(
  session: DatabaseSession,
  alteration: MysqlTableAlteration,
  at: SourceLocation,
): Promise<StatementPriceOnTable | undefined> {
  const { table } = alteration
  if (alteration.actions.some((action) => MOVES_FILES.test(action)) || !(await makeClone(session, table))) return undefined
  try {
    const before = await readInnodbIds(session, CLONE)
    const way = await firstAccepted(session, alteration, at)
    return way && (await priceBy(session, table, way, workOf(way, before, await readInnodbIds(session, CLONE))))
  } finally {
    await session.query(sql`DROP TABLE IF EXISTS ${sqlName(CLONE)}`)
  }
}

// Matches the actions of ALTER TABLE that would move rows or files of the original table during a trial.
const MOVES_FILES = /^(?:EXCHANGE|DISCARD|IMPORT) /

/**
 * Creates the empty copy of the table for a trial. Returns false if the server refuses the copy, for example because the
 * migration file has locked tables.
 */
async function makeClone(session: DatabaseSession, table: string): Promise<boolean> {
  try {
    await session.query(sql`DROP TABLE IF EXISTS ${sqlName(CLONE)}`)
    // The engine tries an ALTER TABLE on a copy of the table. The SQL mode of the trial is empty, because the table can have a
    // default value that a strict server refuses.
    await runWithCreatorSettings(session, [['sql_mode', '']], async () => {
      await session.query(sql`CREATE TABLE ${sqlName(CLONE)} LIKE ${sqlName(table)}`)
    })
    return true
  } catch (error) {
    if (isError(error, 'statement.failed')) return false
    throw error
  }
}

function waysOf({ algorithm, lock }: MysqlTableAlteration): readonly AlterMethod[] {
  const algorithms = algorithm === undefined || algorithm === 'DEFAULT' ? ['INSTANT', 'INPLACE', 'COPY'] : [algorithm]
  const asked = lock === undefined || lock === 'DEFAULT' ? undefined : lock
  return algorithms.flatMap((one): AlterMethod[] => {
    // MySQL refuses a LOCK clause together with ALGORITHM=INSTANT. The engine therefore tries INSTANT only without a LOCK clause.
    if (one === 'INSTANT') return asked === undefined || algorithm === 'INSTANT' ? [{ algorithm: one }] : []
    return (asked === undefined ? LOCKS : [asked]).map((each) => ({ algorithm: one, lock: each }))
  })
}

/**
 * Tries the algorithms and lock modes of an ALTER TABLE on the copy until the server accepts one. Returns undefined if the server
 * refuses all of them. A refused attempt does not change the copy.
 */
async function firstAccepted(
  session: DatabaseSession,
  alteration: MysqlTableAlteration,
  at: SourceLocation,
): Promise<AlterMethod | undefined> {
  for (const way of waysOf(alteration)) {
    const options = [`ALGORITHM=${way.algorithm}`, ...(way.lock === undefined ? [] : [`LOCK=${way.lock}`])]
    try {
      // The engine tries the ALTER TABLE on an empty copy of the table, and sends it in the same way as a statement of the
      // migration, so that the settings of the file apply.
      await session.execute(alteration.on(quoteMysqlIdentifier(CLONE), options), at)
      return way
    } catch (error) {
      if (!isError(error, 'statement.failed')) throw error
    }
  }
  return undefined
}

function workOf({ algorithm }: AlterMethod, before: InnodbIdsByTable, after: InnodbIdsByTable): StatementWorkDuration {
  if (algorithm === 'COPY') return 'rewrite'
  if (before === undefined || after === undefined) return algorithm === 'INSTANT' ? 'instant' : 'rewrite'
  // MariaDB accepts ALGORITHM=INSTANT for some actions that rebuild the table. The engine therefore determines the work from
  // InnoDB's ids.
  return workShownByInnodbIds(before, after, CLONE)
}

async function priceBy(
  session: DatabaseSession,
  table: string,
  { algorithm, lock }: AlterMethod,
  works: StatementWorkDuration,
): Promise<StatementPriceOnTable> {
  // Every algorithm of ALTER TABLE needs a short exclusive lock on the table, which blocks all sessions.
  if (works === 'instant') return { table, works, blocks: 'everyone' }
  if (algorithm === 'COPY' && lock === 'NONE' && (await cascades(session, table))) return { table, works, blocks: 'writes' }
  return { table, works, blocks: BLOCKS[lock ?? ''] ?? 'everyone' }
}

/**
 * Returns true if a foreign key of the table, or a foreign key that refers to the table, has the action CASCADE or SET NULL.
 * MariaDB cannot copy such a table online. A trial on the empty copy does not show this restriction, because the copy has no
 * foreign keys.
 */
async function cascades(session: DatabaseSession, table: string): Promise<boolean> {
  const found = await session.query(sql`SELECT 1 FROM information_schema.referential_constraints
    WHERE constraint_schema = ${sqlValue(session.database)} AND ${sqlValue(table)} IN (table_name, referenced_table_name)
    AND ('CASCADE' IN (delete_rule, update_rule) OR 'SET NULL' IN (delete_rule, update_rule)) LIMIT 1`)
  return found.length > 0
}
