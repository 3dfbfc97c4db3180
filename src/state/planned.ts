import type { MigrationId, Release } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import { applyDifferences, groupsOf, reverseDifferences } from '../schema/difference.ts'
import type { GroupKey } from '../schema/object.ts'
import type { State } from '../schema/state.ts'
import type { RecordedMigration, RecordedRelease, Step } from './recording.ts'

/** The place of a migration in phased order, with the planned states before it, after each step and at its end. */
export interface Position {
  readonly migration: RecordedMigration
  readonly before: State
  /** The planned states after each step. The last is the state after the migration. */
  readonly steps: readonly State[]
  readonly after: State
  /** The groups that the guards read: those that the migration changes, and those that it touched on the shadow. */
  readonly guarded: readonly GroupKey[]
}

/** Computes the positions of a release's migrations, in phased order, from the state in which the release starts. */
export function positionsOf(release: Release, recorded: RecordedRelease, start: State): readonly Position[] {
  const positions: Position[] = []
  let before = start
  for (const { id } of phasedOrder(release)) {
    const migration = recorded.migrations.get(id)
    if (!migration) continue
    const steps = statesAfter(before, migration.phased)
    const after = steps.at(-1) ?? before
    positions.push({ migration, before, steps, after, guarded: guardedGroups(migration) })
    before = after
  }
  return positions
}

/** Reverses a position for an undo: the states before and after each step of the undo. */
export function undoPosition(position: Position): Position | undefined {
  const { migration, before, after, guarded } = position
  const { undo } = migration
  if (!undo) return undefined
  const touched = [...undo.steps.flatMap((step) => step.flatMap(groupsOf)), ...undo.footprint]
  return {
    migration: { ...migration, path: undo.path, phased: undo.steps, wrote: undo.wrote, writes: undo.writes },
    before: after,
    steps: statesAfter(after, undo.steps),
    after: before,
    guarded: [...new Set([...guarded, ...touched])].sort(),
  }
}

/** Computes the states after each of these steps. */
export function statesAfter(before: State, steps: readonly Step[]): readonly State[] {
  let state = before
  return steps.map((step) => (state = applyDifferences(state, step)))
}

/** Computes the state at the end of a release that starts in the state `start`. */
export function endStateOf(recorded: RecordedRelease, start: State, order: readonly MigrationId[]): State {
  let state = start
  for (const id of order) for (const step of recorded.migrations.get(id)?.phased ?? []) state = applyDifferences(state, step)
  return state
}

/**
 * Computes the state at the beginning of a release that ends in the state `end`, by reversing the recorded differences from the last
 * to the first.
 */
export function startStateOf(recorded: RecordedRelease, end: State, order: readonly MigrationId[]): State {
  const steps = order.flatMap((id) => recorded.migrations.get(id)?.phased ?? [])
  return steps.reduceRight((state, step) => applyDifferences(state, reverseDifferences(step)), end)
}

function guardedGroups(migration: RecordedMigration): readonly GroupKey[] {
  const changed = migration.phased.flatMap((step) => step.flatMap(groupsOf))
  return [...new Set([...changed, ...migration.footprint])].sort()
}
