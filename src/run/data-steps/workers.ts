import { randomUUID } from 'node:crypto'
import type { KeyRangeClaimResult, SharedDataStepLedger } from '../../ledger/ranges.ts'
import { KeyRangeTakenOver } from '../../ledger/ranges.ts'
import type { BatchWalkCursor } from '../../plan/cursor.ts'
import { FIRST_BATCH_SIZE, largestBatchSizeForTable } from '../../work/batches/pace.ts'
import type { BatchedDataStepWithKey } from '../../work/batches/walk.ts'
import { isLockContentionError } from '../../work/retry.ts'
import { throwIfRunMustStop, waitUnlessRunMustStop } from '../../work/stop.ts'
import type { MigrationExecutionContext } from '../apply.ts'

// The time in milliseconds after which a worker without a range searches again for a range that another worker has left.
const POLL_MS = 250
// The time in milliseconds between two readings of the progress of all ranges of a data step.
const TOTAL_MS = 1000
// The number of batches in a range of a worker. With more batches, the last worker would work alone for longer. With fewer
// batches, the workers would have to claim ranges more often.
const BATCHES_PER_RANGE = 8
// The number of ranges for each worker of the Node process in a small table. The ranges of a small table are smaller, so that every
// worker gets some of them.
const RANGES_PER_WORKER = 4

/**
 * The functions that a worker needs for the batches of its range. A data step without workers processes the whole table and does
 * not need these functions.
 */
export interface RangeLoopFunctions {
  /** The number of the worker in the Node process. Each event of the worker contains the number. */
  readonly worker: number
  /** Waits until the next batch may begin. `batchMs` is the duration of the last batch in milliseconds. */
  readonly wait: (batchMs: number) => Promise<void>
  /**
   * Locks the range in the ledger for the transaction of a batch. The caller calls `hold` at the beginning of the transaction.
   * Throws `KeyRangeTakenOver` if another worker has claimed the range.
   */
  readonly hold: () => Promise<void>
  readonly moveTo: (cursor: BatchWalkCursor, affected?: number) => Promise<void>
  /**
   * Reserves rows for the next batch from the row limit of the run. Returns the number of rows that the batch may have. Returns 0
   * if other workers have reserved all remaining rows.
   */
  readonly reserve: (size: number) => number
  /**
   * Returns the reserved rows to the row limit of the run, and adds the rows of the batch to the progress. The caller calls
   * `settle` after each batch.
   */
  readonly settle: (reserved: number, batch: { readonly rows: number; readonly commitMs: number } | undefined) => void
  /** Returns the progress of all workers of the data step. */
  readonly progress: () => SharedDataStepProgress
}

/** The progress of all workers of a data step, and the progress of the own Node process alone. */
export interface SharedDataStepProgress {
  readonly batches: number
  readonly rows: number
  readonly of?: number
  /**
   * The number of rows that the Node process has processed. `sinceMs` is the time, on the clock of the process, at which the
   * process began to work on the data step.
   */
  readonly done: number
  readonly sinceMs: number
}

function withSize<Claim extends { readonly cursor: BatchWalkCursor }>(claim: Claim, size: number | undefined): Claim {
  return size === undefined ? claim : { ...claim, cursor: { ...claim.cursor, size } }
}

/** Runs the batches of one range, and resolves when all batches of the range are done. */
export type RunRangeLoop = (executor: MigrationExecutionContext, cursor: BatchWalkCursor, parts: RangeLoopFunctions) => Promise<unknown>

/**
 * The functions with which the workers wait before a batch, all in the session of the run. `wait` waits until the next batch may
 * begin. `committed` stores the duration of a commit and the number of committed batches.
 */
export interface BatchWaitFunctions {
  readonly wait: (batchMs: number) => Promise<void>
  readonly committed: (ms: number, batches: number) => void
}

/**
 * Runs workers for the ranges of a data step until no range is left. Each worker has its own session. If one worker fails, the
 * other workers stop after their current batches.
 */
export class DataStepWorkerPool {
  readonly #executor: MigrationExecutionContext
  readonly #walk: BatchedDataStepWithKey
  readonly #control: SharedDataStepLedger
  readonly #shared: BatchWaitFunctions
  readonly #loop: RunRangeLoop
  readonly #count: number
  readonly #stop = new AbortController()
  readonly #sinceMs: number
  #turn: Promise<unknown> = Promise.resolve()
  #total: BatchWalkCursor
  /** The batches and rows that the Node process has completed since it last read the progress of all ranges from the ledger. */
  #since = { batches: 0, rows: 0 }
  #reserved = 0
  #done = 0
  #totalMs = 0
  #commitMs: number | undefined

  /**
   * Creates a pool of workers. `from` is the cursor (the progress) of the data step when the Node process begins to work on the
   * data step. `control` writes the ledger in the session of the run.
   */
  constructor(
    executor: MigrationExecutionContext,
    walk: BatchedDataStepWithKey,
    {
      control,
      count,
      from,
      shared,
      loop,
    }: {
      readonly control: SharedDataStepLedger
      readonly count: number
      readonly from: BatchWalkCursor
      readonly shared: BatchWaitFunctions
      readonly loop: RunRangeLoop
    },
  ) {
    this.#executor = executor
    this.#walk = walk
    this.#control = control
    this.#shared = shared
    this.#loop = loop
    this.#count = count
    this.#total = from
    this.#sinceMs = executor.clock.elapsedMs()
  }

  /** Runs the workers of the pool. Resolves when all rows of the data step are done, including the rows of other processes. */
  async run(): Promise<void> {
    const signal = AbortSignal.any([this.#executor.signal, this.#stop.signal])
    const workers = Array.from({ length: this.#count }, (_, index) => this.#work(index + 1, signal))
    const ended = await Promise.allSettled(workers.map((worker) => worker.catch((error: unknown) => this.#fail(error))))
    const failed = ended.find((one) => one.status === 'rejected')
    if (failed) throw this.#stop.signal.reason
  }

  #fail(error: unknown): never {
    if (!this.#stop.signal.aborted) this.#stop.abort(error)
    throw error
  }

  async #work(number: number, signal: AbortSignal): Promise<void> {
    const { workers, clock, quota } = this.#executor
    const id = this.#walk.work.migration.id
    const opened = await workers.open(number, signal)
    try {
      const ledger = workers.ledger(opened.executor.session, id, randomUUID())
      // The size of the last batch of the worker. The next range of the worker begins with this batch size.
      let size: number | undefined
      for (;;) {
        throwIfRunMustStop(signal, id)
        quota.refuseIfSpent(id)
        const claim = await this.#claim(ledger, opened.executor)
        if (claim.is === 'done') return
        if (claim.is === 'range') size = await this.#runRange(opened.executor, ledger, withSize(claim, size), number)
        else await waitUnlessRunMustStop(clock, Math.min(POLL_MS, quota.leftMs()), signal, id)
      }
    } finally {
      await opened.close()
    }
  }

  async #claim(ledger: SharedDataStepLedger, { session }: MigrationExecutionContext): Promise<KeyRangeClaimResult> {
    const { key, ranges } = this.#walk
    try {
      return await ledger.claim(({ after, upTo = [], of }) =>
        ranges.endOf(session, key, { ...(after && { after }), upTo }, this.#rowsOfRange(of)),
      )
    } catch (error) {
      if (isLockContentionError(error)) return { is: 'wait' }
      throw error
    }
  }

  #rowsOfRange(of: number | undefined): number {
    const { size = largestBatchSizeForTable(of) } = this.#walk.body.declared
    const most = BATCHES_PER_RANGE * size
    const even = of === undefined ? most : Math.ceil(of / (this.#count * RANGES_PER_WORKER))
    return Math.min(most, Math.max(even, Math.min(size, FIRST_BATCH_SIZE)))
  }

  async #runRange(
    executor: MigrationExecutionContext,
    ledger: SharedDataStepLedger,
    { place, cursor }: Extract<KeyRangeClaimResult, { readonly is: 'range' }>,
    worker: number,
  ): Promise<number> {
    const { session, clock } = executor
    let { size } = cursor
    const { now } = await executor.workers.now(session)
    const claimedMs = clock.elapsedMs()
    try {
      await this.#loop(executor, cursor, {
        worker,
        wait: (batchMs) => this.#wait(batchMs),
        hold: () => ledger.lockRange(place),
        // The end of a lease is a time on the clock of the server. The code computes the present time of this clock from the time
        // that the worker read when it claimed the range.
        moveTo: (next, affected = 0) => {
          size = next.size
          return ledger.moveTo(place, next, affected, now + (clock.elapsedMs() - claimedMs) / 1000)
        },
        reserve: (size) => this.#reserve(size),
        settle: (reserved, batch) => this.#settle(reserved, batch),
        progress: () => this.#progress(),
      })
    } catch (error) {
      // Another worker has claimed the range, because the present worker did not commit a batch before its lease ended.
      if (error instanceof KeyRangeTakenOver) return size
      // An error of releasing the range is ignored, because the worker throws the error of the batch. When the lease ends,
      // another worker can claim the range.
      if (!session.lost.aborted) await ledger.release(place).catch(() => undefined)
      throw error
    }
    return size
  }

  /**
   * Waits for the earlier workers, and then until the next batch may begin. The workers wait one after the other, because they
   * all read the load of the server and compare the schema through the one session of the run.
   */
  #wait(batchMs: number): Promise<void> {
    const pass = this.#turn.then(() => this.#passInTurn(batchMs))
    this.#turn = pass.catch(() => undefined)
    return pass
  }

  async #passInTurn(batchMs: number): Promise<void> {
    throwIfRunMustStop(this.#stop.signal, this.#walk.work.migration.id)
    if (this.#commitMs !== undefined) {
      await this.#readTotal()
      this.#shared.committed(this.#commitMs, this.#total.batches + this.#since.batches)
      this.#commitMs = undefined
    }
    await this.#shared.wait(batchMs)
  }

  /**
   * Reads the sum of the progress of all processes from the ledger. With replicas, the pool reads the sum for each batch, because
   * it computes the lag of a replica from the sum. Without replicas, the pool reads the sum once a second for the display.
   */
  async #readTotal(): Promise<void> {
    const { clock, replicas } = this.#executor
    const nowMs = clock.elapsedMs()
    if (replicas.length === 0 && nowMs - this.#totalMs < TOTAL_MS) return
    this.#totalMs = nowMs
    const total = await this.#control.total()
    if (!total) return
    this.#total = total.cursor
    this.#since = { batches: 0, rows: 0 }
  }

  #reserve(size: number): number {
    const { quota } = this.#executor
    const allowed = quota.allowed(size + this.#reserved) - this.#reserved
    const reserved = Math.max(0, Math.min(size, allowed))
    this.#reserved += reserved
    return reserved
  }

  #settle(reserved: number, batch: { readonly rows: number; readonly commitMs: number } | undefined): void {
    this.#reserved -= reserved
    if (!batch) return
    this.#executor.quota.walked(batch.rows)
    this.#since = { batches: this.#since.batches + 1, rows: this.#since.rows + batch.rows }
    this.#done += batch.rows
    this.#commitMs = batch.commitMs
  }

  #progress(): SharedDataStepProgress {
    const { batches, rows, of } = this.#total
    return {
      batches: batches + this.#since.batches,
      rows: rows + this.#since.rows,
      ...(of !== undefined && { of }),
      done: this.#done,
      sinceMs: this.#sinceMs,
    }
  }
}
