import type { Price } from '../effect/price.ts'
import type { StepWrite } from '../effect/row-write.ts'
import type { InterphaseError } from '../error.ts'
import type { Declaration, Migration } from '../release/migration.ts'
import type { GroupKey, ObjectId } from '../schema/object.ts'
import type { ReadColumns } from '../schema/reads.ts'
import type { State } from '../schema/state.ts'
import type { Step } from './recording.ts'

/** The observations while a release ran on a shadow in one order. */
export interface Trace {
  readonly entries: readonly ObservedMigration[]
  readonly end: State
  /** The rows at the end of the release, by table. */
  readonly rows: readonly TableRows[]
  /** The migration that failed. Later migrations are not in `entries`. */
  readonly failed?: MigrationFailure
}

/** A failed migration with its error. */
export interface MigrationFailure {
  readonly migration: Migration
  readonly problem: string
  readonly error: InterphaseError
}

/** The observations of one migration. */
export interface ObservedMigration {
  readonly migration: Migration
  readonly before: State
  readonly after: State
  readonly steps: readonly Step[]
  readonly path: 'together' | 'stepwise'
  readonly footprint: readonly GroupKey[]
  readonly wrote: boolean
  /** The columns that a data step read. Absent if they are unknown; the whole footprint then counts as read. */
  readonly reads?: ReadColumns
  /** The declaration `known-state`, which accepts that the data step meets another state than the one it was written for. */
  readonly bears?: Declaration
  readonly writes: readonly StepWrite[]
  /** The sequences whose value the migration set. */
  readonly sets?: readonly ObjectId[]
  readonly affected: number
  /** The price of each statement. Empty if prices were not observed. */
  readonly prices: readonly Price[]
}

/** The rows of one table. */
export interface TableRows {
  readonly table: string
  /** The names of the columns, sorted. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}
