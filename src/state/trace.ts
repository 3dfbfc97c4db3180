import type { StatementPriceOfStep } from '../effect/price.ts'
import type { PrivilegeRevocation } from '../effect/revoke.ts'
import type { RowWriteOfStep } from '../effect/row-write.ts'
import type { InterphaseError } from '../error.ts'
import type { StatementsDerivedFromDeclaration } from '../release/declared.ts'
import type { DeclarationWithReason, Migration } from '../release/migration.ts'
import type { SchemaGroupKey, SchemaObjectId } from '../schema/object.ts'
import type { ReadColumnsByTable } from '../schema/reads.ts'
import type { SchemaState } from '../schema/state.ts'
import type { MigrationStepDifferences } from './recording.ts'

/**
 * The facts that the engine observed while a release ran on a shadow in one order. The trace ends at the end of the release, or
 * at the migration that failed.
 */
export type ExecutionTrace = CompleteExecutionTrace | FailedExecutionTrace

interface Observed {
  readonly entries: readonly ObservedMigration[]
  /** The schema state after the last migration that ran. */
  readonly end: SchemaState
}

/** The trace (the observed facts) of an order in which every migration ran. */
export interface CompleteExecutionTrace extends Observed {
  readonly failed?: undefined
}

/**
 * The trace (the observed facts) of an order in which a migration failed. `entries` contains only the migrations before the
 * failed migration.
 */
export interface FailedExecutionTrace extends Observed {
  readonly failed: FailedMigrationWithError
}

/** The trace (the observed facts) of an order in which every migration ran, with the rows of each table at its end. */
export interface ExecutionTraceWithRows extends CompleteExecutionTrace {
  readonly rows: readonly RowsOfTable[]
}

/**
 * The traces (the observed facts) that the proof of a release compares, in one of three outcomes. In every outcome, authored
 * order ran to its end.
 */
export type ExecutionTracesOfOrders =
  /**
   * The outcome 'one order': authored and phased order are the same sequence of migrations, which ran once. A comparison of rows
   * is therefore not needed.
   */
  | { readonly outcome: 'one order'; readonly both: CompleteExecutionTrace }
  | { readonly outcome: 'both ran'; readonly authored: ExecutionTraceWithRows; readonly phased: ExecutionTraceWithRows }
  | { readonly outcome: 'phased order failed'; readonly authored: CompleteExecutionTrace; readonly phased: FailedExecutionTrace }

/** A failed migration with its error. */
export interface FailedMigrationWithError {
  readonly migration: Migration
  readonly problem: string
  readonly error: InterphaseError
}

/** The facts that the engine observed about one migration on a shadow, in one of the orders. */
export interface ObservedMigration {
  readonly migration: Migration
  readonly before: SchemaState
  readonly after: SchemaState
  readonly steps: readonly MigrationStepDifferences[]
  readonly path: 'together' | 'stepwise'
  readonly footprint: readonly SchemaGroupKey[]
  readonly wrote: boolean
  /**
   * The columns that a data step read. The field is absent if the columns are unknown. In this case, all tables that the data
   * step touched count as read.
   */
  readonly reads?: ReadColumnsByTable
  /**
   * The declaration `despite known-state`. With it, the author accepts that the planned schema of the data step differs from the
   * schema that the author knew.
   */
  readonly despiteKnownState?: DeclarationWithReason
  readonly writes: readonly RowWriteOfStep[]
  /** The ids of the sequences whose value the migration set. */
  readonly sets?: readonly SchemaObjectId[]
  /** The existing objects on which the migration revoked privileges, with the statements that revoked them. */
  readonly revokes?: readonly PrivilegeRevocation[]
  /**
   * The keys of the groups of existing objects that the migration dropped or redefined by DDL, although the schema is the same
   * before and after this DDL. An example is a table that the migration drops and creates again. The list contains a group only if
   * the DDL cannot be rolled back.
   */
  readonly redefined?: readonly SchemaGroupKey[]
  readonly affected: number
  /**
   * The number of batches that the shadow executed, with one row in each batch. The field is present only for a data step in
   * batches.
   */
  readonly batches?: number
  /** The derived statements of a declared data step. */
  readonly derived?: StatementsDerivedFromDeclaration
  /** The price of each statement of the migration. The list is empty if the observer did not determine prices. */
  readonly prices: readonly StatementPriceOfStep[]
}

/** The rows of one table at the end of a release that ran in one of the orders. */
export interface RowsOfTable {
  readonly table: string
  /** The names of the columns of the table, sorted. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}
