import { errorMessageOf, InterphaseError, isError } from '../error.ts'
import { formatPause } from '../ledger/pause.ts'
import { formatQuarantinedKey } from '../ledger/quarantine.ts'
import { computeRetryDelayMs } from '../phase/policy.ts'
import { type BatchWalkCursor, isBatchWalkComplete } from '../plan/cursor.ts'
import type { PlannedPosition } from '../state/planned.ts'
import {
  type BatchPace,
  type BatchPaceLimits,
  computeNextBatchPace,
  FIRST_BATCH_SIZE,
  halveBatchPace,
  LARGEST_BATCH_SIZE,
  TARGET_BATCH_DURATION_MS,
} from '../work/batches/pace.ts'
import { type BatchWalk, chooseBatchWalk, performNextBatch } from '../work/batches/walk.ts'
import { makeStatementApproval } from '../work/border.ts'
import { resetSessionAfterFailure } from '../work/perform.ts'
import { isLockContentionError } from '../work/retry.ts'
import { throwIfStopped, waitUnlessStopped } from '../work/stop.ts'
import type { MigrationWork } from '../work/work.ts'
import {
  guardAfterMigration,
  guardBeforeMigration,
  type MigrationExecutor,
  type MigrationPlaceInPhase,
  recordPolicyExceptions,
  waitForAllInOrder,
} from './apply.ts'
import { describeFailedRow, isErrorOfRows, makeFailedRowError, quarantineLimitOf } from './data-steps/quarantine.ts'
import { type RangeLoopParts, WorkerPool } from './data-steps/workers.ts'
import { inOneTransaction, type MigrationLedgerWrites } from './ledger-entry.ts'
import { BatchThrottle } from './throttle.ts'

/** How often the schema is compared again during a data step, in milliseconds, because a data step can run for days. */
const GUARD_EVERY_MS = 10_000
// How often a worker looks whether the limit of the run leaves rows for it.
const OTHERS_MS = 50

/**
 * Runs a data step in batches. Each batch is one transaction that also stores the cursor, so an interrupted step loses at most one
 * batch and repeats none. The last batch ends at the greatest key that the table had when the step began. Returns the number of rows
 * written.
 */
export async function applyMigrationInBatches(
  executor: MigrationExecutor,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  place: MigrationPlaceInPhase,
): Promise<number> {
  await refuseIfPaused(executor, work)
  await guardBeforeMigration(executor, work, place.position)
  const walk = walkOfWork(executor, work, place.position)
  await recordPolicyExceptions(executor, work)
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
    size: Math.min(FIRST_BATCH_SIZE, limitsOf(walk).largest),
    at: clock.now().toISOString(),
  }
  await executor.crash('before intent', work.migration.id)
  await entry.enterAlone(clock.now(), cursor)
  await executor.crash('after row', work.migration.id)
  return walkFrom(executor, walk, entry, place, cursor)
}

/** Resumes a data step after its last committed batch. */
export async function resumeBatchedMigration(
  executor: MigrationExecutor,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  place: MigrationPlaceInPhase,
  cursor: BatchWalkCursor,
): Promise<number> {
  const { migration } = work
  await refuseIfPaused(executor, work)
  await guardBeforeMigration(executor, work, place.position)
  const walk = walkOfWork(executor, work, place.position, cursor.by)
  executor.emit({ type: 'batches-resumed', migration: migration.id, batches: cursor.batches, rows: cursor.rows })
  return walkFrom(executor, walk, entry, place, cursor)
}

/** Refuses to start a data step while the project is paused. A run that works already waits for the end of the pause. */
async function refuseIfPaused({ pauses }: MigrationExecutor, { migration }: MigrationWork): Promise<void> {
  await pauses.prepare()
  const pause = await pauses.read()
  if (pause) throw new InterphaseError('batch.paused', { migration: migration.id, pause: formatPause(pause) })
}

function walkOfWork(
  { ranges }: MigrationExecutor,
  work: MigrationWork,
  position: PlannedPosition | undefined,
  by?: readonly string[],
): BatchWalk {
  const walk = position && chooseBatchWalk(work, position.before, ranges, by)
  if (walk) return walk
  throw new InterphaseError('internal', { problem: `${work.migration.id} runs in batches, but its table is unknown` })
}

async function walkFrom(
  executor: MigrationExecutor,
  walk: BatchWalk,
  entry: MigrationLedgerWrites,
  { position, ahead }: MigrationPlaceInPhase,
  from: BatchWalkCursor,
): Promise<number> {
  try {
    const knowing = withPlannedState(executor, position)
    await approveStatements(knowing, walk)
    if (quarantineLimitOf(walk, executor.quarantine) > 0) await executor.quarantine.prepare()
    const workers = executor.workers.count ?? walk.body.declared.workers ?? (from.shared ? 1 : undefined)
    const affected =
      workers === undefined || isBatchWalkComplete(from)
        ? await new BatchLoop(knowing, walk, entry, position, from).run()
        : await runWithWorkers(executor, walk, entry, position, from, workers)
    await resetSessionAfterFailure(executor.session)
    await analyzeWalked(executor, walk)
    await guardAfterMigration(executor, walk.work, position, ahead)
    await entry.finishAlone()
    await executor.crash('after ledger', walk.work.migration.id)
    return affected
  } catch (error) {
    await resetSessionAfterFailure(executor.session)
    throw error
  }
}

/** Adds the planned state. Code sends its statements from the loop, and each of them is compared with this state. */
export function withPlannedState(executor: MigrationExecutor, position: PlannedPosition | undefined): MigrationExecutor {
  return position ? { ...executor, known: () => position.before } : executor
}

/**
 * Lets workers run the batches, and joins the results when all rows are done. Other processes may join. Only the run that holds the lock
 * completes the step.
 */
async function runWithWorkers(
  executor: MigrationExecutor,
  walk: BatchWalk,
  entry: MigrationLedgerWrites,
  position: PlannedPosition | undefined,
  from: BatchWalkCursor,
  count: number,
): Promise<number> {
  const { session, workers } = executor
  const ledger = workers.ledger(session, walk.work.migration.id, 'control')
  await workers.prepare()
  const shared: BatchWalkCursor = { ...withWaiting(from, undefined), shared: true }
  if (!from.shared) await inOneTransaction(session, [() => entry.moveTo(shared), () => ledger.begin(shared)])
  const before = await ledger.total()
  if (!before) throw new InterphaseError('internal', { problem: `the ranges of ${walk.work.migration.id} are missing in the ledger` })
  const keep = (waiting: BatchWalkCursor['waiting']) => entry.moveTo(withWaiting(shared, waiting))
  await runWorkerPool(executor, walk, position, before.cursor, count, keep)
  const after = (await ledger.total()) ?? before
  const done: BatchWalkCursor = { ...after.cursor, ...(from.upTo && { after: from.upTo }), shared: true }
  await inOneTransaction(session, [() => entry.moveTo(done, after.affected), () => ledger.remove()])
  return after.affected
}

/** Runs workers of this process until all rows of the step are done. `keep` stores the reason of a wait in the ledger. */
export async function runWorkerPool(
  executor: MigrationExecutor,
  walk: BatchWalk,
  position: PlannedPosition | undefined,
  from: BatchWalkCursor,
  count: number,
  keep: (waiting: BatchWalkCursor['waiting']) => Promise<void>,
): Promise<void> {
  const { session, workers, clock } = executor
  const { id } = walk.work.migration
  const throttle = new BatchThrottle(executor, id, from.batches)
  let guardedMs = clock.elapsedMs()
  const pass = async (batchMs: number) => {
    await throttle.pass(batchMs, keep)
    if (clock.elapsedMs() - guardedMs < GUARD_EVERY_MS) return
    await guardBeforeMigration(executor, walk.work, position)
    guardedMs = clock.elapsedMs()
  }
  const pool = new WorkerPool(executor, walk, {
    control: workers.ledger(session, id, 'control'),
    count,
    from,
    shared: { pass, committed: (ms, batches) => throttle.committed(ms, batches) },
    loop: (own, cursor, parts) => new BatchLoop(withPlannedState(own, position), walk, parts, position, cursor, parts).run(),
  })
  try {
    await pool.run()
  } finally {
    await throttle.close()
  }
}

/**
 * Computes the statistics again after many rows changed, because the queries of the new version depend on them. The step is complete
 * without them, so a failure is only reported.
 */
async function analyzeWalked({ session, limits, emit }: MigrationExecutor, { key, ranges }: BatchWalk): Promise<void> {
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

/** Checks the statements once for each run, because all batches send the same statements. Those of code are checked when it sends them. */
export async function approveStatements(executor: MigrationExecutor, { work, body }: BatchWalk): Promise<void> {
  if (body.kind === 'batch-code') return
  const approve = makeStatementApproval(executor, work)
  for (const { text, line } of body.statements) await approve(text, { file: work.migration.file, line }, executor.known?.(0), true)
}

function limitsOf({ body: { declared } }: BatchWalk): BatchPaceLimits {
  return { targetMs: declared.targetMs ?? TARGET_BATCH_DURATION_MS, largest: declared.size ?? LARGEST_BATCH_SIZE }
}

interface CommittedBatch {
  readonly cursor: BatchWalkCursor
  readonly affected: number
  /** The duration of the commit. */
  readonly commitMs: number
}

/** Runs the batches of a data step, or of one range of it, one after the other. */
class BatchLoop {
  readonly #executor: MigrationExecutor
  readonly #walk: BatchWalk
  readonly #entry: { readonly moveTo: (cursor: BatchWalkCursor, affected?: number) => Promise<void> }
  readonly #range: RangeLoopParts | undefined
  readonly #position: PlannedPosition | undefined
  readonly #limits: BatchPaceLimits
  readonly #startedMs: number
  readonly #throttle: BatchThrottle
  #cursor: BatchWalkCursor
  #pace: BatchPace
  /** The number of rows that this run has processed. */
  #rows = 0
  #guardedMs: number
  /** The duration of the last batch, in milliseconds. */
  #batchMs = 0
  /** The size of the largest batch that failed since then. The batches have this size again after the failing row was found. */
  #sizeBeforeFailure = 1
  /** The number of failed attempts since the last batch that was committed. */
  #failures = 0

  constructor(
    executor: MigrationExecutor,
    walk: BatchWalk,
    entry: { readonly moveTo: (cursor: BatchWalkCursor, affected?: number) => Promise<void> },
    position: PlannedPosition | undefined,
    cursor: BatchWalkCursor,
    range?: RangeLoopParts,
  ) {
    this.#executor = executor
    this.#walk = walk
    this.#entry = entry
    this.#range = range
    this.#position = position
    this.#limits = limitsOf(walk)
    this.#throttle = new BatchThrottle(executor, walk.work.migration.id, cursor.batches)
    // The reason for a wait is removed, because a killed run may have left it in the ledger.
    this.#cursor = withWaiting(cursor, undefined)
    this.#pace = { size: Math.min(cursor.size, this.#limits.largest), recent: [] }
    this.#startedMs = executor.clock.elapsedMs()
    this.#guardedMs = this.#startedMs
  }

  /** Runs the remaining batches. Returns the number of rows written. */
  async run(): Promise<number> {
    try {
      return await this.#runBatches()
    } finally {
      await this.#throttle.close()
    }
  }

  async #runBatches(): Promise<number> {
    const { signal, quota } = this.#executor
    let affected = 0
    while (!isBatchWalkComplete(this.#cursor)) {
      throwIfStopped(signal, this.#id)
      quota.refuseIfSpent(this.#id)
      if (this.#range) await this.#range.pass(this.#batchMs)
      else await this.#passAlone()
      affected += await this.#next()
    }
    return affected
  }

  get #id(): string {
    return this.#walk.work.migration.id
  }

  async #passAlone(): Promise<void> {
    await this.#throttle.pass(this.#batchMs, (waiting) => this.#keepWaiting(waiting))
    await this.#guardAtTimes()
  }

  async #keepWaiting(waiting: BatchWalkCursor['waiting']): Promise<void> {
    this.#cursor = withWaiting(this.#cursor, waiting)
    await this.#entry.moveTo(this.#cursor)
  }

  async #guardAtTimes(): Promise<void> {
    const now = this.#executor.clock.elapsedMs()
    if (now - this.#guardedMs < GUARD_EVERY_MS) return
    await guardBeforeMigration(this.#executor, this.#walk.work, this.#position)
    this.#guardedMs = now
  }

  /** Runs the next batch, or makes it smaller after a failure. Returns the number of rows written. */
  async #next(): Promise<number> {
    const { clock, quota } = this.#executor
    const size = this.#range ? this.#range.reserve(this.#pace.size) : quota.allowed(this.#pace.size)
    if (size === 0) return this.#waitForOthers()
    const startedMs = clock.elapsedMs()
    const tried: { end?: readonly string[] } = {}
    try {
      const { cursor, affected, commitMs } = await this.#batch(size, tried)
      const elapsedMs = clock.elapsedMs() - startedMs
      const rows = cursor.rows - this.#cursor.rows
      this.#pace = computeNextBatchPace(this.#pace, size, elapsedMs, this.#limits)
      this.#batchMs = elapsedMs
      this.#failures = 0
      if (size >= this.#sizeBeforeFailure) this.#sizeBeforeFailure = 1
      this.#cursor = cursor
      this.#rows += rows
      if (!this.#range) quota.walked(rows)
      this.#range?.settle(size, { rows, commitMs })
      this.#tell(size, affected, elapsedMs)
      return affected
    } catch (error) {
      this.#range?.settle(size, undefined)
      await this.#shrink(size, tried.end, error)
      return 0
    }
  }

  /** Waits until the other workers have used up the limit of the run, or have given rows of it back. */
  async #waitForOthers(): Promise<number> {
    const { clock, signal } = this.#executor
    await waitUnlessStopped(clock, OTHERS_MS, signal, this.#id)
    return 0
  }

  /** Processes the rows of one range and stores the cursor after it, in one transaction. */
  async #batch(size: number, tried: { end?: readonly string[] }): Promise<CommittedBatch> {
    const { session, crash, fence, limits, clock } = this.#executor
    const { migration } = this.#walk.work
    const { key, ranges } = this.#walk
    const { after, upTo = [], batches } = this.#cursor
    await session.begin(limits, 'read committed')
    try {
      await this.#range?.hold()
      await crash('after begin', migration.id, batches)
      const end = await ranges.endOf(session, key, { ...(after && { after }), upTo }, size)
      tried.end = end
      const affected = await performNextBatch(this.#executor, this.#walk, { ...(after && { after }), upTo: end })
      await crash('after statement', migration.id, batches)
      if (!(await session.intact())) throw new InterphaseError('migration.committed', { migration: migration.id, file: migration.file })
      await fence.check(migration)
      const cursor = this.#after(end, size, affected)
      await waitForAllInOrder(fence.checkLock(migration), this.#entry.moveTo(cursor, affected))
      await crash('before commit', migration.id, batches)
      const commitMs = clock.elapsedMs()
      await session.commit({ file: migration.file, line: 1 })
      const took = clock.elapsedMs() - commitMs
      this.#throttle.committed(took, cursor.batches)
      await crash('after cursor', migration.id, batches)
      return { cursor, affected, commitMs: took }
    } catch (error) {
      if (!session.lost.aborted) await session.rollback()
      throw error
    }
  }

  #after(end: readonly string[], size: number, affected: number): BatchWalkCursor {
    const next: BatchWalkCursor = { ...this.#cursor, after: end, batches: this.#cursor.batches + 1 }
    // Only the last batch can have fewer rows than its size. Its rows are not counted separately.
    const rows = isBatchWalkComplete(next) ? Math.min(affected, size) : size
    return { ...next, rows: next.rows + rows, size: this.#pace.size, at: this.#executor.clock.now().toISOString() }
  }

  /** Makes the next batch smaller after a failure. Throws the error if a smaller batch cannot help. */
  async #shrink(size: number, end: readonly string[] | undefined, error: unknown): Promise<void> {
    const { session, retry, clock, signal, emit } = this.#executor
    if (session.lost.aborted || !isErrorOfRows(error)) throw error
    const isRetried = isLockContentionError(error)
    this.#sizeBeforeFailure = Math.max(this.#sizeBeforeFailure, size)
    this.#failures += 1
    if (size === 1 && isRetried && this.#failures >= retry.attempts) throw error
    if (size === 1 && !isRetried) return this.#quarantine(end, error)
    this.#pace = halveBatchPace({ size, recent: [] })
    const problem = isError(error, 'statement.failed') ? error.facts.message : error.message
    const worker = this.#range && { worker: this.#range.worker }
    emit({ type: 'batch-failed', migration: this.#id, ...worker, size, next: this.#pace.size, problem })
    if (isRetried)
      await waitUnlessStopped(clock, computeRetryDelayMs(retry, Math.min(this.#failures, retry.attempts), clock.random()), signal, this.#id)
  }

  /** Puts a row that failed alone into quarantine, and moves the cursor behind it in the same transaction. */
  async #quarantine(end: readonly string[] | undefined, error: InterphaseError): Promise<void> {
    if (!end) throw error
    const { quarantine, session, fence, limits, clock, crash, emit, quota } = this.#executor
    const { migration } = this.#walk.work
    const row = describeFailedRow(this.#walk, end, error, clock.now())
    const limit = quarantineLimitOf(this.#walk, quarantine)
    const before = limit === 0 ? 0 : ((await quarantine.count()).get(this.#id) ?? 0)
    if (before >= limit) throw makeFailedRowError(this.#walk, row, limit, error)
    const cursor = { ...this.#after(end, 1, 1), size: this.#sizeBeforeFailure }
    await session.begin(limits, 'read committed')
    try {
      await this.#range?.hold()
      await quarantine.put(row)
      await waitForAllInOrder(fence.checkLock(migration), this.#entry.moveTo(cursor))
      await crash('before commit', migration.id, cursor.batches)
      await session.commit({ file: migration.file, line: 1 })
    } catch (failed) {
      if (!session.lost.aborted) await session.rollback()
      throw failed
    }
    this.#cursor = cursor
    this.#pace = { size: this.#sizeBeforeFailure, recent: [] }
    this.#sizeBeforeFailure = 1
    this.#failures = 0
    this.#rows += 1
    if (!this.#range) quota.walked(1)
    const { table, problem } = row
    emit({ type: 'row-quarantined', migration: this.#id, table, key: formatQuarantinedKey(row), problem, rows: before + 1, limit })
  }

  #tell(size: number, affected: number, elapsedMs: number): void {
    const { clock, emit } = this.#executor
    const alone = { ...this.#cursor, done: this.#rows, sinceMs: this.#startedMs }
    const { batches, rows, of, done, sinceMs } = this.#range?.progress() ?? alone
    const seconds = Math.max(clock.elapsedMs() - sinceMs, 1) / 1000
    const rate = Math.round(done / seconds)
    const left = of === undefined || rate === 0 ? undefined : Math.max(0, of - rows) / rate
    emit({
      type: 'batch-done',
      migration: this.#id,
      batch: batches,
      ...(this.#range && { worker: this.#range.worker }),
      size,
      affected,
      elapsedMs: Math.round(elapsedMs),
      rows,
      ...(of !== undefined && { of }),
      rate,
      ...(left !== undefined && { etaMs: Math.round(left * 1000) }),
    })
  }
}

function withWaiting(cursor: BatchWalkCursor, waiting: BatchWalkCursor['waiting']): BatchWalkCursor {
  const { waiting: _, ...working } = cursor
  return { ...working, ...(waiting && { waiting }) }
}
