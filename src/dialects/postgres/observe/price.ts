import type { DatabaseSession } from '../../../dialect/dialect.ts'
import {
  type BlockedSessions,
  blocksMoreSessions,
  combineTablePrices,
  FREE_STATEMENT_PRICE,
  type StatementPrice,
  type StatementPriceOnTable,
  type StatementWorkDuration,
} from '../../../effect/price.ts'
import { isTruncateStatement } from '../text/parser.ts'
import { determinePriceByPostgresManual, type StatementPriceFromManual } from './bare-price.ts'
import {
  hasExactScanCounters,
  type PostgresTableFileAndScans,
  readPostgresTableFilesAndScans,
  readPostgresTablesLockedByTransaction,
  resolvePostgresTableNames,
} from './price-query.ts'

/**
 * The prices of a migration's statements so far, and the data from which the price of the last statement is determined. A price
 * states which sessions a statement blocks and how long the statement works.
 */
export interface PostgresMigrationPricing {
  /** The names of the tables that running application code knows. The observer measures a price only for these tables. */
  readonly known: ReadonlySet<string>
  /**
   * The file and the scan counter, at the last reading, of each table that running code knows, and of each of its partitions. The
   * keys are oids.
   */
  readonly standing: Map<string, PostgresTableFileAndScans>
  readonly priced: StatementTextWithPrice[]
  /**
   * The last statement that was sent, until the observer has determined its price, which states the blocked sessions and the
   * duration.
   */
  open: Sent | undefined
  /**
   * True while the values in `standing`, which are the files and scan counters of tables, are current. `isSettled` is always false
   * before PostgreSQL 15, and false after a statement outside a transaction.
   */
  isSettled: boolean
}

/** The text of a statement that was sent, with the price of the statement (the blocked sessions and the duration). */
export interface StatementTextWithPrice {
  readonly text: string
  readonly price: StatementPrice
}

type Sent = { readonly manner: 'inside'; readonly text: string } | Bare

/**
 * A statement that runs outside a transaction, with its price from PostgreSQL's manual and the tables that the statement names.
 */
interface Bare {
  readonly manner: 'bare'
  readonly text: string
  readonly cost: StatementPriceFromManual['cost']
  readonly tables: readonly string[]
}

/**
 * Starts to determine the prices of the statements of a migration. `last` contains the scan counters at the end of the previous
 * migration, which can still be current. The caller passes `last` only if no query has read rows since then.
 */
export async function startPostgresMigrationPricing(
  session: DatabaseSession,
  known: ReadonlySet<string>,
  last?: PostgresMigrationPricing,
): Promise<PostgresMigrationPricing> {
  const isSettled = hasExactScanCounters(session)
  const standing = last?.isSettled ? last.standing : await readPostgresTableFilesAndScans(session, known)
  return { known, standing, priced: [], open: undefined, isSettled }
}

/**
 * Adds the price of the previous statement, which has ended, to `pricing`. Then stores the next statement in `pricing`, before the
 * session sends the statement.
 */
export async function addPreviousPriceAndStoreNextStatement(
  session: DatabaseSession,
  pricing: PostgresMigrationPricing,
  text: string,
): Promise<void> {
  await addPriceOfPreviousPostgresStatement(session, pricing)
  pricing.open = (await session.intact()) ? { manner: 'inside', text } : await bare(session, pricing, text)
}

/**
 * Adds the price of the previous statement (the blocked sessions and the duration) to the prices in `pricing`. The function uses
 * the locks for a statement that ran in a transaction, and PostgreSQL's manual for every other statement.
 */
export async function addPriceOfPreviousPostgresStatement(session: DatabaseSession, pricing: PostgresMigrationPricing): Promise<void> {
  const { open, known } = pricing
  if (!open) return
  pricing.open = undefined
  pricing.priced.push({
    text: open.text,
    price: known.size === 0 ? FREE_STATEMENT_PRICE : combineTablePrices(await partsOf(session, pricing, open)),
  })
}

async function partsOf(session: DatabaseSession, pricing: PostgresMigrationPricing, open: Sent): Promise<readonly StatementPriceOnTable[]> {
  if (open.manner === 'inside' && (await session.intact())) return heldParts(session, pricing, open.text)
  pricing.isSettled = false
  // A function migration can itself have committed the transaction. The commit released the locks, so the price comes from
  // PostgreSQL's manual.
  return bareParts(session, pricing, open.manner === 'bare' ? open : await bare(session, pricing, open.text))
}

// The lock modes of PostgreSQL from the weakest to the strongest, and the sessions that a lock in each mode blocks.
const BLOCKS: Readonly<Record<string, BlockedSessions>> = {
  'AccessShareLock': 'nobody',
  'RowShareLock': 'nobody',
  // RowExclusiveLock counts as a lock that blocks no session. Every statement that writes rows acquires this lock. The lock blocks
  // only statements that change the schema of the table, and a price does not include this effect.
  'RowExclusiveLock': 'nobody',
  'ShareUpdateExclusiveLock': 'ddl',
  'ShareLock': 'writes',
  'ShareRowExclusiveLock': 'writes',
  'ExclusiveLock': 'writes',
  'AccessExclusiveLock': 'everyone',
}

/**
 * Determines the price of a statement from the locks of the transaction. The price also contains the locks of earlier statements,
 * because the transaction holds all locks until its end.
 */
async function heldParts(
  session: DatabaseSession,
  { standing }: PostgresMigrationPricing,
  text: string,
): Promise<readonly StatementPriceOnTable[]> {
  const empties = await isTruncateStatement(text)
  const held = await readPostgresTablesLockedByTransaction(session)
  return held.flatMap(({ id, modes, file, scans }): StatementPriceOnTable[] => {
    const before = standing.get(id)
    if (!before) return []
    standing.set(id, { ...before, file, scans })
    return [
      {
        table: before.table,
        blocks: before.derived ? ofDerived(strongest(modes)) : strongest(modes),
        works: workOf(before, { file, scans }, empties),
      },
    ]
  })
}

function strongest(modes: readonly string[]): BlockedSessions {
  return modes.map((mode) => BLOCKS[mode] ?? 'everyone').reduce((sofar, one) => (blocksMoreSessions(one, sofar) ? one : sofar), 'nobody')
}

/**
 * Returns the sessions that a lock on a materialized view blocks. Applications do not write to a materialized view. A lock that
 * blocks only writers therefore blocks only another REFRESH.
 */
function ofDerived(blocks: BlockedSessions): BlockedSessions {
  return blocks === 'writes' ? 'ddl' : blocks
}

// Returns the work that a statement did on a table, such as a scan or a rewrite. TRUNCATE also creates a new file for the table,
// but writes no rows, so TRUNCATE does not count as a rewrite.
function workOf(
  before: PostgresTableFileAndScans,
  now: Pick<PostgresTableFileAndScans, 'file' | 'scans'>,
  empties: boolean,
): StatementWorkDuration {
  if (now.file !== '' && now.file !== before.file) return empties ? 'instant' : 'rewrite'
  return now.scans > before.scans ? 'scan' : 'instant'
}

async function bare(session: DatabaseSession, { known }: PostgresMigrationPricing, text: string): Promise<Bare> {
  const { cost, names } = await determinePriceByPostgresManual(text)
  if (known.size === 0) return { manner: 'bare', text, cost, tables: [] }
  const tables = await resolvePostgresTableNames(session, names)
  return { manner: 'bare', text, cost, tables: tables.filter((table) => known.has(table)) }
}

/**
 * Determines the price of a statement that ran outside a transaction. If the manual does not state the price, the statement
 * counts as blocking all sessions. If the table has a new file number, the statement rewrote the table, because the server stores
 * a rewritten table in a new file.
 */
async function bareParts(
  session: DatabaseSession,
  pricing: PostgresMigrationPricing,
  { cost, tables }: Bare,
): Promise<readonly StatementPriceOnTable[]> {
  if (cost) return tables.map((table) => ({ table, ...cost }))
  const now = await readPostgresTableFilesAndScans(session, pricing.known)
  const rewritten = [...now.values()].filter(({ id, file }) => file !== (pricing.standing.get(id)?.file ?? file)).map(({ table }) => table)
  for (const one of now.values()) pricing.standing.set(one.id, one)
  const works = (table: string): StatementWorkDuration => (rewritten.includes(table) ? 'rewrite' : 'scan')
  return [...new Set([...tables, ...rewritten])].map((table) => ({ table, blocks: 'everyone', works: works(table) }))
}
