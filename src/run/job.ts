import { InterphaseError } from '../error.ts'
import type { LedgerApproval } from '../gate/approval.ts'
import type { DestructionConsent, GateFleetReader, GateRowCounter, GateSituation } from '../gate/gate.ts'
import type { GateFactsReader } from '../gate/outside.ts'
import { type UpcomingMigrationStep, upcomingStepsOfMigration } from '../gate/upcoming-step.ts'
import type { PlanAndPolicyFingerprints } from '../ledger/write.ts'
import type { GateInPolicy } from '../phase/gate.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { PhasePolicy, PoliciesByPhase } from '../phase/policy.ts'
import { type AppliedMigration, isMigrationDone, type LedgerHistory } from '../plan/history.ts'
import type { LedgerNoteFields } from '../plan/note.ts'
import { addProgressToPlan, appliedMigrationsById, gatesOfPhase, type PlannedMigration, type ReleasePlan } from '../plan/plan.ts'
import type { ChainProgress } from '../plan/progress.ts'
import type { ReleaseWithStates } from '../project/recorded.ts'
import type { MigrationId } from '../release/migration.ts'
import type { SchemaState } from '../schema/state.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import type { MigrationWork } from '../work/work.ts'

/**
 * A release with its plan, and the work of each migration. The engine has already read every file and split it into statements,
 * so an unreadable file cannot stop a run in the middle.
 */
export interface PreparedRelease {
  readonly planned: ReleaseWithStates
  readonly works: ReadonlyMap<MigrationId, MigrationWork>
  readonly plan: ReleasePlan
}

/** A migration that is ready to run, with its entry in the plan. */
export interface PlannedMigrationWork extends MigrationWork {
  readonly planned: PlannedMigration
}

/**
 * One phase of one release that is ready to run. The runner treats every phase in the same way, and never compares the name of
 * the phase.
 */
export interface PhaseJob {
  readonly release: string
  readonly phase: string
  readonly promise: string
  readonly gates: readonly GateInPolicy[]
  readonly fingerprints: PlanAndPolicyFingerprints
  /** All migrations of the phase in the order of the plan, including the migrations that are done. */
  readonly works: readonly PlannedMigrationWork[]
  readonly positions: ReadonlyMap<MigrationId, PlannedMigrationPosition>
  readonly applied: ReadonlyMap<MigrationId, AppliedMigration>
  /**
   * The ids of the migrations that wrote no rows on the shadow and must write no rows on the target. The value for each id is the
   * reason of the policy.
   */
  readonly forbiddenRows: ReadonlyMap<MigrationId, string>
  /** The planned state before the first migration of the phase. `end` is the planned state after the phase. */
  readonly start: SchemaState
  readonly end: SchemaState
  /**
   * True if no later phase of the release has begun. After the beginning of a later phase, the database can lack objects that the
   * pending queries name.
   */
  readonly isLatest: boolean
  readonly situation: Omit<GateSituation, 'steps' | 'schema' | 'removedSoFar'>
  /** The ids of the done data steps that the user asked to run again. */
  readonly again: ReadonlySet<MigrationId>
}

/**
 * Returns the steps of some migrations of a phase in order, with their schema changes and row writes. A step is one statement, or a
 * whole migration that runs in one transaction.
 */
export function upcomingStepsOfMigrations({ positions }: PhaseJob, works: readonly MigrationWork[]): readonly UpcomingMigrationStep[] {
  return works.flatMap(({ migration }) => {
    const position = positions.get(migration.id)
    return position ? upcomingStepsOfMigration(position.migration) : []
  })
}

/**
 * The inputs of the run of a phase: the user's consent to the destruction of data, the data steps to repeat, and the readers of
 * facts for the gates.
 */
export interface PhaseRunRequest {
  readonly confirmed: DestructionConsent
  readonly again: ReadonlySet<MigrationId>
  readonly observer: GateRowCounter
  readonly fleet: GateFleetReader
  readonly outside: GateFactsReader
  /** The time at which the gates are evaluated. */
  readonly at: Date
}

/** Makes the job for one phase, which `runPhase` executes. The migrations of the job are those of the plan, in the same order. */
export function makePhaseJob(
  prepared: PreparedRelease,
  phase: PhaseName,
  progress: ChainProgress,
  history: LedgerHistory | undefined,
  policies: PoliciesByPhase,
  asked: PhaseRunRequest,
): PhaseJob {
  const { planned, works } = prepared
  const applied = appliedMigrationsById(history)
  const plan = addProgressToPlan(prepared.plan, applied)
  const ofPhase = plan.phases.find((one) => one.phase === phase)
  const worksOfPhase = (ofPhase?.migrations ?? []).flatMap((migration): readonly PlannedMigrationWork[] => {
    const work = works.get(migration.id)
    return work ? [{ ...work, planned: migration }] : []
  })
  const positions = planned.positions()
  const at = positions.findIndex(({ migration }) => migration.id === worksOfPhase[0]?.migration.id)
  const last = positions.findIndex(({ migration }) => migration.id === worksOfPhase.at(-1)?.migration.id)
  const first = positions[at]
  if (!first || !ofPhase) throw new InterphaseError('internal', { problem: `${phase} of ${planned.release.name} has no migration` })
  const fingerprints: PlanAndPolicyFingerprints = { plan: plan.fingerprint, policy: ofPhase.policy, how: 'run' }
  return {
    release: plan.release,
    phase,
    promise: ofPhase.promise,
    gates: gatesOfPhase(planned.release, policies[phase], ofPhase.migrations),
    fingerprints,
    works: worksOfPhase,
    positions: new Map(positions.map((position) => [position.migration.id, position])),
    applied,
    forbiddenRows: forbiddenRowsOf(worksOfPhase, planned, policies[phase]),
    start: first.before,
    end: positions.slice(last + 1).find(({ migration }) => !isMigrationDone(applied.get(migration.id)))?.before ?? planned.end,
    again: asked.again,
    isLatest: !positions.slice(last + 1).some(({ migration }) => applied.has(migration.id)),
    situation: {
      observer: asked.observer,
      fleet: asked.fleet,
      releasesFromHere: releasesFrom(progress, planned.release.name),
      outside: asked.outside,
      project: plan.project,
      inPlan: { release: plan.release, phase, plan: plan.fingerprint },
      authors: planned.release.authors,
      ...approvalsIn(history),
      usageBaselines: (history?.notes ?? []).flatMap((note) => (note.kind === 'usage' ? [note.fields] : [])),
      at: asked.at,
      ...lastDoneIn(progress, planned.release.name, phase),
      confirmed: asked.confirmed,
      quarantined: [...(history?.quarantined ?? [])].flatMap(([id, rows]) => (works.has(id) ? [{ id, rows }] : [])),
      unfinished: unfinishedBefore(progress, planned.release.name, phase),
      dataSteps: [...works.values()].flatMap(({ migration, pending, declarations }) =>
        pending && isMigrationDone(applied.get(migration.id)) ? [{ id: migration.id, pending, isRerunnable: declarations.rerunnable }] : [],
      ),
    },
  }
}

/**
 * Returns the migrations that must not write rows according to the policy. The keys are the ids of the migrations, and the values
 * are the reason of the policy. The result does not contain migrations that wrote rows on the shadow, and migrations whose file
 * accepts row writes with `despite`.
 */
function forbiddenRowsOf(
  works: readonly PlannedMigrationWork[],
  { release }: ReleaseWithStates,
  { refuses }: PhasePolicy,
): PhaseJob['forbiddenRows'] {
  const reason = refuses['writes-rows']
  if (reason === undefined || release.history !== undefined) return new Map()
  const may = ({ declarations, planned }: PlannedMigrationWork) =>
    planned.writesRows || declarations.despite.some(({ effect }) => effect === 'writes-rows')
  return new Map(works.filter((work) => !may(work)).map(({ migration }) => [migration.id, reason]))
}

/** Returns the last phase of the release that is done before phase `phase`. Phases without migrations do not count. */
function lastDoneIn(progress: ChainProgress, release: string, phase: PhaseName): Pick<PhaseJob['situation'], 'lastDone'> {
  const phases = progress.releases.find((one) => one.release.name === release)?.phases ?? []
  const before = phases.slice(
    0,
    phases.findIndex((one) => one.phase === phase),
  )
  const last = before.findLast(({ run }) => run.state === 'done')
  return last?.run.state === 'done' ? { lastDone: { phase: last.phase, at: last.run.at } } : {}
}

function releasesFrom({ releases }: ChainProgress, name: string): readonly string[] {
  return releases.slice(releases.findIndex(({ release }) => release.name === name)).map(({ release }) => release.name)
}

/** Returns one text for each earlier phase that is not done, such as `expand of 2015.2-liberty`. */
function unfinishedBefore(progress: ChainProgress, release: string, phase: PhaseName): readonly string[] {
  const unfinished: string[] = []
  for (const one of progress.releases) {
    for (const { phase: at, run } of one.phases) {
      if (one.release.name === release && at === phase) return unfinished
      if (run.state !== 'done' && run.state !== 'empty') unfinished.push(`${at} of ${one.release.name}`)
    }
  }
  return unfinished
}

/**
 * Returns the decisions of people about gates, in the order of the ledger. The approvals are those that no later note revokes. An
 * override allows a phase to start although a gate is not open.
 */
function approvalsIn(history: LedgerHistory | undefined): Pick<PhaseJob['situation'], 'approvals' | 'overrides'> {
  let approvals: LedgerApproval[] = []
  const overrides: LedgerNoteFields<'overridden'>[] = []
  for (const note of history?.notes ?? []) {
    if (note.kind === 'overridden') overrides.push(note.fields)
    if (note.kind !== 'approved' && note.kind !== 'revoked') continue
    const { approver, release, phase } = note.fields
    approvals = approvals.filter((one) => one.approver !== approver || one.release !== release || one.phase !== phase)
    if (note.kind === 'approved') approvals.push(note.fields)
  }
  return { approvals, overrides }
}
