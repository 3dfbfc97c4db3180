import type { LedgerWriteAccess } from '../ledger/access.ts'
import { createPauseTableIfMissing, readPause } from '../ledger/pause.ts'
import type { PhasePolicy } from '../phase/policy.ts'
import type { LedgerHistory } from '../plan/history.ts'
import type { ReleaseWithStates } from '../project/recorded.ts'
import { makeTransactionFence, NO_TRANSACTION_FENCE } from '../work/fence.ts'
import type { LockWatcher } from '../work/lock-watcher.ts'
import type { RunQuota } from '../work/quota.ts'
import type { MigrationExecutor } from './apply.ts'
import { type ConnectedProject, determineCurrentLeniency } from './connected-project.ts'
import { findReplicas } from './gate-outside.ts'
import { makeSchemaGuard, NO_SCHEMA_GUARD } from './guard.ts'

/** Makes the executor for migrations of this release under the policy of a phase. */
export function makeMigrationExecutor(
  connected: ConnectedProject,
  { lease, ledger }: LedgerWriteAccess,
  lockWatcher: LockWatcher,
  planned: ReleaseWithStates,
  policy: PhasePolicy,
  history: LedgerHistory,
  quota: RunQuota,
): MigrationExecutor {
  const { session, dialect } = connected
  const leniency = determineCurrentLeniency(connected, planned.recorded.server, history)
  return {
    session,
    functions: dialect.functions,
    files: dialect.files,
    border: dialect.border,
    fence: connected.guards ? makeTransactionFence(lease, dialect.border, planned) : NO_TRANSACTION_FENCE,
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
    commitsOnItsWay: dialect.commitsOnItsWay,
    ranges: dialect.ranges,
    quota,
    signals: dialect.signals,
    throttle: policy.throttle ?? { signals: {} },
    throttleFile: `${policy.phase}.json`,
    replicas: findReplicas(connected).map(({ open }) => open),
    pauses: {
      prepare: () => createPauseTableIfMissing(session, dialect),
      read: () => readPause(session, connected.config.project),
    },
    project: connected.config.project,
    crash: connected.crash,
  }
}
