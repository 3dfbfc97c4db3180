import { InterphaseError, isError } from '../../error.ts'
import { formatQuarantinedKey, type QuarantinedRow } from '../../ledger/quarantine.ts'
import { computeRetryDelayMs } from '../../phase/policy.ts'
import { type BatchWalkCursor, estimateTimeLeftMs, isBatchWalkComplete } from '../../plan/cursor.ts'
import type { PlannedMigrationPosition } from '../../state/planned.ts'
import {
  type BatchPace,
  type BatchPaceLimits,
  computeNextBatchPace,
  halveBatchPace,
  largestBatchSizeForTable,
  TARGET_BATCH_DURATION_MS,
} from '../../work/batches/pace.ts'
import { type BatchedDataStepWithKey, performBatch } from '../../work/batches/walk.ts'
import { isLockContentionError, retryAfterLockErrors } from '../../work/retry.ts'
import { throwIfRunMustStop, waitUnlessRunMustStop } from '../../work/stop.ts'
import { checkSchemaBeforeMigration, type MigrationExecutionContext, waitForAllAndThrowFirstError } from '../apply.ts'
import { BatchThrottle } from '../throttle.ts'
import { canErrorDependOnRows, makeFailedRowError, makeQuarantinedRow, quarantineLimitOf } from './quarantine.ts'
import type { RangeLoopFunctions } from './workers.ts'

/**
 * The time between two comparisons of the schema during a data step, in milliseconds. The comparisons are needed because a data
 * step can run for days.
 */
export const SCHEMA_GUARD_INTERVAL_MS = 10_000
// The time in milliseconds after which a worker checks again whether the row limit of the run allows another batch.
const OTHERS_MS = 50

/**
 * Returns the limits for the batches of a table that has about `rows` rows. `rows` is undefined if the number of rows is unknown.
 */
export function batchPaceLimitsOf({ body: { declared } }: BatchedDataStepWithKey, rows: number | undefined): BatchPaceLimits {
  return { targetMs: declared.targetMs ?? TARGET_BATCH_DURATION_MS, largest: declared.size ?? largestBatchSizeForTable(rows) }
}

interface CommittedBatchTime {
  readonly cursor: BatchWalkCursor
  readonly affected: number
  /** The duration of the commit of a batch in milliseconds. */
  readonly commitMs: number
}

/** A batch that the loop does not repeat: the batch was committed, or its only row was put into quarantine. */
interface BatchThatEnded {
  readonly rows: number
  readonly affected: number
  readonly commitMs: number
  /** The duration of the committed batch in milliseconds. The field is absent if the row of the batch was put into quarantine. */
  readonly elapsedMs?: number
}

/** Runs the batches of a data step, or of one range of a data step, one after the other. */
export class BatchLoop {
  readonly #executor: MigrationExecutionContext
  readonly #walk: BatchedDataStepWithKey
  readonly #entry: { readonly moveTo: (cursor: BatchWalkCursor, affected?: number) => Promise<void> }
  readonly #range: RangeLoopFunctions | undefined
  readonly #position: PlannedMigrationPosition | undefined
  readonly #limits: BatchPaceLimits
  readonly #startedMs: number
  readonly #throttle: BatchThrottle
  #cursor: BatchWalkCursor
  #pace: BatchPace
  /** The number of rows that the loop has processed in the present run. */
  #rows = 0
  #guardedMs: number
  /** The duration of the last batch that the loop has run, in milliseconds. */
  #batchMs = 0
  /**
   * The batch size that the loop uses again when the row that caused a failure is in quarantine. This is the size of the largest
   * failed batch since the last committed batch of at least the same size. The value is 1 if no batch failed.
   */
  #sizeBeforeFailure = 1
  /** The number of failed attempts since the last committed batch. */
  #failures = 0
  /** True if the last batch failed because of locks or changes of other sessions. */
  #isRetried = false

  constructor(
    executor: MigrationExecutionContext,
    walk: BatchedDataStepWithKey,
    entry: { readonly moveTo: (cursor: BatchWalkCursor, affected?: number) => Promise<void> },
    position: PlannedMigrationPosition | undefined,
    cursor: BatchWalkCursor,
    range?: RangeLoopFunctions,
  ) {
    this.#executor = executor
    this.#walk = walk
    this.#entry = entry
    this.#range = range
    this.#position = position
    this.#limits = batchPaceLimitsOf(walk, range ? range.progress().of : cursor.of)
    this.#throttle = new BatchThrottle(executor, walk.work.migration.id, cursor.batches)
    // The loop removes the reason for a wait from the stored progress, because a killed run can have left the reason in the
    // ledger.
    this.#cursor = cursorWithWaitReason(cursor, undefined)
    this.#pace = { size: Math.min(cursor.size, this.#limits.largest), recent: [] }
    this.#startedMs = executor.clock.elapsedMs()
    this.#guardedMs = this.#startedMs
  }

  /** The cursor (the progress) of the data step after the last committed batch. */
  get cursor(): BatchWalkCursor {
    return this.#cursor
  }

  /** Runs the remaining batches of the loop. Returns the number of rows written. */
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
      throwIfRunMustStop(signal, this.#id)
      quota.refuseIfSpent(this.#id)
      if (this.#range) await this.#range.wait(this.#batchMs)
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
    this.#cursor = cursorWithWaitReason(this.#cursor, waiting)
    await this.#entry.moveTo(this.#cursor)
  }

  async #guardAtTimes(): Promise<void> {
    const now = this.#executor.clock.elapsedMs()
    if (now - this.#guardedMs < SCHEMA_GUARD_INTERVAL_MS) return
    await checkSchemaBeforeMigration(this.#executor, this.#walk.work, this.#position)
    this.#guardedMs = now
  }

  /**
   * Runs the next batch. Returns the number of rows written. After a failed batch, the method returns 0, and the next batch is
   * smaller.
   */
  async #next(): Promise<number> {
    const { quota } = this.#executor
    const size = this.#range ? this.#range.reserve(this.#pace.size) : quota.allowed(this.#pace.size)
    if (size === 0) return this.#waitForOthers()
    let batch: BatchThatEnded | undefined
    try {
      batch = await this.#attempt(size)
    } finally {
      // A row that is put into quarantine counts as processed, so it also counts against the row limit of the run.
      this.#range?.settle(size, batch)
    }
    if (batch) {
      this.#rows += batch.rows
      if (!this.#range) quota.walked(batch.rows)
      if (batch.elapsedMs !== undefined) this.#tell(size, batch.affected, batch.elapsedMs)
      return batch.affected
    }
    await this.#waitAfterFailure()
    return 0
  }

  /** Runs one batch of a data step. Returns undefined if the batch failed and the loop must repeat it with fewer rows. */
  async #attempt(size: number): Promise<BatchThatEnded | undefined> {
    const { clock } = this.#executor
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
      return { rows, affected, commitMs, elapsedMs }
    } catch (error) {
      return this.#shrink(size, tried.end, error)
    }
  }

  /**
   * Waits a short time, because the open batches of other workers have reserved all remaining rows of the run's row limit. Returns
   * 0 as the number of rows written.
   */
  async #waitForOthers(): Promise<number> {
    const { clock, signal } = this.#executor
    await waitUnlessRunMustStop(clock, OTHERS_MS, signal, this.#id)
    return 0
  }

  /**
   * Executes the data step for the rows of one batch, and stores the progress after the batch in the ledger, both in one
   * transaction.
   */
  async #batch(size: number, tried: { end?: readonly string[] }): Promise<CommittedBatchTime> {
    const { session, crash, fence, limits, clock, quota } = this.#executor
    const { migration } = this.#walk.work
    const { key, ranges } = this.#walk
    const { after, upTo = [], batches } = this.#cursor
    await session.begin(limits, 'read committed')
    try {
      await this.#range?.hold()
      await crash('after begin', migration.id, batches)
      const { end, affected } = await quota.cancelWhenOverdue(session, migration.id, async () => {
        const end = await ranges.endOf(session, key, { ...(after && { after }), upTo }, size)
        tried.end = end
        return { end, affected: await performBatch(this.#executor, this.#walk, { ...(after && { after }), upTo: end }) }
      })
      await crash('after statement', migration.id, batches)
      if (!(await session.intact())) throw new InterphaseError('migration.committed', { migration: migration.id, file: migration.file })
      await fence.refuseOutsideChanges(migration)
      const cursor = this.#after(end, size, affected)
      await waitForAllAndThrowFirstError(fence.refuseLostLock(migration), this.#entry.moveTo(cursor, affected))
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
    // Every batch except the last batch has exactly as many rows as its size. The loop does not count the rows of the last batch,
    // because the count would cost more time than the exact number is worth. The loop uses the number of written rows instead.
    const rows = isBatchWalkComplete(next) ? Math.min(affected, size) : size
    const { clock } = this.#executor
    const rate = rowsPerSecond(this.#rows + rows, clock.elapsedMs() - this.#startedMs)
    return { ...next, rows: next.rows + rows, size: this.#pace.size, rate, at: clock.now().toISOString() }
  }

  /**
   * Halves the size of the next batch after a failed batch. If a smaller batch cannot succeed, throws the error of the failed
   * batch. If the failed batch had only one row, puts the row into quarantine.
   */
  async #shrink(size: number, end: readonly string[] | undefined, error: unknown): Promise<BatchThatEnded | undefined> {
    const { session, retry, emit } = this.#executor
    if (session.lost.aborted || !canErrorDependOnRows(error)) throw error
    this.#isRetried = isLockContentionError(error)
    this.#sizeBeforeFailure = Math.max(this.#sizeBeforeFailure, size)
    this.#failures += 1
    if (size === 1 && this.#isRetried && this.#failures >= retry.attempts) throw error
    if (size === 1 && !this.#isRetried) return this.#quarantine(end, error)
    this.#pace = halveBatchPace({ size, recent: [] })
    const problem = isError(error, 'statement.failed') ? error.facts.message : error.message
    const worker = this.#range && { worker: this.#range.worker }
    emit({ type: 'batch-failed', migration: this.#id, ...worker, size, next: this.#pace.size, problem })
    return undefined
  }

  /** Waits before the loop repeats a batch that was rolled back because of locks or changes of other sessions. */
  async #waitAfterFailure(): Promise<void> {
    const { retry, clock, signal } = this.#executor
    if (!this.#isRetried) return
    const delayMs = computeRetryDelayMs(retry, Math.min(this.#failures, retry.attempts), clock.random())
    await waitUnlessRunMustStop(clock, delayMs, signal, this.#id)
  }

  /**
   * Puts a row that failed in a batch of its own into quarantine, the list of failed rows. In the same transaction, the method
   * stores the progress behind the row, so that the data step continues with the next row.
   */
  async #quarantine(end: readonly string[] | undefined, error: InterphaseError): Promise<BatchThatEnded> {
    if (!end) throw error
    const { quarantine, retry, clock, emit } = this.#executor
    const row = makeQuarantinedRow(this.#walk, end, error, clock.now())
    const limit = quarantineLimitOf(this.#walk, quarantine)
    if (limit === 0) throw makeFailedRowError(this.#walk, row, limit, error)
    const cursor = { ...this.#after(end, 1, 1), size: this.#sizeBeforeFailure }
    const startedMs = clock.elapsedMs()
    const attempt = async () => {
      const rows = await this.#putIntoQuarantine(row, limit, cursor)
      if (rows === undefined) throw makeFailedRowError(this.#walk, row, limit, error)
      return rows
    }
    const rows = await retryAfterLockErrors(attempt, retry, { ...this.#executor, migration: this.#walk.work.migration.id })
    this.#cursor = cursor
    this.#pace = { size: this.#sizeBeforeFailure, recent: [] }
    this.#sizeBeforeFailure = 1
    this.#failures = 0
    const { table, problem } = row
    emit({ type: 'row-quarantined', migration: this.#id, table, key: formatQuarantinedKey(row), problem, rows, limit })
    return { rows: 1, affected: 0, commitMs: clock.elapsedMs() - startedMs }
  }

  /**
   * Puts a row into quarantine, and returns the number of rows in quarantine. If the quarantine is full, returns undefined and
   * commits nothing.
   */
  async #putIntoQuarantine(row: QuarantinedRow, limit: number, cursor: BatchWalkCursor): Promise<number | undefined> {
    const { quarantine, session, fence, limits, crash } = this.#executor
    const { migration } = this.#walk.work
    await session.begin(limits, 'read committed')
    try {
      await this.#range?.hold()
      const rows = await quarantine.put(row, limit)
      if (rows === undefined) {
        await session.rollback()
        return undefined
      }
      await waitForAllAndThrowFirstError(fence.refuseLostLock(migration), this.#entry.moveTo(cursor))
      await crash('in quarantine', migration.id, cursor.batches)
      await session.commit({ file: migration.file, line: 1 })
      return rows
    } catch (error) {
      if (!session.lost.aborted) await session.rollback()
      throw error
    }
  }

  #tell(size: number, affected: number, elapsedMs: number): void {
    const { clock, emit } = this.#executor
    const alone = { ...this.#cursor, done: this.#rows, sinceMs: this.#startedMs }
    const { batches, rows, of, done, sinceMs } = this.#range?.progress() ?? alone
    const rate = rowsPerSecond(done, clock.elapsedMs() - sinceMs)
    const etaMs = estimateTimeLeftMs(rows, of, rate)
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
      ...(etaMs !== undefined && { etaMs }),
    })
  }
}

function rowsPerSecond(rows: number, elapsedMs: number): number {
  return Math.round((1000 * rows) / Math.max(elapsedMs, 1))
}

/**
 * Returns the cursor (the progress) of a data step with `waiting` as the reason for a wait, or without a reason if `waiting` is
 * undefined.
 */
export function cursorWithWaitReason(cursor: BatchWalkCursor, waiting: BatchWalkCursor['waiting']): BatchWalkCursor {
  const { waiting: _, ...working } = cursor
  return { ...working, ...(waiting && { waiting }) }
}
