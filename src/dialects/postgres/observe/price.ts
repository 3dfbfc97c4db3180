import type { Session } from '../../../dialect/dialect.ts'
import { type Blocked, blocksMore, FREE_PRICE, type Price, priceOf, type TablePrice, type Works } from '../../../effect/price.ts'
import { isTruncate } from '../text/parser.ts'
import { type BareFacts, bareFacts } from './bare-price.ts'
import { countsOn, heldNow, type Standing, standingOf, tablesNamed } from './price-query.ts'

/** The prices of a migration's statements, as they are found one after the other. */
export interface Pricing {
  /** The tables that running code knows. */
  readonly known: ReadonlySet<string>
  /** Each of them, and each of their partitions, by number: as it stood when it was looked at last. */
  readonly standing: Map<string, Standing>
  readonly prices: Price[]
  /** The statement that was sent last, until its price is found. */
  open: Sent | undefined
  /** Whether what stands is known without asking again: not after a statement outside a transaction. */
  isSettled: boolean
}

type Sent = { readonly manner: 'inside'; readonly text: string } | Bare

/** Outside a transaction: what is told of it, and the tables that it names. */
interface Bare {
  readonly manner: 'bare'
  readonly cost: BareFacts['cost']
  readonly tables: readonly string[]
}

/** `last` is the pricing before, where no rows were read since. */
export async function startPricing(session: Session, known: ReadonlySet<string>, last?: Pricing): Promise<Pricing> {
  const isSettled = countsOn(session)
  const standing = last?.isSettled ? last.standing : await standingOf(session, known)
  return { known, standing, prices: [], open: undefined, isSettled }
}

/** Finds what the statement before this one cost, now that it is done, and remembers this one. */
export async function priceNext(session: Session, pricing: Pricing, text: string): Promise<void> {
  await closePricing(session, pricing)
  pricing.open = (await session.intact()) ? { manner: 'inside', text } : await bare(session, pricing, text)
}

/** Finds the price of the last statement: inside a transaction by what it holds, outside by what is known of it. */
export async function closePricing(session: Session, pricing: Pricing): Promise<void> {
  const { open, known } = pricing
  if (!open) return
  pricing.open = undefined
  pricing.prices.push(known.size === 0 ? FREE_PRICE : priceOf(await partsOf(session, pricing, open)))
}

async function partsOf(session: Session, pricing: Pricing, open: Sent): Promise<readonly TablePrice[]> {
  if (open.manner === 'inside' && (await session.intact())) return heldParts(session, pricing, open.text)
  pricing.isSettled = false
  // A function may have committed on its way: then nothing is held any more.
  return bareParts(session, pricing, open.manner === 'bare' ? open : await bare(session, pricing, open.text))
}

// From the weakest to the strongest: what each keeps others from.
const BLOCKS: Readonly<Record<string, Blocked>> = {
  'AccessShareLock': 'nobody',
  'RowShareLock': 'nobody',
  // Whoever writes rows is in the way of those who change the table, as everybody is; it is not a statement's own price.
  'RowExclusiveLock': 'nobody',
  'ShareUpdateExclusiveLock': 'ddl',
  'ShareLock': 'writes',
  'ShareRowExclusiveLock': 'writes',
  'ExclusiveLock': 'writes',
  'AccessExclusiveLock': 'everyone',
}

/** By the locks that the transaction holds, the earlier statements' too: they all last until its end. */
async function heldParts(session: Session, { standing }: Pricing, text: string): Promise<readonly TablePrice[]> {
  const empties = await isTruncate(text)
  const held = await heldNow(session)
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

/** Who may not write to a materialized view waits for nothing: nobody but another REFRESH does. */
function ofDerived(blocks: Blocked): Blocked {
  return blocks === 'writes' ? 'ddl' : blocks
}

// TRUNCATE gives a table a new file too, and writes nothing into it.
function workOf(before: Standing, now: Pick<Standing, 'file' | 'scans'>, empties: boolean): Works {
  if (now.file !== '' && now.file !== before.file) return empties ? 'instant' : 'rewrite'
  return now.scans > before.scans ? 'scan' : 'instant'
}

async function bare(session: Session, { known }: Pricing, text: string): Promise<Bare> {
  const { cost, names } = await bareFacts(text)
  if (known.size === 0) return { manner: 'bare', cost, tables: [] }
  const tables = await tablesNamed(session, names)
  return { manner: 'bare', cost, tables: tables.filter((table) => known.has(table)) }
}

/** What is not known counts as everyone; that a table was written anew is seen all the same. */
async function bareParts(session: Session, pricing: Pricing, { cost, tables }: Bare): Promise<readonly TablePrice[]> {
  if (cost) return tables.map((table) => ({ table, ...cost }))
  const now = await standingOf(session, pricing.known)
  const rewritten = [...now.values()].filter(({ id, file }) => file !== (pricing.standing.get(id)?.file ?? file)).map(({ table }) => table)
  for (const one of now.values()) pricing.standing.set(one.id, one)
  const works = (table: string): Works => (rewritten.includes(table) ? 'rewrite' : 'scan')
  return [...new Set([...tables, ...rewritten])].map((table) => ({ table, blocks: 'everyone', works: works(table) }))
}
