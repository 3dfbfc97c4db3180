/** Whom a statement keeps waiting while it works, from the mildest to the worst. `ddl` is other schema changes. */
export const BLOCKED = ['nobody', 'ddl', 'writes', 'everyone'] as const
export type Blocked = (typeof BLOCKED)[number]

/** How much a statement works: a moment, as long as it takes to read the table, or as long as it takes to write it anew. */
export const WORKS = ['instant', 'scan', 'rewrite'] as const
export type Works = (typeof WORKS)[number]

/** What grows with the table, and therefore has a ceiling in every policy. */
export const CEILINGS = ['scan', 'rewrite'] as const
export type CeilingName = (typeof CEILINGS)[number]

/** What a statement costs on one table. */
export interface TablePrice {
  readonly table: string
  readonly blocks: Blocked
  readonly works: Works
}

/** What a statement costs those who use the tables that were there before its release. */
export interface Price {
  readonly blocks: Blocked
  readonly works: Works
  /** The tables that it blocks or works on, in order of their names. */
  readonly tables: readonly string[]
}

/** The price of a statement that nobody notices: no running code knows the tables that it works on. */
export const FREE: Price = { blocks: 'nobody', works: 'instant', tables: [] }

/**
 * The price of a statement by its prices on each table. Locks on all tables are held until the end of the work on any, so
 * the worst of both counts, even where they are of two tables.
 */
export function priceOf(parts: readonly TablePrice[]): Price {
  const dear = parts.filter(({ blocks, works }) => blocks !== 'nobody' || works !== 'instant')
  return {
    blocks: worst(
      BLOCKED,
      dear.map(({ blocks }) => blocks),
    ),
    works: worst(
      WORKS,
      dear.map(({ works }) => works),
    ),
    tables: [...new Set(dear.map(({ table }) => table))].sort(),
  }
}

/** The ceiling that the price breaks, by whom each ceiling lets wait at most. What takes a moment has no ceiling. */
export function brokenBy({ blocks, works }: Price, most: { readonly [C in CeilingName]: Blocked }): CeilingName | undefined {
  return works !== 'instant' && isWorse(blocks, most[works]) ? works : undefined
}

export function isWorse(blocks: Blocked, than: Blocked): boolean {
  return BLOCKED.indexOf(blocks) > BLOCKED.indexOf(than)
}

/** The same price more than once tells no more than once. */
export function distinct(prices: readonly Price[]): readonly Price[] {
  const found = new Map(prices.map((price) => [JSON.stringify(price), price]))
  return [...found.values()]
}

function worst<T>(scale: readonly [T, ...T[]], found: readonly T[]): T {
  return found.reduce((sofar, one) => (scale.indexOf(one) > scale.indexOf(sofar) ? one : sofar), scale[0])
}
