import type { Price } from '../effect/price.ts'
import type { StepWrite } from '../effect/row-write.ts'
import type { InterphaseError } from '../error.ts'
import type { Declared, Migration } from '../release/migration.ts'
import type { GroupKey, ObjectId } from '../schema/object.ts'
import type { Reads } from '../schema/reads.ts'
import type { State } from '../schema/state.ts'
import type { Step } from './recording.ts'

/** What was seen while a release ran on a shadow in one order. */
export interface Trace {
  readonly entries: readonly ObservedMigration[]
  readonly end: State
  /** The rows at the end, by table. */
  readonly rows: readonly TableRows[]
  /** The migration that did not run; what comes after it is not in `entries`. */
  readonly failed?: Failure
}

export interface Failure {
  readonly migration: Migration
  readonly problem: string
  readonly error: InterphaseError
}

export interface ObservedMigration {
  readonly migration: Migration
  readonly before: State
  readonly after: State
  readonly steps: readonly Step[]
  readonly path: 'together' | 'stepwise'
  readonly footprint: readonly GroupKey[]
  readonly wrote: boolean
  /** What a data step was seen to read; absent where that cannot be told, and the whole footprint counts. */
  readonly reads?: Reads
  /** The author takes the responsibility for what the step does not find, and says why. */
  readonly bears?: Declared
  readonly writes: readonly StepWrite[]
  /** Sequences whose value it set. */
  readonly sets?: readonly ObjectId[]
  readonly affected: number
  /** What each statement costs; empty where nobody asked. */
  readonly prices: readonly Price[]
}

export interface TableRows {
  readonly table: string
  /** In order of their names. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}
