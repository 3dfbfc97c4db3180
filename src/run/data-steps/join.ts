import { isError } from '../../error.ts'
import { makeSharedDataStepLease } from '../../ledger/lease.ts'
import { LedgerWriter } from '../../ledger/write.ts'
import { PHASES, type PhaseName } from '../../phase/phase.ts'
import type { AppliedMigration, LedgerHistory } from '../../plan/history.ts'
import { chooseKeyOfBatchedDataStep } from '../../work/batches/walk.ts'
import type { LockWatcher } from '../../work/lock-watcher.ts'
import type { RunQuota } from '../../work/quota.ts'
import { checkDataStepStatements, executionContextWithPlannedState, runDataStepWorkers } from '../batched.ts'
import { type ConnectedProject, readProjectHistory } from '../connected-project.ts'
import { makeMigrationExecutionContext } from '../executor.ts'
import { prepareRelease } from '../plans.ts'

/**
 * Runs workers for a data step that another run of the project shares, without the lock of the project. Returns false if the
 * ledger contains no shared data step, or if the file of the data step has changed. Returns true when all rows of the data step
 * are done, or when a new run has taken over the ledger. The caller then tries to get the lock. The run that gets the lock
 * completes the data step.
 */
export async function joinSharedDataStep(
  connected: ConnectedProject,
  lockWatcher: LockWatcher,
  quota: RunQuota,
  workers: number,
): Promise<boolean> {
  const { session, dialect, policies, clock, writer, emit } = connected
  const history = await readProjectHistory(connected)
  const applied = history?.applied.find(isShared)
  const found = applied && findMigration(connected, applied)
  // The function does not report a changed file of the data step, because the run that holds the lock reports it.
  if (!history || !applied || !found || found.migration.checksum !== applied.checksum) return false
  const planned = await connected.states.of(applied.release)
  const position = planned.positions().find(({ migration }) => migration.id === applied.id)
  const work = (await prepareRelease(connected, planned, history)).works.get(applied.id)
  const { run } = applied
  if (!position || !work || run.state !== 'running' || run.cursor.kind !== 'batch' || !run.ranges) return false
  const walk = chooseKeyOfBatchedDataStep(work, position.before, dialect.ranges, run.cursor.by)
  if (!walk) return false
  const lease = makeSharedDataStepLease(session, BigInt(history.epoch), history)
  const ledger = new LedgerWriter(lease, dialect, clock, writer, 0n)
  const policy = policies[found.phase]
  const executor = makeMigrationExecutionContext(connected, { lease, ledger }, lockWatcher, planned, policy, history, quota, workers)
  emit({ type: 'batches-joined', migration: applied.id, workers, ...(history.holder && { with: history.holder.by }) })
  await executor.pauses.prepare()
  await checkDataStepStatements(executionContextWithPlannedState(executor, position), walk)
  try {
    // The workers do not store the reason for a wait, because only the run with the lock writes the progress of the data step.
    await runDataStepWorkers(executor, walk, position, run.cursor, workers, () => Promise.resolve())
  } catch (error) {
    if (!isError(error, 'ledger.taken-over')) throw error
  }
  return true
}

/**
 * Returns true if a migration in the ledger is a running data step whose ranges several workers share. A data step that runs
 * again is not shared.
 */
function isShared({ how, run }: AppliedMigration): boolean {
  return how !== 'again' && run.state === 'running' && run.cursor.kind === 'batch' && run.cursor.shared === true
}

function findMigration({ chain }: ConnectedProject, { id }: LedgerHistory['applied'][number]) {
  for (const { changes } of chain.releases) {
    for (const { migrations } of changes) {
      const phase: PhaseName | undefined = PHASES.find((one) => migrations[one]?.id === id)
      const migration = phase && migrations[phase]
      if (migration) return { migration, phase }
    }
  }
  return undefined
}
