/** The sessions that a statement blocks while it works, from none to all. `ddl` means other schema changes. */
export const BLOCKED = ['nobody', 'ddl', 'writes', 'everyone'] as const
export type Blocked = (typeof BLOCKED)[number]

/** How long a statement works: instant, the time to read the whole table, or the time to rewrite it. */
export const WORK_DURATIONS = ['instant', 'scan', 'rewrite'] as const
export type WorkDuration = (typeof WORK_DURATIONS)[number]

/** The kinds of work that take longer on a larger table. Every policy has a ceiling for each. */
export const CEILINGS = ['scan', 'rewrite'] as const
export type CeilingName = (typeof CEILINGS)[number]

/** The cost of a statement on one table: the blocked sessions, and the work. */
export interface TablePrice {
  readonly table: string
  readonly blocks: Blocked
  readonly works: WorkDuration
}

/** The cost of a statement for all tables that existed before its release. */
export interface Price {
  readonly blocks: Blocked
  readonly works: WorkDuration
  /** The tables that the statement locks or works on, sorted by name. */
  readonly tables: readonly string[]
}

/** The price of a statement that works only on tables that no running code knows. */
export const FREE_PRICE: Price = { blocks: 'nobody', works: 'instant', tables: [] }

/**
 * Combines the prices of a statement on each table. The server holds all locks until the work on every table ends. The result
 * therefore contains the worst lock and the most work, even of different tables.
 */
export function priceOf(parts: readonly TablePrice[]): Price {
  const dear = parts.filter(({ blocks, works }) => blocks !== 'nobody' || works !== 'instant')
  return {
    blocks: worst(
      BLOCKED,
      dear.map(({ blocks }) => blocks),
    ),
    works: worst(
      WORK_DURATIONS,
      dear.map(({ works }) => works),
    ),
    tables: [...new Set(dear.map(({ table }) => table))].sort(),
  }
}

/**
 * Returns the ceiling that a price exceeds, or undefined. `most` gives the worst allowed blocking for each kind of work. Instant work
 * has no ceiling.
 */
export function brokenCeiling({ blocks, works }: Price, most: { readonly [C in CeilingName]: Blocked }): CeilingName | undefined {
  return works !== 'instant' && blocksMore(blocks, most[works]) ? works : undefined
}

/** True if the first value blocks more sessions than the second. */
export function blocksMore(blocks: Blocked, than: Blocked): boolean {
  return BLOCKED.indexOf(blocks) > BLOCKED.indexOf(than)
}

/** The prices without repetitions. */
export function distinctPrices(prices: readonly Price[]): readonly Price[] {
  const found = new Map(prices.map((price) => [JSON.stringify(price), price]))
  return [...found.values()]
}

function worst<T>(scale: readonly [T, ...T[]], found: readonly T[]): T {
  return found.reduce((sofar, one) => (scale.indexOf(one) > scale.indexOf(sofar) ? one : sofar), scale[0])
}
