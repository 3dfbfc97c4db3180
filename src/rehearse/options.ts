import type { ReleaseChain } from '../release/migration.ts'
import type { DialectName } from '../schema/object.ts'
import type { RehearsalStop } from './hold-point.ts'

// The default number of generated rows: enough for repeated values and for several references to one key, and few enough to be
// inserted in a moment.
export const DEFAULT_ROWS_PER_TABLE = 5

export interface RehearseOptions {
  /** The databases to rehearse on. Default: the declared dialects with an available server. */
  readonly dialects?: readonly DialectName[]
  /** The release or releases to rehearse, by name. Default: the newest release. */
  readonly releases?: readonly string[] | 'all'
  /** The number of generated rows per table; 0 for none. */
  readonly rows?: number
  readonly seed?: number
  /** True keeps the shadow database of the last release, and emits its address in the event `shadow-kept`. */
  readonly keep?: boolean
}

/**
 * A point of a release at which the rehearsal stops. The `stop` is `start` (before expand), or the phase after which the rehearsal
 * stops.
 */
export interface RehearsalPoint {
  readonly stop: RehearsalStop
  /** The release or releases to rehearse, by name. Default: the newest release. */
  readonly release?: string
  /** The database to use. Default: the first declared dialect. */
  readonly dialect?: DialectName
  /** The number of generated rows per table, in addition to the rows of `rows/`. Default: none. */
  readonly rows?: number
  readonly seed?: number
}

export interface StoppedRehearsal {
  readonly dialect: DialectName
  /** The URL of the shadow database, including the password. */
  readonly url: string
  /** The point of the shadow database, for messages: `after expand of 2015.2-liberty`. */
  readonly at: string
}

/** Returns the releases that are rehearsed by default: only the newest one, because it is still being written. */
export function newestReleaseName(chain: ReleaseChain): readonly string[] {
  return chain.releases.slice(-1).map(({ name }) => name)
}
