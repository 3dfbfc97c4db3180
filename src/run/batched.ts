import { errorMessageOf, InterphaseError } from '../error.ts'
import { formatOperatorPause } from '../ledger/pause.ts'
import { type BatchWalkCursor, isBatchWalkComplete } from '../plan/cursor.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import { rangedCountQueryOf } from '../work/batches/left-rows.ts'
import { FIRST_BATCH_SIZE } from '../work/batches/pace.ts'
import { type BatchedDataStepWithKey, chooseKeyOfBatchedDataStep } from '../work/batches/walk.ts'
import { makeStatementCheckBeforeSending } from '../work/border.ts'
import { resetSessionAfterFailure } from '../work/perform.ts'
import type { MigrationWork } from '../work/work.ts'
import {
  checkSchemaAfterMigration,
  checkSchemaBeforeMigration,
  type MigrationExecutionContext,
  type MigrationPositionInPhase,
  writePolicyExceptionNotes,
} from './apply.ts'
import { BatchLoop, batchPaceLimitsOf, cursorWithWaitReason, SCHEMA_GUARD_INTERVAL_MS } from './data-steps/batch-loop.ts'
import { quarantineLimitOf } from './data-steps/quarantine.ts'
import { verifyAndCompleteDataStep } from './data-steps/verify.ts'
import { DataStepWorkerPool } from './data-steps/workers.ts'
import { type MigrationLedgerWrites, runInOneTransaction } from './ledger-entry.ts'
import { BatchThrottle } from './throttle.ts'

/**
 * Runs a data step in batches. Each batch is one transaction that also stores the cursor, which contains the progress. An
 * interruption therefore loses at most one uncommitted batch, and repeats no committed batch. The last batch ends at the greatest
 * key that the table had when the data step began. Returns the number of rows written.
 */
export async function applyMigrationInBatches(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  place: MigrationPositionInPhase,
): Promise<number> {
  await refuseIfPaused(executor, work)
  await checkSchemaBeforeMigration(executor, work, place.position)
  const walk = walkOfWork(executor, work, place.position)
  await writePolicyExceptionNotes(executor, work)
  const { catalog, session, clock } = executor
  const sizes = await catalog.sizes(session, [walk.key.table])
  const upTo = await walk.ranges.last(session, walk.key)
  const of = sizes.get(walk.key.table)?.rows
  const cursor: BatchWalkCursor = {
    kind: 'batch',
    by: walk.key.columns.map(({ name }) => name),
    ...(upTo && { upTo }),
    batches: 0,
    rows: 0,
    ...(of !== undefined && of > 0 && { of: Math.round(of) }),
    size: Math.min(FIRST_BATCH_SIZE, batchPaceLimitsOf(walk, of).largest),
    at: clock.now().toISOString(),
  }
  await executor.crash('before intent', work.migration.id)
  await entry.enterAlone(clock.now(), cursor)
  await executor.crash('after row', work.migration.id)
  return walkFrom(executor, walk, entry, place, cursor)
}

/** Resumes an interrupted data step after the last batch that it committed. Returns the number of rows written. */
export async function resumeBatchedMigration(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  place: MigrationPositionInPhase,
  cursor: BatchWalkCursor,
): Promise<number> {
  const { migration } = work
  await refuseIfPaused(executor, work)
  await checkSchemaBeforeMigration(executor, work, place.position)
  const walk = walkOfWork(executor, work, place.position, cursor.by)
  executor.emit({ type: 'batches-resumed', migration: migration.id, batches: cursor.batches, rows: cursor.rows })
  return walkFrom(executor, walk, entry, place, cursor)
}

/**
 * Throws `batch.paused` if the project is paused when a data step begins. If the pause begins while a data step is running, the
 * data step waits for the end of the pause instead.
 */
async function refuseIfPaused({ pauses }: MigrationExecutionContext, { migration }: MigrationWork): Promise<void> {
  await pauses.prepare()
  const pause = await pauses.read()
  if (pause) throw new InterphaseError('batch.paused', { migration: migration.id, pause: formatOperatorPause(pause) })
}

function walkOfWork(
  { ranges }: MigrationExecutionContext,
  work: MigrationWork,
  position: PlannedMigrationPosition | undefined,
  by?: readonly string[],
): BatchedDataStepWithKey {
  const walk = position && chooseKeyOfBatchedDataStep(work, position.before, ranges, by)
  if (walk) return walk
  throw new InterphaseError('internal', { problem: `${work.migration.id} runs in batches, but its table is unknown` })
}

async function walkFrom(
  executor: MigrationExecutionContext,
  walk: BatchedDataStepWithKey,
  entry: MigrationLedgerWrites,
  { position, ahead }: MigrationPositionInPhase,
  from: BatchWalkCursor,
): Promise<number> {
  try {
    const knowing = executionContextWithPlannedState(executor, position)
    await checkDataStepStatements(knowing, walk)
    if (quarantineLimitOf(walk, executor.quarantine) > 0) await executor.quarantine.prepare()
    const workers = executor.workers.count ?? walk.body.declared.workers ?? (from.shared ? 1 : undefined)
    const { affected, cursor } =
      workers === undefined || isBatchWalkComplete(from)
        ? await runAlone(knowing, walk, entry, position, from)
        : await runWithWorkers(executor, walk, entry, position, from, workers)
    const counted = rangedCountQueryOf(walk, executor.dialect)
    const repaired = counted ? await verifyAndCompleteDataStep(knowing, walk, counted, entry, position, cursor) : 0
    await resetSessionAfterFailure(executor.session)
    await analyzeWalked(executor, walk)
    await checkSchemaAfterMigration(executor, walk.work, position, ahead)
    await entry.finishAlone()
    if (counted) executor.verified.add(walk.work.migration.id)
    await executor.crash('after ledger', walk.work.migration.id)
    return affected + repaired
  } catch (error) {
    await resetSessionAfterFailure(executor.session)
    throw error
  }
}

/**
 * Returns a copy of `executor`, the context in which a run executes migrations. The copy also contains the planned state before
 * the data step. The engine compares the names in each statement of the author's code with this state.
 */
export function executionContextWithPlannedState(
  executor: MigrationExecutionContext,
  position: PlannedMigrationPosition | undefined,
): MigrationExecutionContext {
  return position ? { ...executor, known: () => position.before } : executor
}

/** The number of rows that the batches of a data step wrote, and the cursor (the progress) after the last batch. */
interface WalkedBatches {
  readonly affected: number
  readonly cursor: BatchWalkCursor
}

async function runAlone(
  executor: MigrationExecutionContext,
  walk: BatchedDataStepWithKey,
  entry: MigrationLedgerWrites,
  position: PlannedMigrationPosition | undefined,
  from: BatchWalkCursor,
): Promise<WalkedBatches> {
  const loop = new BatchLoop(executor, walk, entry, position, from)
  return { affected: await loop.run(), cursor: loop.cursor }
}

/**
 * Runs the batches of a data step with several workers, and writes the sum of their progress to the ledger when all rows are
 * done. Workers of other processes can work on the same data step. Only the run that holds the lock of the project completes the
 * data step.
 */
async function runWithWorkers(
  executor: MigrationExecutionContext,
  walk: BatchedDataStepWithKey,
  entry: MigrationLedgerWrites,
  position: PlannedMigrationPosition | undefined,
  from: BatchWalkCursor,
  count: number,
): Promise<WalkedBatches> {
  const { session, workers } = executor
  const ledger = workers.ledger(session, walk.work.migration.id, 'control')
  await workers.prepare()
  const shared: BatchWalkCursor = { ...cursorWithWaitReason(from, undefined), shared: true }
  if (!from.shared) await runInOneTransaction(session, [() => entry.moveTo(shared), () => ledger.begin(shared)])
  const before = await ledger.total()
  if (!before) throw new InterphaseError('internal', { problem: `the ranges of ${walk.work.migration.id} are missing in the ledger` })
  const keep = (waiting: BatchWalkCursor['waiting']) => entry.moveTo(cursorWithWaitReason(shared, waiting))
  await runDataStepWorkers(executor, walk, position, before.cursor, count, keep)
  const after = (await ledger.total()) ?? before
  const done: BatchWalkCursor = { ...after.cursor, ...(from.upTo && { after: from.upTo }), shared: true }
  await runInOneTransaction(session, [() => entry.moveTo(done, after.affected), () => ledger.remove()])
  return { affected: after.affected, cursor: done }
}

/**
 * Runs `count` workers in the Node process until all rows of the data step are done. `keep` stores the reason for a wait in the
 * ledger.
 */
export async function runDataStepWorkers(
  executor: MigrationExecutionContext,
  walk: BatchedDataStepWithKey,
  position: PlannedMigrationPosition | undefined,
  from: BatchWalkCursor,
  count: number,
  keep: (waiting: BatchWalkCursor['waiting']) => Promise<void>,
): Promise<void> {
  const { session, workers, clock } = executor
  const { id } = walk.work.migration
  const throttle = new BatchThrottle(executor, id, from.batches)
  let guardedMs = clock.elapsedMs()
  const wait = async (batchMs: number) => {
    await throttle.pass(batchMs, keep)
    if (clock.elapsedMs() - guardedMs < SCHEMA_GUARD_INTERVAL_MS) return
    await checkSchemaBeforeMigration(executor, walk.work, position)
    guardedMs = clock.elapsedMs()
  }
  const pool = new DataStepWorkerPool(executor, walk, {
    control: workers.ledger(session, id, 'control'),
    count,
    from,
    shared: { wait, committed: (ms, batches) => throttle.committed(ms, batches) },
    loop: (own, cursor, parts) =>
      new BatchLoop(executionContextWithPlannedState(own, position), walk, parts, position, cursor, parts).run(),
  })
  try {
    await pool.run()
  } finally {
    await throttle.close()
  }
}

/**
 * Makes the server compute the statistics of the table again after a data step changed many rows, because the server plans the
 * queries of the new application version with the statistics. The run reports an error only as a remark, because the data step is
 * complete without new statistics.
 */
async function analyzeWalked({ session, limits, emit }: MigrationExecutionContext, { key, ranges }: BatchedDataStepWithKey): Promise<void> {
  try {
    await session.limit({ lockTimeoutMs: limits.lockTimeoutMs ?? 0 })
    await ranges.analyze(session, key)
  } catch (error) {
    if (session.lost.aborted) throw error
    emit({ type: 'remark', says: `The statistics of ${key.table} were not computed again: ${errorMessageOf(error)}` })
  } finally {
    if (!session.lost.aborted) await session.limit(limits)
  }
}

/**
 * Checks the statements of a data step only once in a run, because all batches send the same statements. If the author's code
 * sends the statements, the engine checks each statement when the code sends it.
 */
export async function checkDataStepStatements(executor: MigrationExecutionContext, { work, body }: BatchedDataStepWithKey): Promise<void> {
  if (body.kind === 'batch-code') return
  const approve = makeStatementCheckBeforeSending(executor, work)
  for (const { text, line } of body.statements) await approve(text, { file: work.migration.file, line }, executor.known?.(0), true)
}
