import type { LedgerAccess } from '../ledger/access.ts'
import type { Policy } from '../phase/policy.ts'
import type { History } from '../plan/history.ts'
import type { PlannedRelease } from '../project/recorded.ts'
import { fenceOn, NO_FENCE } from '../work/fence.ts'
import type { LockWatcher } from '../work/lock-watcher.ts'
import type { Executor } from './apply.ts'
import { type ConnectedProject, currentLeniency } from './connected-project.ts'
import { guardOn, NO_GUARD } from './guard.ts'

/** Makes the executor for migrations of this release under the policy of a phase. */
export function executorFor(
  connected: ConnectedProject,
  { lease, ledger }: LedgerAccess,
  lockWatcher: LockWatcher,
  planned: PlannedRelease,
  policy: Policy,
  history: History,
): Executor {
  const { session, dialect } = connected
  const leniency = currentLeniency(connected, planned.recorded.server, history)
  return {
    session,
    functions: dialect.functions,
    files: dialect.files,
    border: dialect.border,
    fence: connected.guards ? fenceOn(lease, dialect.border, planned) : NO_FENCE,
    emit: connected.emit,
    signal: AbortSignal.any([connected.signal, lease.signal]),
    ledger,
    guard: connected.guards ? guardOn(session, dialect.catalog, leniency) : NO_GUARD,
    catalog: dialect.catalog,
    leniency,
    clock: connected.clock,
    limits: policy.session,
    retry: policy.retry,
    lockWatcher,
    commitsOnItsWay: dialect.commitsOnItsWay,
    project: connected.config.project,
    crash: connected.crash,
  }
}
