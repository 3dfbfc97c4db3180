import type { ReleaseChain } from '../release/migration.ts'
import type { DialectName } from '../schema/object.ts'
import type { RehearsalStop } from './hold-point.ts'

// The default number of generated rows for each table. The number is large enough for repeated values and for several references
// to one key. It is small enough for a fast insertion.
export const DEFAULT_GENERATED_ROWS_PER_TABLE = 5

export interface RehearseOptions {
  /** The dialects on which the command rehearses. The default is the declared dialects with an available server. */
  readonly dialects?: readonly DialectName[]
  /** The names of the releases that the command rehearses. The default is the newest release. */
  readonly releases?: readonly string[] | 'all'
  /** The number of generated rows for each table. With 0, the command generates no rows. */
  readonly rows?: number
  readonly seed?: number
  /**
   * True if the command keeps the shadow database of the last release. The event `shadow-kept` then contains the address of the
   * database.
   */
  readonly keep?: boolean
}

/**
 * A point of a release at which the rehearsal stops. `stop` is `start` (before expand), or the phase after which the rehearsal
 * stops.
 */
export interface RehearsalPoint {
  readonly stop: RehearsalStop
  /** The name of the release that the command rehearses. The default is the newest release. */
  readonly release?: string
  /** The dialect on which the command rehearses. The default is the first declared dialect. */
  readonly dialect?: DialectName
  /**
   * The number of generated rows for each table, in addition to the rows of `rows/`. By default, the command generates no rows.
   */
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
 * Returns the names of the releases that the command rehearses by default. The result is only the newest release, because its
 * files still change. The result is empty if the chain has no release.
 */
export function releasesRehearsedByDefault(chain: ReleaseChain): readonly string[] {
  return chain.releases.slice(-1).map(({ name }) => name)
}
