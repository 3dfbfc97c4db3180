/** The sessions that a statement blocks while it runs, from none to all. `ddl` stands for schema changes of other sessions. */
export const BLOCKED_SESSIONS_LEVELS = ['nobody', 'ddl', 'writes', 'everyone'] as const
/** The name of the sessions that a statement blocks, such as `writes`. */
export type BlockedSessions = (typeof BLOCKED_SESSIONS_LEVELS)[number]

/**
 * The duration of the work of a statement. `instant`: independent of the size of the table. `scan`: the time to read the whole
 * table. `rewrite`: the time to rewrite the whole table.
 */
export const STATEMENT_WORK_DURATIONS = ['instant', 'scan', 'rewrite'] as const
/** The name of a duration of the work of a statement, such as `scan`. */
export type StatementWorkDuration = (typeof STATEMENT_WORK_DURATIONS)[number]

/**
 * The durations that depend on the size of the table. For each duration, every policy has a price ceiling: the most sessions that
 * a statement with this duration may block.
 */
export const PRICE_CEILING_NAMES = ['scan', 'rewrite'] as const
/** The name of a price ceiling, which is the duration to which the ceiling applies. */
export type PriceCeilingName = (typeof PRICE_CEILING_NAMES)[number]

/** The price of a statement on one table: the sessions that the statement blocks, and its duration. */
export interface StatementPriceOnTable {
  readonly table: string
  readonly blocks: BlockedSessions
  readonly works: StatementWorkDuration
}

/** The price of a statement on all tables that existed before its release. */
export interface StatementPrice {
  readonly blocks: BlockedSessions
  readonly works: StatementWorkDuration
  /** The names of the tables that the statement locks, reads or rewrites, in alphabetical order. */
  readonly tables: readonly string[]
}

/**
 * The price of one statement (the blocked sessions and the duration), with the number of its step. Steps are counted from 0. A
 * migration in one transaction has one step, which contains all its statements.
 */
export interface StatementPriceOfStep extends StatementPrice {
  readonly step: number
}

/** The price of a statement that blocks no session and is instant, for example on tables that no running code knows. */
export const FREE_STATEMENT_PRICE: StatementPrice = { blocks: 'nobody', works: 'instant', tables: [] }

/**
 * Returns the price of a statement from its prices on each table. The server holds all locks until the statement ends. The result
 * therefore contains the strictest lock and the longest duration, which can come from different tables.
 */
export function combineTablePrices(parts: readonly StatementPriceOnTable[]): StatementPrice {
  const dear = parts.filter(({ blocks, works }) => blocks !== 'nobody' || works !== 'instant')
  return {
    blocks: worst(
      BLOCKED_SESSIONS_LEVELS,
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
 * Returns the price ceiling that a price exceeds. Returns undefined if the price exceeds no ceiling. `most` contains, for each
 * duration, the most sessions that a statement may block. An instant statement has no ceiling.
 */
export function findExceededPriceCeiling(
  { blocks, works }: StatementPrice,
  most: { readonly [C in PriceCeilingName]: BlockedSessions },
): PriceCeilingName | undefined {
  return works !== 'instant' && blocksMoreSessions(blocks, most[works]) ? works : undefined
}

/** Returns true if the first value means more blocked sessions than the second value. */
export function blocksMoreSessions(blocks: BlockedSessions, than: BlockedSessions): boolean {
  return BLOCKED_SESSIONS_LEVELS.indexOf(blocks) > BLOCKED_SESSIONS_LEVELS.indexOf(than)
}

/** Returns the prices of statements (the blocked sessions and the durations) without repetitions. */
export function removeRepeatedPrices<P extends StatementPrice>(prices: readonly P[]): readonly P[] {
  const found = new Map(prices.map((price) => [JSON.stringify(price), price]))
  return [...found.values()]
}

function worst<T>(scale: readonly [T, ...T[]], found: readonly T[]): T {
  return found.reduce((sofar, one) => (scale.indexOf(one) > scale.indexOf(sofar) ? one : sofar), scale[0])
}
