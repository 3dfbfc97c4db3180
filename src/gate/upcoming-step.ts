import { type RowWrite, UNKNOWN_WRITTEN_TABLE } from '../effect/row-write.ts'
import type { Difference } from '../schema/difference.ts'
import type { RecordedMigration } from '../state/recording.ts'

/**
 * The schema changes and row writes of one step that has not run yet. A step is one statement, or a whole migration in one
 * transaction.
 */
export interface UpcomingMigrationStep {
  readonly migration: string
  /** The number of the step in its migration, counted from 0. A migration in one transaction has one step. */
  readonly step: number
  readonly differences: readonly Difference[]
  readonly writes: readonly RowWrite[]
}

/**
 * Returns the steps of a recorded migration in the order of execution: its statements, or the whole migration if it runs in one
 * transaction.
 */
export function upcomingStepsOfMigration(migration: RecordedMigration): readonly UpcomingMigrationStep[] {
  return migration.phased.map((differences, step) => ({
    migration: migration.id,
    step,
    differences,
    writes: writesOf(migration).filter((write) => write.step === step),
  }))
}

/**
 * Returns the row writes of a recorded migration. In the recorded states of an older version of interphase, a migration that wrote
 * rows has no list of writes. Each step of such a migration counts as a write to an unknown table.
 */
function writesOf({ wrote, writes, phased }: RecordedMigration): RecordedMigration['writes'] {
  return wrote && writes.length === 0 ? phased.map((_, step) => ({ step, table: UNKNOWN_WRITTEN_TABLE })) : writes
}
