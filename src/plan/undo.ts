import { InterphaseError } from '../error.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import type { Policies } from '../phase/policy.ts'
import type { Migration } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import { type Position, takenBack } from '../state/planned.ts'
import type { RecordedMigration } from '../state/recording.ts'
import type { Applied, History } from './history.ts'
import type { Progress, ReleaseProgress } from './progress.ts'

/** The phases that can be taken back, from the first on: up to one that gives no way back or ends that of an earlier one. */
export function phasesWithWayBack(policies: Policies): readonly PhaseName[] {
  const last = PHASES.findIndex((phase, index) => {
    const earlier = PHASES.slice(0, index).map((one) => policies[one].undo)
    return policies[phase].undo.by === 'nothing' || earlier.some((undo) => undo.by === 'undo-files' && undo.until === phase)
  })
  return last < 0 ? PHASES : PHASES.slice(0, last)
}

/**
 * The release to take back: the named one, or the one at work, the first that is not contracted. Undefined where nothing of
 * it is applied.
 */
export function releaseToUndo({ releases, next }: Progress, name: string | undefined): ReleaseProgress | undefined {
  const found = releases.find(({ release }) => release.name === (name ?? next?.release.name))
  if (!found && name !== undefined) throw new InterphaseError('state.unknown', { id: name, known: releases.map((one) => one.release.name) })
  return found && begun(found) ? found : undefined
}

/** Why it cannot be taken back: what the policies of its phases say, and what stands in the way. */
export function reasonsAgainst({ releases }: Progress, found: ReleaseProgress, policies: Policies): readonly string[] {
  const later = releases.slice(releases.indexOf(found) + 1).filter(begun)
  const { phases } = found
  const hasBegun = (phase: PhaseName) => phases.some((one) => one.phase === phase && one.migrations.some(({ applied }) => applied))
  const ruled = PHASES.toReversed()
    .filter(hasBegun)
    .flatMap((phase) => {
      const { undo } = policies[phase]
      if (undo.by === 'nothing') return [`${phase} has begun. ${undo.reason}`]
      return hasBegun(undo.until) ? [`${undo.until} has begun. ${undo.reason}`] : []
    })
  const interrupted = phases.flatMap(({ phase, migrations }) =>
    migrations.flatMap(({ migration, applied }) =>
      applied?.run.state === 'running' ? [`${migration.id} was interrupted. End it first: interphase ${phase}`] : [],
    ),
  )
  const history = found.release.history === undefined ? [] : [`it is history: ${found.release.history}`]
  return [...new Set([...history, ...later.map(({ release }) => `${release.name} has begun after it`), ...ruled, ...interrupted])]
}

function begun({ phases }: ReleaseProgress): boolean {
  return phases.some(({ migrations }) => migrations.some(({ applied }) => applied !== undefined))
}

/** A migration to take back, and what it finds and leaves; without `undone`, its row alone goes. */
export interface Retreat {
  readonly migration: Migration
  readonly applied: Applied
  readonly position: Position
  readonly undone: Position | undefined
}

/** What is applied of a release, in reverse phased order. */
export function retreatsOf(found: ReleaseProgress, history: History | undefined, positions: readonly Position[]): readonly Retreat[] {
  const rows = new Map(history?.applied.map((row) => [row.id, row]))
  const at = new Map(positions.map((position) => [position.migration.id, position]))
  return phasedOrder(found.release)
    .toReversed()
    .flatMap((migration): readonly Retreat[] => {
      const [applied, position] = [rows.get(migration.id), at.get(migration.id)]
      return applied && position ? [{ migration, applied, position, undone: takenBack(position) }] : []
    })
}

/** Must something take it back that nobody has seen do so? */
export function lacksUndo({ migration, position, undone }: Retreat): boolean {
  return !undone && (migration.undo !== undefined || changesSchema(position.migration))
}

export function changesSchema({ phased }: Pick<RecordedMigration, 'phased'>): boolean {
  return phased.some((step) => step.length > 0)
}
