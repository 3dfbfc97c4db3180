import type { Chain } from '../release/migration.ts'
import type { DialectName } from '../schema/object.ts'
import type { Stop } from './stops.ts'

// Enough that a value is met more than once and a key more than two times, and that servers fill them in a moment.
export const DEFAULT_ROWS = 5

export interface RehearseOptions {
  /** Default: those declared whose server is at hand. */
  readonly dialects?: readonly DialectName[]
  /** Default: the newest alone. */
  readonly releases?: readonly string[] | 'all'
  /** Generated rows per table; 0 for none. */
  readonly rows?: number
  readonly seed?: number
  /** Leave the shadow of the last release there, and say where it is. */
  readonly keep?: boolean
}

/** `stop` is `start`, before expand, or the phase after which the shadow is held. */
export interface RehearsalPoint {
  readonly stop: Stop
  /** Default: the newest. */
  readonly release?: string
  /** Default: the first declared one. */
  readonly dialect?: DialectName
  /** Generated rows per table, besides those of `rows/`; none when absent. */
  readonly rows?: number
  readonly seed?: number
}

export interface HeldShadow {
  readonly dialect: DialectName
  /** With its password. */
  readonly url: string
  /** `after expand of 2015.2-liberty` */
  readonly at: string
}

/** What is rehearsed when nothing else is said: what is being written. */
export function newest(chain: Chain): readonly string[] {
  return chain.releases.slice(-1).map(({ name }) => name)
}
