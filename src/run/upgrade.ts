import { InterphaseError, isError } from '../error.ts'
import { makeGateFleetReader } from '../gate/fleet.ts'
import { type DestructionConsent, makeGateRowCounter } from '../gate/gate.ts'
import { type LedgerWriteAccess, runUnderProjectLock } from '../ledger/access.ts'
import { publishReleasesIfAllowed } from '../ledger/fleet.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import { sessionSilenceTimeoutMs } from '../phase/policy.ts'
import type { LedgerHistory } from '../plan/history.ts'
import type { ReleasePlan } from '../plan/plan.ts'
import { type ChainProgress, computeChainProgress } from '../plan/progress.ts'
import type { ReleaseWithStates } from '../project/recorded.ts'
import type { MigrationId } from '../release/migration.ts'
import { groupKeysOfDifference } from '../schema/difference.ts'
import { type LockWatcher, makeLockWatcher } from '../work/lock-watcher.ts'
import { RunQuota, type RunQuotaLimits } from '../work/quota.ts'
import { waitUnlessRunMustStop } from '../work/stop.ts'
import { findUnfinishedBridge } from './begun-bridge.ts'
import { type ConnectedProject, readProjectHistory, remarkOnUncomparedTexts } from './connected-project.ts'
import { joinSharedDataStep } from './data-steps/join.ts'
import { addDataStepCostsAndRefusals } from './data-steps/sizes.ts'
import { makeMigrationExecutionContext } from './executor.ts'
import { makeGateFactsReaderForPhase } from './gates/outside.ts'
import { storeObjectUsageAfterPhase } from './gates/usage.ts'
import { makePhaseJob, type PreparedRelease } from './job.ts'
import { runPhase } from './phase.ts'
import { prepareRelease } from './plans.ts'

/** The options of an upgrade: one phase of the current release, or all phases and releases up to an end point. */
export type UpgradeOptions = CommonUpgradeOptions & (SinglePhaseOption | EndPointOptions)

/** The options for running one phase of the current release. */
export interface SinglePhaseOption {
  readonly only: PhaseName
  readonly phase?: undefined
  readonly to?: undefined
}

/** The options for running all phases and releases up to an end point. */
export interface EndPointOptions {
  readonly only?: undefined
  /**
   * The last phase that the command runs in the release `to`, or in the current release if `to` is absent. The default is contract.
   */
  readonly phase?: PhaseName
  /** The last release that the command runs. The default is the newest release, or the current release if `phase` is set. */
  readonly to?: string
}

/** The options that every upgrade has, for one phase or for many. */
export interface CommonUpgradeOptions extends RunQuotaLimits {
  readonly confirmed: DestructionConsent
  /** The ids of the done data steps that the command must run again. */
  readonly again: ReadonlySet<MigrationId>
  /** The time in milliseconds that the command waits for the end of another run. */
  readonly waitMs: number
  /**
   * The number of sessions that run a data step in batches. Other processes with this option can work on the same data step. If
   * the field is absent, the declaration of the data step determines the number, and no other process works on the data step.
   */
  readonly workers?: number
}

/** The result of `expand`, `migrate`, `contract` or `up`. */
export interface UpgradeResult {
  /** The phases that the command ran, in order, each with the number of its migrations. */
  readonly ran: readonly { readonly release: string; readonly phase: PhaseName; readonly migrations: number }[]
  /** The phase that comes next in the database. The field is absent if every release is done. */
  readonly next?: NextPhase
}

/** The phase that comes next in a database, with the number of its migrations that are not done. */
export interface NextPhase {
  readonly release: string
  readonly phase: PhaseName
  readonly migrations: number
  /** The text of the policy that states what the application can rely on during the phase. */
  readonly promise: string
}

/** Upgrades the target database, phase by phase and release by release, up to the end point in the options. */
export async function upgradeDatabase(connected: ConnectedProject, options: UpgradeOptions): Promise<UpgradeResult> {
  refuseUnknown(connected, options)
  const lockWatcher = makeLockWatcher(connected.dialect, connected.target, connected.clock)
  const quota = new RunQuota(connected.clock, options)
  const work = (access: LedgerWriteAccess) => new Upgrade(connected, options, access, lockWatcher, quota).run()
  try {
    if (options.workers === undefined) return await runUnderProjectLock(connected, options.waitMs, work)
    return await runOrJoin(connected, options, lockWatcher, quota, options.workers, work)
  } finally {
    await lockWatcher.close()
  }
}

/**
 * Executes `work` under the lock of the project. While another run holds the lock and shares a data step, the function runs
 * workers for the data step, and then waits for the end of the other run. Both commands therefore end when the data step is
 * complete.
 */
async function runOrJoin<T>(
  connected: ConnectedProject,
  { waitMs }: UpgradeOptions,
  lockWatcher: LockWatcher,
  quota: RunQuota,
  workers: number,
  work: (access: LedgerWriteAccess) => Promise<T>,
): Promise<T> {
  const { clock, signal } = connected
  const startedMs = clock.elapsedMs()
  let hasJoined = false
  for (;;) {
    try {
      return await runUnderProjectLock(connected, 0, work)
    } catch (error) {
      if (!isError(error, 'lock.busy')) throw error
      if (await joinSharedDataStep(connected, lockWatcher, quota, workers)) hasJoined = true
      else if (!hasJoined && clock.elapsedMs() - startedMs >= waitMs) throw error
      quota.refuseIfSpent('the lock')
      await waitUnlessRunMustStop(clock, Math.min(JOIN_POLL_MS, quota.leftMs()), signal, 'the lock')
    }
  }
}

// The time in milliseconds between two checks while another run holds the lock. Each check determines whether the lock is free,
// and whether the other run shares a data step.
const JOIN_POLL_MS = 500

function refuseUnknown({ chain }: ConnectedProject, { to, again }: UpgradeOptions): void {
  const releases = chain.releases.map((release) => release.name)
  if (to !== undefined && !releases.includes(to)) throw new InterphaseError('state.unknown', { id: to, known: releases })
  const ids = chain.releases.flatMap((release) =>
    release.changes.flatMap((change) => PHASES.flatMap((phase) => change.migrations[phase]?.id ?? [])),
  )
  for (const id of again) if (!ids.includes(id)) throw new InterphaseError('state.unknown', { id, known: ids })
}

/** One run of an upgrade, under the lock of the project. */
class Upgrade {
  readonly #connected: ConnectedProject
  readonly #options: UpgradeOptions
  readonly #access: LedgerWriteAccess
  readonly #lockWatcher: LockWatcher
  readonly #quota: RunQuota
  #prepared: PreparedRelease | undefined
  #remarked = false

  constructor(connected: ConnectedProject, options: UpgradeOptions, access: LedgerWriteAccess, lockWatcher: LockWatcher, quota: RunQuota) {
    this.#connected = connected
    this.#options = options
    this.#access = access
    this.#lockWatcher = lockWatcher
    this.#quota = quota
  }

  async run(): Promise<UpgradeResult> {
    const ran: UpgradeResult['ran'][number][] = []
    for (;;) {
      const { progress, history } = await this.#progress(ran.length === 0)
      const next = this.#next(progress, ran.length > 0)
      if (ran.length === 0) refuseVain(this.#options, progress, next)
      if (!next && ran.length === 0) this.#refuseHeldRelease(progress)
      if (!next) return { ran, ...this.#nextPhase(progress) }
      const migrations = await this.#runOne(next.release, next.phase, progress, history)
      ran.push({ ...next, migrations })
      if (this.#options.only && migrations === 0) this.#refuseHeldRelease(progress)
      if (this.#options.only)
        return { ran: ran.filter((one) => one.migrations > 0), ...this.#nextPhase((await this.#progress(false)).progress) }
    }
  }

  #nextPhase({ next }: ChainProgress): Pick<UpgradeResult, 'next'> {
    if (!next) return {}
    const { promise } = this.#connected.policies[next.phase]
    return { next: { release: next.release.name, phase: next.phase, migrations: next.migrations.length, promise } }
  }

  /**
   * Computes the progress of the chain from the content of the ledger. At the start of the run, the method uses the content that
   * the run read when it got the lock. After a phase, the method reads the ledger again.
   */
  async #progress(isAtStart: boolean): Promise<{ readonly progress: ChainProgress; readonly history: LedgerHistory }> {
    const { session, dialect, config } = this.#connected
    const history = isAtStart ? this.#access.history : await readProjectHistory(this.#connected)
    if (!history) throw new InterphaseError('internal', { problem: `the row of ${config.project} in interphase_project is gone` })
    const progress = computeChainProgress(this.#connected.chain, history)
    const [problem] = progress.problems
    if (problem) throw problem
    const bridge = isAtStart && history.applied.length === 0 ? await findUnfinishedBridge(this.#connected) : undefined
    if (bridge) throw new InterphaseError('bridge.begun', { base: bridge.base })
    if (isAtStart) await publishReleasesIfAllowed(session, dialect, this.#connected.chain, config.project, this.#connected.emit)
    return { progress, history }
  }

  /**
   * Returns the phase that runs next: the requested phase, or the first phase that is not done. Returns undefined if this phase
   * is beyond the end point of the command.
   */
  #next(progress: ChainProgress, begun: boolean): { readonly release: string; readonly phase: PhaseName } | undefined {
    const { only, phase, to } = this.#options
    const { next } = progress
    if (!next) return undefined
    const release = next.release.name
    if (only) refuseInterrupted(progress, release, only)
    if (only) return begun || !hasMigrations(progress, release, only) ? undefined : { release, phase: only }
    if (to !== undefined && place(progress, release) > place(progress, to)) return undefined
    const last = to ?? progress.releases.at(-1)?.release.name
    const isLast = release === last || (to === undefined && phase !== undefined)
    if (isLast && phase !== undefined && PHASES.indexOf(next.phase) > PHASES.indexOf(phase)) return undefined
    return { release, phase: next.phase }
  }

  /**
   * Throws `phase.held` if the requested phase of the current release has no work and the same phase of a later release waits.
   * Without the error, the user would believe that the phase of the later release ran.
   */
  #refuseHeldRelease(progress: ChainProgress): void {
    const { only } = this.#options
    const { next } = progress
    if (!only || !next || next.phase === only) return
    const later = progress.releases.slice(place(progress, next.release.name) + 1)
    const held = later.find(({ phases }) => phases.some(({ phase, run }) => phase === only && run.state === 'waiting'))
    if (!held) return
    const reasons = [`${next.phase} of ${next.release.name} is not done`]
    throw new InterphaseError('phase.held', { phase: only, release: held.release.name, reasons, next: `interphase ${next.phase}` })
  }

  async #runOne(release: string, phase: PhaseName, progress: ChainProgress, history: LedgerHistory): Promise<number> {
    const { connected, planned, prepared } = { connected: this.#connected, ...(await this.#prepare(release, phase, history)) }
    const observer = makeGateRowCounter(connected.session, connected.dialect)
    const job = makePhaseJob(prepared, phase, progress, history, connected.policies, {
      confirmed: this.#options.confirmed,
      again: this.#options.again,
      observer,
      fleet: makeGateFleetReader(connected.session, connected.dialect, connected.config.project),
      outside: makeGateFactsReaderForPhase(connected, release, phase),
      at: connected.clock.now(),
    })
    await this.#access.keepAlive.beat(sessionSilenceTimeoutMs(connected.policies[phase]))
    await this.#claim(planned, history)
    const policy = connected.policies[phase]
    const executor = makeMigrationExecutionContext(
      connected,
      this.#access,
      this.#lockWatcher,
      planned,
      policy,
      history,
      this.#quota,
      this.#options.workers,
    )
    const migrations = await runPhase(executor, connected.dialect, job)
    if (migrations > 0) await storeObjectUsageAfterPhase(connected, this.#access.ledger, prepared, phase)
    return migrations
  }

  async #prepare(
    release: string,
    phase: PhaseName,
    history: LedgerHistory | undefined,
  ): Promise<{ readonly planned: ReleaseWithStates; readonly prepared: PreparedRelease }> {
    if (this.#prepared?.planned.release.name === release) return { planned: this.#prepared.planned, prepared: this.#prepared }
    const planned = await this.#connected.states.of(release)
    if (!this.#remarked) this.#remarked = remarkOnUncomparedTexts(this.#connected, planned.recorded.server, planned.end) !== undefined
    this.#prepared = await addDataStepCostsAndRefusals(
      this.#connected,
      await prepareRelease(this.#connected, planned, history),
      history,
      {},
    )
    await this.#refuseRefused(this.#prepared.plan, phase)
    return { planned, prepared: this.#prepared }
  }

  /**
   * Throws `release.refused` if a policy refuses a part of the release, so that no release runs partly. Also writes a note about
   * the refusal.
   */
  async #refuseRefused({ release, dialect, refused, fingerprint: plan }: ReleasePlan, phase: PhaseName): Promise<void> {
    if (refused.length === 0) return
    const gates = [{ gate: 'release-admitted', state: 'shut', evidence: [...refused] }]
    await this.#access.ledger.note({ kind: 'refused', fields: { release, phase, plan, gates } }, `${phase} of ${release}`)
    throw new InterphaseError('release.refused', { release, dialect, refusals: refused })
  }

  /**
   * Writes to the ledger all groups of schema objects that the project has before or after any migration of the release. Other
   * projects then know which objects belong to the project.
   */
  async #claim({ start, end, positions }: ReleaseWithStates, history: LedgerHistory): Promise<void> {
    const passing = positions().flatMap(({ migration }) => migration.phased.flat().flatMap(groupKeysOfDifference))
    const groups = new Set([...start.groups.keys(), ...end.groups.keys(), ...passing])
    if ([...groups].sort().join('\n') !== history.groups.join('\n')) await this.#access.ledger.claim(groups)
  }
}

function place(progress: ChainProgress, release: string): number {
  return progress.releases.findIndex((one) => one.release.name === release)
}

function hasMigrations(progress: ChainProgress, release: string, phase: PhaseName): boolean {
  return progress.releases[place(progress, release)]?.phases.some((one) => one.phase === phase && one.migrations.length > 0) ?? false
}

/**
 * Throws `usage` if the run would not repeat a data step that the user named. Without the error, the user would believe that the
 * data step ran.
 */
function refuseVain(
  { again }: UpgradeOptions,
  { releases }: ChainProgress,
  next: { readonly release: string; readonly phase: PhaseName } | undefined,
): void {
  const phases = releases.find(({ release }) => release.name === next?.release)?.phases ?? []
  const at = phases.findIndex(({ phase }) => phase === next?.phase)
  const later = phases.slice(at + 1).find(({ migrations }) => migrations.some(({ applied }) => applied))
  for (const id of again) {
    const isMine = phases[at]?.migrations.some(({ migration }) => migration.id === id) ?? false
    if (isMine && !later) continue
    const problem = isMine ? `${later?.phase} of ${next?.release} has begun` : 'it does not belong to the phase and the release of this run'
    throw new InterphaseError('usage', { problem: `${id} cannot be repeated: ${problem}`, try: 'See the current phase: interphase status' })
  }
}

/**
 * Throws `phase.held` if the user requested the phase `only` while another phase of the release is interrupted. Until the
 * interrupted phase is finished, the schema equals no planned state.
 */
function refuseInterrupted(progress: ChainProgress, release: string, only: PhaseName): void {
  for (const { phase, migrations } of progress.releases[place(progress, release)]?.phases ?? []) {
    const interrupted = migrations.find(({ applied }) => applied?.run.state === 'running')
    if (!interrupted || phase === only) continue
    const reasons = [`${interrupted.migration.id} was interrupted`]
    throw new InterphaseError('phase.held', { phase: only, release, reasons, next: `interphase ${phase}` })
  }
}
