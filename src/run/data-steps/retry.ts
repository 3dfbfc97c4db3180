import { InterphaseError } from '../../error.ts'
import { type LedgerWriteAccess, runUnderProjectLock } from '../../ledger/access.ts'
import {
  formatQuarantinedKey,
  putIntoQuarantine,
  type QuarantinedRow,
  readQuarantinedRows,
  removeFromQuarantine,
} from '../../ledger/quarantine.ts'
import { readAndCheckLedgerProjectRow } from '../../ledger/read.ts'
import { isMigrationDone } from '../../plan/history.ts'
import { appliedMigrationsById } from '../../plan/plan.ts'
import { computeChainProgress } from '../../plan/progress.ts'
import type { MigrationId } from '../../release/migration.ts'
import type { SchemaState } from '../../schema/state.ts'
import { type BatchedDataStepWithKey, chooseKeyOfBatchedDataStep, performBatch } from '../../work/batches/walk.ts'
import { makeLockWatcher } from '../../work/lock-watcher.ts'
import { resetSessionAfterFailure } from '../../work/perform.ts'
import { RunQuota } from '../../work/quota.ts'
import { throwIfRunMustStop } from '../../work/stop.ts'
import type { MigrationExecutionContext } from '../apply.ts'
import { checkDataStepStatements } from '../batched.ts'
import type { ConnectedProject } from '../connected-project.ts'
import { makeMigrationExecutionContext } from '../executor.ts'
import { runInOneTransaction } from '../ledger-entry.ts'
import { prepareRelease } from '../plans.ts'
import { canErrorDependOnRows, makeQuarantinedRow } from './quarantine.ts'

/**
 * The rows in quarantine that a command processes. The fields select the rows of one data step, or the row with one key. Without
 * a field, the command processes all rows.
 */
export interface QuarantineSelection {
  readonly migration?: MigrationId
  /** The key of the row, as `interphase quarantine list` prints the key, for example `id = 12`. */
  readonly key?: string
}

/** The result of the command `interphase quarantine retry`. */
export interface QuarantineRetryResult {
  /** The rows that left the quarantine, because the data step succeeded for them, or because they no longer exist. */
  readonly done: readonly QuarantinedRow[]
  /** The rows for which the data step failed again, each with the new error. */
  readonly left: readonly QuarantinedRow[]
}

/** Returns the rows in quarantine that the selection contains. Rows in quarantine are rows that data steps could not write. */
export async function listQuarantine(
  { session, dialect, config }: ConnectedProject,
  selection: QuarantineSelection = {},
): Promise<readonly QuarantinedRow[]> {
  const row = await readAndCheckLedgerProjectRow(session, dialect, config.project)
  return row ? select(await readQuarantinedRows(session, dialect, config.project), selection) : []
}

/**
 * Executes the data steps again for the selected rows in quarantine, each row in its own transaction. If the data step succeeds
 * for a row, or if the row no longer exists, the function removes the row from the quarantine. If the data step fails again, the
 * row remains in quarantine with the new error. Throws `quarantine.unknown` if the selection has a field and selects no row.
 */
export async function retryQuarantine(
  connected: ConnectedProject,
  selection: QuarantineSelection,
  waitMs: number,
): Promise<QuarantineRetryResult> {
  const lockWatcher = makeLockWatcher(connected.dialect, connected.target, connected.clock)
  try {
    return await runUnderProjectLock(connected, waitMs, async (access) => {
      const rows = await listQuarantine(connected, selection)
      refuseNothing(rows, selection)
      const result: { readonly done: QuarantinedRow[]; readonly left: QuarantinedRow[] } = { done: [], left: [] }
      for (const migration of new Set(rows.map((row) => row.migration))) {
        const executorOf = makeExecutorFor(connected, access, lockWatcher)
        const mine = rows.filter((row) => row.migration === migration)
        await retryRows(await prepareRetry(connected, access, executorOf, migration), mine, result)
      }
      return result
    })
  } finally {
    await lockWatcher.close()
  }
}

/**
 * Removes the selected rows from the quarantine by the decision of a person. The function does not change the rows in their
 * tables. The ledger stores the reason. Returns the removed rows. Throws `quarantine.unknown` if the selection has a field and
 * selects no row.
 */
export async function discardQuarantine(
  connected: ConnectedProject,
  selection: QuarantineSelection,
  because: string,
  waitMs: number,
): Promise<readonly QuarantinedRow[]> {
  const { session, config } = connected
  return runUnderProjectLock(connected, waitMs, async ({ ledger }) => {
    const rows = await listQuarantine(connected, selection)
    refuseNothing(rows, selection)
    for (const row of rows) {
      const { table, problem, migration } = row
      const fields = { table, key: formatQuarantinedKey(row), problem, because }
      await runInOneTransaction(session, [
        () => removeFromQuarantine(session, config.project, row),
        async () => void (await ledger.note({ kind: 'discarded', fields }, migration)),
      ])
    }
    return rows
  })
}

function select(rows: readonly QuarantinedRow[], { migration, key }: QuarantineSelection): readonly QuarantinedRow[] {
  return rows.filter(
    (row) => (migration === undefined || row.migration === migration) && (key === undefined || formatQuarantinedKey(row) === key),
  )
}

/**
 * Throws `quarantine.unknown` if the selection contains no row. Without the error, a command with a mistyped name would seem to
 * succeed.
 */
function refuseNothing(rows: readonly QuarantinedRow[], { migration, key }: QuarantineSelection): void {
  if (rows.length > 0 || (migration === undefined && key === undefined)) return
  const of = migration === undefined ? '' : ` of ${migration}`
  const row = key === undefined ? '' : ` with the key ${key}`
  throw new InterphaseError('quarantine.unknown', { problem: `no row${of}${row} is in quarantine` })
}

type ExecutorFor = (
  planned: Parameters<typeof makeMigrationExecutionContext>[3],
  phase: keyof ConnectedProject['policies'],
) => MigrationExecutionContext

function makeExecutorFor(
  connected: ConnectedProject,
  access: LedgerWriteAccess,
  lockWatcher: ReturnType<typeof makeLockWatcher>,
): ExecutorFor {
  const quota = new RunQuota(connected.clock, {})
  return (planned, phase) =>
    makeMigrationExecutionContext(connected, access, lockWatcher, planned, connected.policies[phase], access.history, quota)
}

/** A data step whose rows in quarantine the engine processes again. */
interface Retry {
  readonly executor: MigrationExecutionContext
  readonly walkBy: (by: readonly string[]) => BatchedDataStepWithKey
}

async function prepareRetry(
  connected: ConnectedProject,
  { history }: LedgerWriteAccess,
  executorOf: ExecutorFor,
  migration: MigrationId,
): Promise<Retry> {
  const progress = computeChainProgress(connected.chain, history)
  const [problem] = progress.problems
  if (problem) throw problem
  const applied = appliedMigrationsById(history)
  const row = applied.get(migration)
  if (!row) throw new InterphaseError('quarantine.unknown', { problem: `${migration} has rows in quarantine, but is not in the ledger` })
  const planned = await connected.states.of(row.release)
  const { works } = await prepareRelease(connected, planned, history)
  const work = works.get(migration)
  const position = planned.positions().find((one) => one.migration.id === migration)
  if (!work || !position) throw new InterphaseError('internal', { problem: `${migration} has no recorded state` })
  const executor = executorOf(planned, work.migration.phase)
  const now: SchemaState = planned.positions().findLast(({ migration: { id } }) => isMigrationDone(applied.get(id)))?.after ?? planned.start
  await executor.fence.readOutsideObjects()
  await executor.session.limit(executor.limits)
  await executor.guard.compareGroups(now, position.guarded, `before the rows in quarantine of ${migration}`)
  return {
    // The author's code runs again at the present position of the release. The engine therefore compares each statement of the code
    // with the planned state at this position.
    executor: { ...executor, known: () => now },
    walkBy: (by) => {
      const walk = chooseKeyOfBatchedDataStep(work, now, executor.ranges, by)
      if (!walk) throw new InterphaseError('internal', { problem: `${migration} has rows in quarantine, but does not run in batches` })
      return walk
    },
  }
}

async function retryRows(
  { executor, walkBy }: Retry,
  rows: readonly QuarantinedRow[],
  result: { readonly done: QuarantinedRow[]; readonly left: QuarantinedRow[] },
): Promise<void> {
  const { session, ledger, project, clock, signal } = executor
  try {
    for (const row of rows) {
      throwIfRunMustStop(signal, row.migration)
      const walk = walkBy(row.by)
      await checkDataStepStatements(executor, walk)
      try {
        await retryRow(executor, walk, row)
        result.done.push(row)
      } catch (error) {
        if (session.lost.aborted || !canErrorDependOnRows(error)) throw error
        const again = { ...makeQuarantinedRow(walk, row.key, error, clock.now()), table: row.table }
        await runInOneTransaction(session, [() => putIntoQuarantine(session, ledger, project, again)])
        result.left.push(again)
      }
    }
  } finally {
    await resetSessionAfterFailure(session)
  }
}

/** Executes the data step for one row in quarantine, and removes the row from the quarantine, both in one transaction. */
async function retryRow(executor: MigrationExecutionContext, walk: BatchedDataStepWithKey, row: QuarantinedRow): Promise<void> {
  const { session, limits, fence, ledger, project } = executor
  const { migration } = walk.work
  await session.begin(limits, 'read committed')
  try {
    const affected = await performBatch(executor, walk, { only: row.key })
    if (!(await session.intact())) throw new InterphaseError('migration.committed', { migration: migration.id, file: migration.file })
    await fence.refuseOutsideChanges(migration)
    await fence.refuseLostLock(migration)
    await removeFromQuarantine(session, project, row)
    await ledger.addAffected(migration, affected)
    await session.commit({ file: migration.file, line: 1 })
  } catch (error) {
    if (!session.lost.aborted) await session.rollback()
    throw error
  }
}
