import type { ReleaseChain } from '../release/migration.ts'
import type { DialectName } from '../schema/object.ts'
import type { RehearsalStop } from './hold-point.ts'

// The default number of generated rows for each table. The number is large enough for repeated values and for several references
// to one key, and small enough to be inserted in a moment.
export const DEFAULT_ROWS_PER_TABLE = 5

export interface RehearseOptions {
  /** The dialects to rehearse on. Default: the declared dialects with an available server. */
  readonly dialects?: readonly DialectName[]
  /** The names of the releases to rehearse. Default: the newest release. */
  readonly releases?: readonly string[] | 'all'
  /** The number of generated rows for each table. 0 generates no rows. */
  readonly rows?: number
  readonly seed?: number
  /**
   * Whether the shadow database of the last release is kept. If so, the event `shadow-kept` contains the address of the database.
   */
  readonly keep?: boolean
}

/**
 * A point of a release at which the rehearsal stops. `stop` is `start` (before expand), or the phase after which the rehearsal
 * stops.
 */
export interface RehearsalPoint {
  readonly stop: RehearsalStop
  /** The name of the release to rehearse. Default: the newest release. */
  readonly release?: string
  /** The dialect to rehearse on. Default: the first declared dialect. */
  readonly dialect?: DialectName
  /** The number of generated rows for each table, in addition to the rows of `rows/`. Default: none. */
  readonly rows?: number
  readonly seed?: number
}

export interface StoppedRehearsal {
  readonly dialect: DialectName
  /** The URL of the shadow database, including the password. */
  readonly url: string
  /** The point of the release at which the database is, for messages, such as `after expand of 2015.2-liberty`. */
  readonly at: string
}

/**
 * Returns the names of the releases that are rehearsed by default: only the newest release, because its files still change. Empty
 * if the chain has no release.
 */
export function releasesRehearsedByDefault(chain: ReleaseChain): readonly string[] {
  return chain.releases.slice(-1).map(({ name }) => name)
}
