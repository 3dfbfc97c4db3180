import { InterphaseError } from '../error.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import type { PoliciesByPhase } from '../phase/policy.ts'
import type { Migration } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { type PlannedMigrationPosition, reversePlannedPositionForUndo } from '../state/planned.ts'
import type { RecordedMigration } from '../state/recording.ts'
import type { AppliedMigration, LedgerHistory } from './history.ts'
import type { ChainProgress, ReleaseProgress } from './progress.ts'

/**
 * Returns the phases that can be undone, beginning with expand. The list ends before the first phase whose policy allows no undo.
 * The list also ends before a phase that the policy of an earlier phase names in `until`, because the earlier phase cannot be
 * undone after this phase has begun.
 */
export function listUndoablePhases(policies: PoliciesByPhase): readonly PhaseName[] {
  const last = PHASES.findIndex((phase, index) => {
    const earlier = PHASES.slice(0, index).map((one) => policies[one].undo)
    return policies[phase].undo.by === 'nothing' || earlier.some((undo) => undo.by === 'undo-files' && undo.until === phase)
  })
  return last < 0 ? PHASES : PHASES.slice(0, last)
}

/**
 * Returns the release to undo: the release `name`, or the current release if `name` is undefined. Returns undefined if no
 * migration of this release is applied, or if no release is current. Throws `state.unknown` for an unknown name.
 */
export function chooseReleaseToUndo({ releases, next }: ChainProgress, name: string | undefined): ReleaseProgress | undefined {
  const found = releases.find(({ release }) => release.name === (name ?? next?.release.name))
  if (!found && name !== undefined) throw new InterphaseError('state.unknown', { id: name, known: releases.map((one) => one.release.name) })
  return found && begun(found) ? found : undefined
}

/**
 * Returns the reasons why a release cannot be undone, one text for each reason. A release cannot be undone if a policy allows no
 * undo after a phase that has begun, if a later release has begun, if a migration is interrupted, or if the release is a release
 * of history.
 */
export function listReasonsAgainstUndo({ releases }: ChainProgress, found: ReleaseProgress, policies: PoliciesByPhase): readonly string[] {
  const later = releases
    .slice(releases.indexOf(found) + 1)
    .filter(begun)
    .toReversed()
  const interrupted = found.phases.flatMap(({ phase, migrations }) =>
    migrations.flatMap(({ migration, applied }) =>
      applied?.run.state === 'running' ? [`${migration.id} was interrupted. Complete it first: interphase ${phase}`] : [],
    ),
  )
  const final = listReasonsAgainstAnyUndo(found, policies)
  return [...new Set([...final.history, ...later.map((one) => reasonOfLaterRelease(one, policies)), ...final.ruled, ...interrupted])]
}

function reasonOfLaterRelease(later: ReleaseProgress, policies: PoliciesByPhase): string {
  const { history, ruled } = listReasonsAgainstAnyUndo(later, policies)
  const { name } = later.release
  const [final] = [...history, ...ruled]
  return final === undefined
    ? `the later release ${name} has begun. Undo it first: interphase undo ${name}`
    : `the later release ${name} has begun, and cannot be undone: ${final}`
}

/**
 * Returns the reasons that forbid every further undo of a release, in two lists. `history`: the release is a release of history.
 * `ruled`: a phase has begun after which a policy allows no undo.
 */
function listReasonsAgainstAnyUndo({ release, phases }: ReleaseProgress, policies: PoliciesByPhase) {
  const hasBegun = (phase: PhaseName) => phases.some((one) => one.phase === phase && one.migrations.some(({ applied }) => applied))
  const ruled = PHASES.toReversed()
    .filter(hasBegun)
    .flatMap((phase) => {
      const { undo } = policies[phase]
      if (undo.by === 'nothing') return [`${phase} has begun. ${undo.reason}`]
      return hasBegun(undo.until) ? [`${undo.until} has begun. ${undo.reason}`] : []
    })
  return { history: release.history === undefined ? [] : [`the release is history: ${release.history}`], ruled }
}

function begun({ phases }: ReleaseProgress): boolean {
  return phases.some(({ migrations }) => migrations.some(({ applied }) => applied !== undefined))
}

/**
 * One migration of an undo, with its position in phased order (`position`) and the position of its undo (`undone`). If `undone`
 * is undefined, the undo only removes the ledger row.
 */
export interface MigrationUndoPosition {
  readonly migration: Migration
  readonly applied: AppliedMigration
  readonly position: PlannedMigrationPosition
  readonly undone: PlannedMigrationPosition | undefined
}

/**
 * Returns the applied migrations of a release that the recorded states contain, in the order of the undo. This order is the
 * reverse of phased order.
 */
export function listMigrationUndoPositions(
  found: ReleaseProgress,
  history: LedgerHistory | undefined,
  positions: readonly PlannedMigrationPosition[],
): readonly MigrationUndoPosition[] {
  const rows = new Map(history?.applied.map((row) => [row.id, row]))
  const at = new Map(positions.map((position) => [position.migration.id, position]))
  return migrationsInPhasedOrder(found.release)
    .toReversed()
    .flatMap((migration): readonly MigrationUndoPosition[] => {
      const [applied, position] = [rows.get(migration.id), at.get(migration.id)]
      return applied && position ? [{ migration, applied, position, undone: reversePlannedPositionForUndo(position) }] : []
    })
}

/**
 * Returns true if the recorded states lack the undo of a migration: `record` has executed no undo of the migration on a shadow,
 * but the migration has an undo file or changed the schema.
 */
export function lacksRecordedUndo({ migration, position, undone }: MigrationUndoPosition): boolean {
  return !undone && (migration.undo !== undefined || didMigrationChangeSchema(position.migration))
}

/** Returns true if the recording of the migration contains a change of the schema. */
export function didMigrationChangeSchema({ phased }: Pick<RecordedMigration, 'phased'>): boolean {
  return phased.some((step) => step.length > 0)
}
