/** The sessions that a statement blocks while it works, from none to all. `ddl` means other schema changes. */
export const BLOCKED_SESSIONS = ['nobody', 'ddl', 'writes', 'everyone'] as const
export type BlockedSessions = (typeof BLOCKED_SESSIONS)[number]

/** How long a statement works: instant, the time to read the whole table, or the time to rewrite it. */
export const STATEMENT_WORK_DURATIONS = ['instant', 'scan', 'rewrite'] as const
export type StatementWorkDuration = (typeof STATEMENT_WORK_DURATIONS)[number]

/** The kinds of work that take longer on a larger table. Every policy has a ceiling for each. */
export const PRICE_CEILINGS = ['scan', 'rewrite'] as const
export type PriceCeilingName = (typeof PRICE_CEILINGS)[number]

/** The cost of a statement on one table: the blocked sessions, and the work. */
export interface StatementPriceOnTable {
  readonly table: string
  readonly blocks: BlockedSessions
  readonly works: StatementWorkDuration
}

/** The cost of a statement for all tables that existed before its release. */
export interface StatementPrice {
  readonly blocks: BlockedSessions
  readonly works: StatementWorkDuration
  /** The tables that the statement locks or works on, sorted by name. */
  readonly tables: readonly string[]
}

/** The price of a statement of a migration. Steps are counted from 0; a migration in one transaction is one step. */
export interface PriceOfStep extends StatementPrice {
  readonly step: number
}

/** The price of a statement that works only on tables that no running code knows. */
export const FREE_STATEMENT_PRICE: StatementPrice = { blocks: 'nobody', works: 'instant', tables: [] }

/**
 * Combines the prices of a statement on each table. The server holds all locks until the work on every table ends. The result
 * therefore contains the worst lock and the most work, even of different tables.
 */
export function combineTablePrices(parts: readonly StatementPriceOnTable[]): StatementPrice {
  const dear = parts.filter(({ blocks, works }) => blocks !== 'nobody' || works !== 'instant')
  return {
    blocks: worst(
      BLOCKED_SESSIONS,
      dear.map(({ blocks }) => blocks),
    ),
    works: worst(
      STATEMENT_WORK_DURATIONS,
      dear.map(({ works }) => works),
    ),
    tables: [...new Set(dear.map(({ table }) => table))].sort(),
  }
}

/**
 * Returns the ceiling that a price exceeds, or undefined. `most` gives the worst allowed blocking for each kind of work. Instant work
 * has no ceiling.
 */
export function findExceededCeiling(
  { blocks, works }: StatementPrice,
  most: { readonly [C in PriceCeilingName]: BlockedSessions },
): PriceCeilingName | undefined {
  return works !== 'instant' && blocksMoreSessions(blocks, most[works]) ? works : undefined
}

/** True if the first value blocks more sessions than the second. */
export function blocksMoreSessions(blocks: BlockedSessions, than: BlockedSessions): boolean {
  return BLOCKED_SESSIONS.indexOf(blocks) > BLOCKED_SESSIONS.indexOf(than)
}

/** The prices without repetitions. */
export function distinctPrices<P extends StatementPrice>(prices: readonly P[]): readonly P[] {
  const found = new Map(prices.map((price) => [JSON.stringify(price), price]))
  return [...found.values()]
}

function worst<T>(scale: readonly [T, ...T[]], found: readonly T[]): T {
  return found.reduce((sofar, one) => (scale.indexOf(one) > scale.indexOf(sofar) ? one : sofar), scale[0])
}
