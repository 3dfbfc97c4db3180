import type { MigrationId, Release } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { applyDifferences, groupKeysOfDifference, reverseDifferences } from '../schema/difference.ts'
import type { SchemaGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import type { MigrationStepDifferences, RecordedMigration, RecordedRelease } from './recording.ts'

/**
 * The place of a migration in phased order, with the planned states before the migration, after each of its steps, and at its end.
 * A step is one statement, or the whole migration if it runs in one transaction.
 */
export interface PlannedMigrationPosition {
  readonly migration: RecordedMigration
  readonly before: SchemaState
  /**
   * The planned states of the schema after each step of the migration. A step is one statement, or the whole migration if it runs
   * in one transaction. The last state is the state after the migration.
   */
  readonly steps: readonly SchemaState[]
  readonly after: SchemaState
  /**
   * The keys of the groups of schema objects that a run compares with the planned state before and after the migration. The
   * groups are those that the migration changes, and those that the migration touched on the shadow.
   */
  readonly guarded: readonly SchemaGroupKey[]
}

/**
 * Returns the positions of the recorded migrations of a release in phased order, computed from the state in which the release
 * starts. A migration that is not recorded has no position.
 */
export function computePlannedMigrationPositions(
  release: Release,
  recorded: RecordedRelease,
  start: SchemaState,
): readonly PlannedMigrationPosition[] {
  const positions: PlannedMigrationPosition[] = []
  let before = start
  for (const { id } of migrationsInPhasedOrder(release)) {
    const migration = recorded.migrations.get(id)
    if (!migration) continue
    const steps = schemaStatesAfterSteps(before, migration.phased)
    const after = steps.at(-1) ?? before
    positions.push({ migration, before, steps, after, guarded: guardedGroups(migration) })
    before = after
  }
  return positions
}

/**
 * Returns the position of a migration for its undo: the planned states before the undo, after each of its steps, and at its end. A
 * step is one statement, or the whole undo if it runs in one transaction. Returns undefined if no undo was recorded.
 */
export function reversePlannedPositionForUndo(position: PlannedMigrationPosition): PlannedMigrationPosition | undefined {
  const { migration, before, after, guarded } = position
  const { undo } = migration
  if (!undo) return undefined
  const touched = [...undo.steps.flatMap((step) => step.flatMap(groupKeysOfDifference)), ...undo.footprint]
  return {
    migration: { ...migration, path: undo.path, phased: undo.steps, wrote: undo.wrote, writes: undo.writes },
    before: after,
    steps: schemaStatesAfterSteps(after, undo.steps),
    after: before,
    guarded: [...new Set([...guarded, ...touched])].sort(),
  }
}

/**
 * Returns the schema states after each step of a migration, computed from the state before the first step. A step is one statement,
 * or the whole migration if it runs in one transaction.
 */
export function schemaStatesAfterSteps(before: SchemaState, steps: readonly MigrationStepDifferences[]): readonly SchemaState[] {
  let state = before
  return steps.map((step) => (state = applyDifferences(state, step)))
}

/** Returns the state at the end of a release, computed from the state `start` at its start. */
export function computeReleaseEndState(recorded: RecordedRelease, start: SchemaState, order: readonly MigrationId[]): SchemaState {
  let state = start
  for (const id of order) for (const step of recorded.migrations.get(id)?.phased ?? []) state = applyDifferences(state, step)
  return state
}

/**
 * Returns the state at the start of a release, computed from the state `end` at its end. The function reverses the recorded
 * differences, beginning with the last difference.
 */
export function computeReleaseStartState(recorded: RecordedRelease, end: SchemaState, order: readonly MigrationId[]): SchemaState {
  const steps = order.flatMap((id) => recorded.migrations.get(id)?.phased ?? [])
  return steps.reduceRight((state, step) => applyDifferences(state, reverseDifferences(step)), end)
}

function guardedGroups(migration: RecordedMigration): readonly SchemaGroupKey[] {
  const changed = migration.phased.flatMap((step) => step.flatMap(groupKeysOfDifference))
  return [...new Set([...changed, ...migration.footprint])].sort()
}
