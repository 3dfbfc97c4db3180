import type { StatementPrice } from '../effect/price.ts'
import type { RowWriteOfStep } from '../effect/row-write.ts'
import type { InterphaseError } from '../error.ts'
import type { DeclarationWithReason, Migration } from '../release/migration.ts'
import type { SchemaGroupKey, SchemaObjectId } from '../schema/object.ts'
import type { ReadColumnsByTable } from '../schema/reads.ts'
import type { SchemaState } from '../schema/state.ts'
import type { MigrationStepChanges } from './recording.ts'

/** The observations while a release ran on a shadow in one order. */
export interface ExecutionTrace {
  readonly entries: readonly ObservedMigration[]
  readonly end: SchemaState
  /** The rows at the end of the release, by table. */
  readonly rows: readonly RowsOfTable[]
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
  readonly before: SchemaState
  readonly after: SchemaState
  readonly steps: readonly MigrationStepChanges[]
  readonly path: 'together' | 'stepwise'
  readonly footprint: readonly SchemaGroupKey[]
  readonly wrote: boolean
  /** The columns that a data step read. Absent if they are unknown; the whole footprint then counts as read. */
  readonly reads?: ReadColumnsByTable
  /** The declaration `known-state`, which accepts that the data step meets another state than the one it was written for. */
  readonly bears?: DeclarationWithReason
  readonly writes: readonly RowWriteOfStep[]
  /** The sequences whose value the migration set. */
  readonly sets?: readonly SchemaObjectId[]
  readonly affected: number
  /** The price of each statement. Empty if prices were not observed. */
  readonly prices: readonly StatementPrice[]
}

/** The rows of one table. */
export interface RowsOfTable {
  readonly table: string
  /** The names of the columns, sorted. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}
