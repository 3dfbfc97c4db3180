import { InterphaseError } from '../error.ts'
import type { Consent, RowCounter } from '../gate/gate.ts'
import type { PlanAndPolicy } from '../ledger/write.ts'
import type { PhaseName } from '../phase/phase.ts'
import { type Policies, policyFingerprint } from '../phase/policy.ts'
import type { TableSizes } from '../plan/estimate.ts'
import { type History, isDone } from '../plan/history.ts'
import { appliedById, gatesOf, type Plan, type PlanInput, planFingerprint, planOf, type ReadMigration, refusedIn } from '../plan/plan.ts'
import type { Progress } from '../plan/progress.ts'
import type { Refusal } from '../plan/verdict.ts'
import type { PlannedRelease } from '../project/recorded.ts'
import type { Migration, MigrationId } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import type { DialectName } from '../schema/object.ts'
import { statementsOf } from '../work/kinds.ts'
import type { Work } from '../work/work.ts'
import type { Job } from './phase.ts'

/**
 * A release that is read, split into statements and compared with its recorded states. Every phase of the release can run from this
 * value.
 */
export interface PreparedRelease {
  readonly planned: PlannedRelease
  readonly works: ReadonlyMap<MigrationId, Work>
  /** The fingerprint of the plan, which the ledger stores. */
  readonly fingerprint: string
  /** Makes the plan as users see it, with estimates for tables of these sizes. */
  readonly plan: (sizes?: TableSizes) => Plan
  /** Returns the effects that the policies refuse, in migrations that have not begun. */
  readonly refused: () => readonly Refusal[]
}

/** Reads every migration of the release before the first one runs, so that an unreadable file cannot stop a run in the middle. */
export async function prepareRelease(
  planned: PlannedRelease,
  about: { readonly project: string; readonly dialect: DialectName; readonly policies: Policies; readonly history: History | undefined },
  read: (migration: Migration, path: Work['path'] | undefined) => Promise<Work>,
): Promise<PreparedRelease> {
  const works = new Map<MigrationId, Work>()
  for (const migration of phasedOrder(planned.release)) {
    works.set(migration.id, await read(migration, planned.recorded.migrations.get(migration.id)?.path))
  }
  const input: PlanInput = {
    ...about,
    release: planned.release,
    start: planned.start,
    positions: planned.positions,
    recorded: planned.recorded.migrations,
    read: new Map([...works].map(([id, work]) => [id, readOf(work)])),
    applied: appliedById(about.history),
  }
  return {
    planned,
    works,
    fingerprint: planFingerprint(input),
    plan: (sizes) => planOf({ ...input, ...(sizes && { sizes }) }),
    refused: () => refusedIn(input),
  }
}

function readOf(work: Work): ReadMigration {
  const statements = statementsOf(work).map((statement) => statement.text)
  return { path: work.path, statements, says: work.says }
}

/** The consent, the data steps to repeat and the access to rows with which a run starts a phase. */
export interface PhaseRequest {
  readonly confirmed: Consent
  readonly again: ReadonlySet<MigrationId>
  readonly observer: RowCounter
  /** The time at which the gates are asked. */
  readonly at: Date
}

/** Makes the job for one phase of a prepared release, in the form that the function `runPhase` takes. */
export function jobOf(
  prepared: PreparedRelease,
  phase: PhaseName,
  progress: Progress,
  history: History | undefined,
  policies: Policies,
  asked: PhaseRequest,
): Job {
  const { planned, works, fingerprint } = prepared
  const policy = policies[phase]
  const positions = planned.positions()
  const mine = worksOf(prepared, phase)
  const at = positions.findIndex(({ migration }) => migration.id === mine[0]?.migration.id)
  const last = positions.findIndex(({ migration }) => migration.id === mine.at(-1)?.migration.id)
  const first = positions[at]
  if (!first) throw new InterphaseError('internal', { problem: `${phase} of ${planned.release.name} has no migration` })
  const applied = appliedById(history)
  const grounds: PlanAndPolicy = { plan: fingerprint, policy: policyFingerprint(policy), how: 'run' }
  return {
    release: planned.release.name,
    phase,
    promise: policy.promise,
    gates: gatesOf(planned.release, policy),
    grounds,
    works: mine,
    positions: new Map(positions.map((position) => [position.migration.id, position])),
    applied,
    start: first.before,
    end: positions.slice(last + 1).find(({ migration }) => !isDone(applied.get(migration.id)))?.before ?? planned.end,
    again: asked.again,
    isLatest: !positions.slice(last + 1).some(({ migration }) => applied.has(migration.id)),
    situation: {
      observer: asked.observer,
      at: asked.at,
      ...lastDoneIn(progress, planned.release.name, phase),
      confirmed: asked.confirmed,
      unfinished: unfinishedBefore(progress, planned.release.name, phase),
      dataSteps: [...works.values()].flatMap(({ migration, pending }) =>
        pending && isDone(applied.get(migration.id)) ? [{ id: migration.id, pending }] : [],
      ),
    },
  }
}

function worksOf(prepared: PreparedRelease, phase: PhaseName): readonly Work[] {
  return [...prepared.works.values()].filter((work) => work.migration.phase === phase)
}

/** Returns the last phase of the release that is done before this phase. Phases without migrations do not count. */
function lastDoneIn(progress: Progress, release: string, phase: PhaseName): Pick<Job['situation'], 'lastDone'> {
  const phases = progress.releases.find((one) => one.release.name === release)?.phases ?? []
  const before = phases.slice(
    0,
    phases.findIndex((one) => one.phase === phase),
  )
  const last = before.findLast(({ run }) => run.state === 'done')
  return last?.run.state === 'done' ? { lastDone: { phase: last.phase, at: last.run.at } } : {}
}

/** Returns a line such as `expand of 2015.2-liberty` for each earlier phase that is not done. */
function unfinishedBefore(progress: Progress, release: string, phase: PhaseName): readonly string[] {
  const unfinished: string[] = []
  for (const one of progress.releases) {
    for (const { phase: at, run } of one.phases) {
      if (one.release.name === release && at === phase) return unfinished
      if (run.state !== 'done' && run.state !== 'empty') unfinished.push(`${at} of ${one.release.name}`)
    }
  }
  return unfinished
}
