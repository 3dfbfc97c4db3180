import type { Session } from '../../../dialect/dialect.ts'
import { type Blocked, blocksMore, FREE_PRICE, type Price, priceOf, type TablePrice, type WorkDuration } from '../../../effect/price.ts'
import { isTruncate } from '../text/parser.ts'
import { type PriceFromManual, priceFromManual } from './bare-price.ts'
import { countsOn, readTableStandings, type TableStanding, tablesHeldNow, tablesNamed } from './price-query.ts'

/** The prices of a migration's statements so far, and the data that the next price needs. */
export interface PriceMeasurement {
  /** The tables that running application code knows. */
  readonly known: ReadonlySet<string>
  /** The files and scan counters of the known tables and their partitions by oid, at the last reading. */
  readonly standing: Map<string, TableStanding>
  readonly prices: Price[]
  /** The last statement that was sent, until its price is known. */
  open: Sent | undefined
  /** True when `standing` is up to date. The value is false after a statement outside a transaction. */
  isSettled: boolean
}

type Sent = { readonly manner: 'inside'; readonly text: string } | Bare

/** A statement outside a transaction: its price from the manual, and the tables that it names. */
interface Bare {
  readonly manner: 'bare'
  readonly cost: PriceFromManual['cost']
  readonly tables: readonly string[]
}

/** Starts determining prices. `last` is the previous measurement, if no rows were read after it. */
export async function startPricing(session: Session, known: ReadonlySet<string>, last?: PriceMeasurement): Promise<PriceMeasurement> {
  const isSettled = countsOn(session)
  const standing = last?.isSettled ? last.standing : await readTableStandings(session, known)
  return { known, standing, prices: [], open: undefined, isSettled }
}

/** Determines the price of the previous statement, which has ended, and stores the next statement. */
export async function priceNext(session: Session, pricing: PriceMeasurement, text: string): Promise<void> {
  await closePricing(session, pricing)
  pricing.open = (await session.intact()) ? { manner: 'inside', text } : await bare(session, pricing, text)
}

/** Determines the price of the last statement: from its locks if it ran in a transaction, and from PostgreSQL's manual otherwise. */
export async function closePricing(session: Session, pricing: PriceMeasurement): Promise<void> {
  const { open, known } = pricing
  if (!open) return
  pricing.open = undefined
  pricing.prices.push(known.size === 0 ? FREE_PRICE : priceOf(await partsOf(session, pricing, open)))
}

async function partsOf(session: Session, pricing: PriceMeasurement, open: Sent): Promise<readonly TablePrice[]> {
  if (open.manner === 'inside' && (await session.intact())) return heldParts(session, pricing, open.text)
  pricing.isSettled = false
  // A migration function may have committed the transaction, which releases the locks.
  return bareParts(session, pricing, open.manner === 'bare' ? open : await bare(session, pricing, open.text))
}

// PostgreSQL's lock modes from the weakest to the strongest, and the sessions that each of them blocks.
const BLOCKS: Readonly<Record<string, Blocked>> = {
  'AccessShareLock': 'nobody',
  'RowShareLock': 'nobody',
  // RowExclusiveLock counts as blocking nobody. Every write takes it and so blocks statements that change the table, which is not a
  // price of a single statement.
  'RowExclusiveLock': 'nobody',
  'ShareUpdateExclusiveLock': 'ddl',
  'ShareLock': 'writes',
  'ShareRowExclusiveLock': 'writes',
  'ExclusiveLock': 'writes',
  'AccessExclusiveLock': 'everyone',
}

/**
 * Determines the price from the locks of the transaction. The locks of earlier statements count too, because all locks last until the
 * end of the transaction.
 */
async function heldParts(session: Session, { standing }: PriceMeasurement, text: string): Promise<readonly TablePrice[]> {
  const empties = await isTruncate(text)
  const held = await tablesHeldNow(session)
  return held.flatMap(({ id, modes, file, scans }): TablePrice[] => {
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

function strongest(modes: readonly string[]): Blocked {
  return modes.map((mode) => BLOCKS[mode] ?? 'everyone').reduce((sofar, one) => (blocksMore(one, sofar) ? one : sofar), 'nobody')
}

/**
 * Returns the sessions that a lock on a materialized view blocks. No application writes to a materialized view, so a lock that blocks
 * only writers blocks nobody except another REFRESH.
 */
function ofDerived(blocks: Blocked): Blocked {
  return blocks === 'writes' ? 'ddl' : blocks
}

// Determines the work that a statement did on a table. TRUNCATE also gives the table a new file, but writes no rows.
function workOf(before: TableStanding, now: Pick<TableStanding, 'file' | 'scans'>, empties: boolean): WorkDuration {
  if (now.file !== '' && now.file !== before.file) return empties ? 'instant' : 'rewrite'
  return now.scans > before.scans ? 'scan' : 'instant'
}

async function bare(session: Session, { known }: PriceMeasurement, text: string): Promise<Bare> {
  const { cost, names } = await priceFromManual(text)
  if (known.size === 0) return { manner: 'bare', cost, tables: [] }
  const tables = await tablesNamed(session, names)
  return { manner: 'bare', cost, tables: tables.filter((table) => known.has(table)) }
}

/**
 * Determines the price of a statement that ran outside a transaction. An unknown price counts as blocking all sessions. A rewrite is
 * always detected, because the table then has another file.
 */
async function bareParts(session: Session, pricing: PriceMeasurement, { cost, tables }: Bare): Promise<readonly TablePrice[]> {
  if (cost) return tables.map((table) => ({ table, ...cost }))
  const now = await readTableStandings(session, pricing.known)
  const rewritten = [...now.values()].filter(({ id, file }) => file !== (pricing.standing.get(id)?.file ?? file)).map(({ table }) => table)
  for (const one of now.values()) pricing.standing.set(one.id, one)
  const works = (table: string): WorkDuration => (rewritten.includes(table) ? 'rewrite' : 'scan')
  return [...new Set([...tables, ...rewritten])].map((table) => ({ table, blocks: 'everyone', works: works(table) }))
}
