import { InterphaseError } from '../error.ts'
import type { LedgerWriteAccess } from '../ledger/access.ts'
import { makeSessionKeepAlive } from '../ledger/keep-alive.ts'
import type { RunLease } from '../ledger/lease.ts'
import { createOrUpgradePauseTable, readLastOperatorPause } from '../ledger/pause.ts'
import { createRangeTableIfMissing, SharedDataStepLedger } from '../ledger/ranges.ts'
import { LedgerWriter } from '../ledger/write.ts'
import { type PhasePolicy, sessionSilenceTimeoutMs } from '../phase/policy.ts'
import type { LedgerHistory } from '../plan/history.ts'
import type { ReleaseWithStates } from '../project/recorded.ts'
import { makeCommitChecks, NO_COMMIT_CHECKS } from '../work/fence.ts'
import type { LockWatcher } from '../work/lock-watcher.ts'
import type { RunQuota } from '../work/quota.ts'
import type { MigrationExecutionContext } from './apply.ts'
import { OperatorPauseTracker } from './audit.ts'
import { type ConnectedProject, makeSchemaComparisonSettingsReader } from './connected-project.ts'
import { makeQuarantineStore } from './data-steps/quarantine.ts'
import { makeGateFactsReaderForPhase, replicasOfConfiguration } from './gates/outside.ts'
import { makeSchemaGuard, NO_SCHEMA_GUARD } from './guard.ts'

/**
 * Makes the context in which a run executes the migrations of a release: its session, its ledger and its checks, with the limits
 * of a policy.
 */
export function makeMigrationExecutionContext(
  connected: ConnectedProject,
  access: Pick<LedgerWriteAccess, 'lease' | 'ledger'>,
  lockWatcher: LockWatcher,
  planned: ReleaseWithStates,
  policy: PhasePolicy,
  history: LedgerHistory,
  quota: RunQuota,
  workers?: number,
  pauses = new OperatorPauseTracker(() => connected.clock.now()),
): MigrationExecutionContext {
  const { lease, ledger } = access
  const { session, dialect } = connected
  const { by } = connected.writer
  const makeForSession = (other: RunLease) =>
    makeMigrationExecutionContext(
      { ...connected, session: other.session },
      { lease: other, ledger },
      lockWatcher,
      planned,
      policy,
      history,
      quota,
      undefined,
      pauses,
    )
  const leniency = makeSchemaComparisonSettingsReader(connected, planned.recorded.server, history)
  return {
    session,
    functions: dialect.functions,
    files: dialect.files,
    border: dialect.border,
    fence: connected.guards ? makeCommitChecks(lease, dialect.border, planned) : NO_COMMIT_CHECKS,
    emit: connected.emit,
    signal: AbortSignal.any([connected.signal, lease.signal]),
    ledger,
    guard: connected.guards ? makeSchemaGuard(session, dialect.catalog, leniency) : NO_SCHEMA_GUARD,
    catalog: dialect.catalog,
    leniency,
    clock: connected.clock,
    limits: policy.session,
    retry: policy.retry,
    lockWatcher,
    commitsImplicitly: dialect.commitsImplicitly,
    ranges: dialect.ranges,
    quota,
    workers: {
      ...(workers !== undefined && { count: workers }),
      open: (number, signal) => openWorker(connected, lease, sessionSilenceTimeoutMs(policy), number, signal, makeForSession),
      prepare: () => createRangeTableIfMissing(session, dialect),
      ledger: (on, id, worker) =>
        new SharedDataStepLedger(on, dialect, { project: connected.config.project, id, epoch: lease.epoch, by }, worker),
      now: (on) => dialect.fleet.times(on),
    },
    signals: dialect.signals,
    outside: makeGateFactsReaderForPhase(connected, planned.release.name, policy.phase),
    throttle: policy.throttle ?? { signals: {} },
    throttleFile: `${policy.phase}.json`,
    replicas: replicasOfConfiguration(connected).map(({ open }) => open),
    pauses: {
      prepare: () => createOrUpgradePauseTable(session, dialect),
      read: async () => pauses.notice(await readLastOperatorPause(session, connected.config.project)),
      seen: () => pauses.seen,
    },
    // A worker puts a failed row into quarantine in its own session, because this write belongs to the transaction of the worker.
    quarantine: makeQuarantineStore(
      connected,
      new LedgerWriter(lease, dialect, connected.clock, connected.writer, 0n),
      policy.quarantine?.rows ?? 0,
    ),
    dialect: dialect.name,
    verified: new Set(),
    project: connected.config.project,
    crash: connected.crash,
  }
}

/**
 * Opens a session for a worker of a data step. If the Node process freezes or dies, the server ends the session, and another
 * worker can claim the worker's range.
 */
async function openWorker(
  { dialect, target, clock }: ConnectedProject,
  lease: RunLease,
  silenceTimeoutMs: number,
  number: number,
  signal: AbortSignal,
  makeForSession: (lease: RunLease) => MigrationExecutionContext,
): Promise<{ readonly executor: MigrationExecutionContext; readonly close: () => Promise<void> }> {
  const session = await dialect.open({ ...target, purpose: `${target.purpose}, worker ${number}` })
  const keepAlive = makeSessionKeepAlive(session, clock)
  const close = async () => {
    keepAlive.stop()
    await session.close()
  }
  try {
    // After a failover, the address of the database can belong to another server. All workers of a data step must use the same
    // server, so the worker checks that its server knows the session of the run.
    if (!(await dialect.processes.alive(session, lease.session.backend)))
      throw new InterphaseError('database.other-server', { where: session.where, purpose: `worker ${number}` })
    await keepAlive.beat(silenceTimeoutMs)
    const executor = makeForSession({ ...lease, session, signal: session.lost, stillHoldsLock: () => Promise.resolve(true) })
    await executor.fence.readOutsideObjects()
    return { executor: { ...executor, signal: AbortSignal.any([signal, session.lost]) }, close }
  } catch (error) {
    await close()
    throw error
  }
}
