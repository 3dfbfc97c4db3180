import type { Chain } from '../release/migration.ts'
import type { DialectName } from '../schema/object.ts'
import type { HoldPoint } from './hold-point.ts'

// Enough rows for repeated values and for several references to one key, and few enough to be inserted in a moment.
export const DEFAULT_ROWS_PER_TABLE = 5

export interface RehearseOptions {
  /** Default: the declared dialects with an available server. */
  readonly dialects?: readonly DialectName[]
  /** Default: the newest release. */
  readonly releases?: readonly string[] | 'all'
  /** Generated rows per table; 0 for none. */
  readonly rows?: number
  readonly seed?: number
  /** Keeps the shadow of the last release, and emits its address in the event `shadow-kept`. */
  readonly keep?: boolean
}

/** A point at which a shadow is held. The `stop` is `start` (before expand) or the phase after which the shadow is held. */
export interface RehearsalPoint {
  readonly stop: HoldPoint
  /** Default: the newest release. */
  readonly release?: string
  /** Default: the first declared dialect. */
  readonly dialect?: DialectName
  /** Generated rows per table, in addition to the rows of `rows/`. Default: none. */
  readonly rows?: number
  readonly seed?: number
}

export interface HeldShadow {
  readonly dialect: DialectName
  /** The URL of the shadow, including the password. */
  readonly url: string
  /** The point of the shadow, for messages: `after expand of 2015.2-liberty`. */
  readonly at: string
}

/** The default selection of a rehearsal: the newest release, because its author is still writing it. */
export function newestRelease(chain: Chain): readonly string[] {
  return chain.releases.slice(-1).map(({ name }) => name)
}
