import type { MigrationId, Release } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { applyDifferences, groupsOfDifference, reverseDifferences } from '../schema/difference.ts'
import type { SchemaGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import type { MigrationStepChanges, RecordedMigration, RecordedRelease } from './recording.ts'

/** The place of a migration in phased order, with the planned states before it, after each step and at its end. */
export interface PlannedPosition {
  readonly migration: RecordedMigration
  readonly before: SchemaState
  /** The planned states after each step. The last is the state after the migration. */
  readonly steps: readonly SchemaState[]
  readonly after: SchemaState
  /**
   * The groups of schema objects that the guards compare: those that the migration changes, and those that the migration touched on the
   * shadow.
   */
  readonly guarded: readonly SchemaGroupKey[]
}

/** Computes the positions of a release's migrations, in phased order, from the state in which the release starts. */
export function computePlannedPositions(release: Release, recorded: RecordedRelease, start: SchemaState): readonly PlannedPosition[] {
  const positions: PlannedPosition[] = []
  let before = start
  for (const { id } of migrationsInPhasedOrder(release)) {
    const migration = recorded.migrations.get(id)
    if (!migration) continue
    const steps = statesAfterSteps(before, migration.phased)
    const after = steps.at(-1) ?? before
    positions.push({ migration, before, steps, after, guarded: guardedGroups(migration) })
    before = after
  }
  return positions
}

/** Reverses a position for an undo: the states before and after each step of the undo. */
export function reversePositionForUndo(position: PlannedPosition): PlannedPosition | undefined {
  const { migration, before, after, guarded } = position
  const { undo } = migration
  if (!undo) return undefined
  const touched = [...undo.steps.flatMap((step) => step.flatMap(groupsOfDifference)), ...undo.footprint]
  return {
    migration: { ...migration, path: undo.path, phased: undo.steps, wrote: undo.wrote, writes: undo.writes },
    before: after,
    steps: statesAfterSteps(after, undo.steps),
    after: before,
    guarded: [...new Set([...guarded, ...touched])].sort(),
  }
}

/** Computes the states after each of these steps. */
export function statesAfterSteps(before: SchemaState, steps: readonly MigrationStepChanges[]): readonly SchemaState[] {
  let state = before
  return steps.map((step) => (state = applyDifferences(state, step)))
}

/** Computes the state at the end of a release that starts in the state `start`. */
export function computeReleaseEndState(recorded: RecordedRelease, start: SchemaState, order: readonly MigrationId[]): SchemaState {
  let state = start
  for (const id of order) for (const step of recorded.migrations.get(id)?.phased ?? []) state = applyDifferences(state, step)
  return state
}

/**
 * Computes the state at the beginning of a release that ends in the state `end`, by reversing the recorded differences from the last
 * to the first.
 */
export function computeReleaseStartState(recorded: RecordedRelease, end: SchemaState, order: readonly MigrationId[]): SchemaState {
  const steps = order.flatMap((id) => recorded.migrations.get(id)?.phased ?? [])
  return steps.reduceRight((state, step) => applyDifferences(state, reverseDifferences(step)), end)
}

function guardedGroups(migration: RecordedMigration): readonly SchemaGroupKey[] {
  const changed = migration.phased.flatMap((step) => step.flatMap(groupsOfDifference))
  return [...new Set([...changed, ...migration.footprint])].sort()
}
