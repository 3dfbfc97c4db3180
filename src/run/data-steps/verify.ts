import type { RowWalkKeyRange, RowWalkKeyValue } from '../../dialect/ranges.ts'
import { InterphaseError } from '../../error.ts'
import { runInReadOnlyTransaction } from '../../gate/only-reading.ts'
import type { QuarantinedRow } from '../../ledger/quarantine.ts'
import type { BatchWalkCursor } from '../../plan/cursor.ts'
import type { RangedCountQuery } from '../../plan/ranged-count.ts'
import type { PlannedMigrationPosition } from '../../state/planned.ts'
import {
  type CountRemainingRows,
  findRemainingKeys,
  formatRowKeys,
  MAX_ROWS_NAMED_IN_MESSAGE,
  makeRemainingRowCounter,
} from '../../work/batches/left-rows.ts'
import { type BatchPace, type BatchPaceLimits, computeNextBatchPace, FIRST_BATCH_SIZE } from '../../work/batches/pace.ts'
import { type BatchedDataStepWithKey, performBatch } from '../../work/batches/walk.ts'
import { runWithStatementCancellation, throwIfRunMustStop } from '../../work/stop.ts'
import { checkSchemaBeforeMigration, type MigrationExecutionContext } from '../apply.ts'
import type { MigrationLedgerWrites } from '../ledger-entry.ts'
import { BatchThrottle } from '../throttle.ts'
import { BatchLoop, batchPaceLimitsOf, cursorWithWaitReason, SCHEMA_GUARD_INTERVAL_MS } from './batch-loop.ts'

// The largest number of rows in one range of the verification. The verification counts the unchanged rows of a range without
// locking rows, so a range can have more rows than a batch. The target duration of a batch also limits the size of a range.
const LARGEST_RANGE = 100_000
// The largest number of times that the verification executes the data step again for one range. If the application adds rows
// faster, a later run changes these rows.
const MOST_REPETITIONS = 3

/**
 * Verifies a data step after its last batch, range by range. The function counts the rows that the data step has not changed, for
 * example because the application added them meanwhile. For each range with such rows, the function executes the data step again.
 * The ledger stores the progress, so a later run resumes an interrupted verification. Throws `pending.left` with the keys of rows
 * that the data step does not change, or that the application adds faster than the data step can change them. Returns the number
 * of rows written.
 */
export async function verifyAndCompleteDataStep(
  executor: MigrationExecutionContext,
  walk: BatchedDataStepWithKey,
  counted: RangedCountQuery,
  entry: MigrationLedgerWrites,
  position: PlannedMigrationPosition | undefined,
  done: BatchWalkCursor,
): Promise<number> {
  const upTo = done.verified?.upTo ?? (await walk.ranges.last(executor.session, walk.key))
  if (!upTo) return 0
  const verification = new RowVerification(executor, walk, counted, entry, position, {
    ...done,
    verified: { rows: 0, ...done.verified, upTo },
  })
  return verification.run()
}

type VerifyingCursor = BatchWalkCursor & { readonly verified: NonNullable<BatchWalkCursor['verified']> }

class RowVerification {
  readonly #executor: MigrationExecutionContext
  readonly #walk: BatchedDataStepWithKey
  readonly #count: CountRemainingRows
  readonly #entry: MigrationLedgerWrites
  readonly #position: PlannedMigrationPosition | undefined
  readonly #throttle: BatchThrottle
  #cursor: VerifyingCursor
  readonly #limits: BatchPaceLimits
  #pace: BatchPace
  #guardedMs: number
  #affected = 0

  constructor(
    executor: MigrationExecutionContext,
    walk: BatchedDataStepWithKey,
    counted: RangedCountQuery,
    entry: MigrationLedgerWrites,
    position: PlannedMigrationPosition | undefined,
    cursor: VerifyingCursor,
  ) {
    this.#executor = executor
    this.#walk = walk
    this.#count = makeRemainingRowCounter(executor.session, walk, counted)
    this.#entry = entry
    this.#position = position
    this.#throttle = new BatchThrottle(executor, walk.work.migration.id, cursor.batches)
    const { size: largest = LARGEST_RANGE } = walk.body.declared
    this.#limits = { ...batchPaceLimitsOf(walk, cursor.of), largest }
    this.#pace = { size: Math.min(FIRST_BATCH_SIZE, largest), recent: [] }
    this.#cursor = { ...cursorWithWaitReason(cursor, undefined), verified: cursor.verified }
    this.#guardedMs = executor.clock.elapsedMs()
  }

  get #id(): string {
    return this.#walk.work.migration.id
  }

  async run(): Promise<number> {
    const { signal, quota, emit } = this.#executor
    let lastMs = 0
    try {
      while (!isVerified(this.#cursor)) {
        throwIfRunMustStop(signal, this.#id)
        quota.refuseIfOverdue(this.#id)
        await this.#throttle.pass(lastMs, (waiting) =>
          this.#store({ ...cursorWithWaitReason(this.#cursor, waiting), verified: this.#cursor.verified }),
        )
        await this.#guardAtTimes()
        lastMs = await this.#next()
      }
    } finally {
      await this.#throttle.close()
    }
    // If the data step divides the rows by their physical position in the table, a range can contain more rows than its planned
    // size. The number of verified rows is then not exact.
    const isExact = this.#walk.key.isPlace !== true
    const quarantined = (await this.#keysInQuarantine()).size
    const { rows } = this.#cursor.verified
    emit({ type: 'batches-verified', migration: this.#id, rows, isExact, repaired: this.#affected, quarantined })
    return this.#affected
  }

  /** Verifies the next range of a data step. Returns the duration of the range's count in milliseconds. */
  async #next(): Promise<number> {
    const { clock, session, crash, emit } = this.#executor
    const { after, upTo, rows } = this.#cursor.verified
    const { size } = this.#pace
    const startedMs = clock.elapsedMs()
    const end = await this.#walk.ranges.endOf(session, this.#walk.key, { ...(after && { after }), upTo }, size)
    const range = { ...(after && { after }), upTo: end }
    const left = await this.#countLeft(range)
    const elapsedMs = clock.elapsedMs() - startedMs
    this.#pace = computeNextBatchPace(this.#pace, size, elapsedMs, this.#limits)
    if (left > 0) await this.#repair(range, left)
    const { of } = this.#cursor
    const isLast = JSON.stringify(end) === JSON.stringify(upTo)
    // Only the last range can have fewer rows than `size`. The code therefore counts the rows of the last range only, and uses
    // `size` for every other range.
    const walked = rows + (isLast ? await this.#walk.ranges.count(session, this.#walk.key, range) : size)
    await this.#store({ ...this.#cursor, verified: { upTo, after: end, rows: walked }, at: clock.now().toISOString() })
    await crash('after verification', this.#id)
    emit({ type: 'range-verified', migration: this.#id, rows: walked, ...(of !== undefined && { of }) })
    return elapsedMs
  }

  async #store(cursor: VerifyingCursor): Promise<void> {
    this.#cursor = cursor
    await this.#entry.moveTo(cursor)
  }

  async #guardAtTimes(): Promise<void> {
    const now = this.#executor.clock.elapsedMs()
    if (now - this.#guardedMs < SCHEMA_GUARD_INTERVAL_MS) return
    await checkSchemaBeforeMigration(this.#executor, this.#walk.work, this.#position)
    this.#guardedMs = now
  }

  #countLeft(range: RowWalkKeyRange): Promise<number> {
    const { session, signal } = this.#executor
    return runWithStatementCancellation(session, signal, this.#id, () => runInReadOnlyTransaction(session, () => this.#count(range)))
  }

  /**
   * Executes the data step again for a range that contains unchanged rows. Throws `pending.left` if rows of the range stay
   * unchanged.
   */
  async #repair(range: RowWalkKeyRange, found: number): Promise<void> {
    let left = found
    for (let times = 0; left > 0; times++) {
      const quarantined = await this.#keysInQuarantine()
      const keys = await this.#keysLeft(range, quarantined.size + MAX_ROWS_NAMED_IN_MESSAGE)
      const others = keys.filter((key) => !quarantined.has(JSON.stringify(key)))
      if (others.length === 0) return
      if (times === MOST_REPETITIONS) return this.#fail(others, left)
      await this.#walkAgain(range)
      left = await this.#countLeft(range)
      if (left === 0) return
      const stuck = await this.#stuckAmong(others)
      if (stuck.length > 0) return this.#fail(stuck, left)
    }
  }

  async #keysInQuarantine(): Promise<ReadonlySet<string>> {
    const rows = await this.#executor.quarantine.list()
    return new Set(rows.filter((row) => isRowOf(row, this.#walk)).map(({ key }) => JSON.stringify(key)))
  }

  #keysLeft(range: RowWalkKeyRange, most: number): Promise<readonly RowWalkKeyValue[]> {
    const { session, signal } = this.#executor
    return runWithStatementCancellation(session, signal, this.#id, () => findRemainingKeys(session, this.#walk, this.#count, range, most))
  }

  /** Runs the batches of the data step again for one range. */
  async #walkAgain({ after, upTo }: RowWalkKeyRange): Promise<void> {
    const { of: _, verified: __, after: ___, ...same } = this.#cursor
    const moveTo = async (cursor: BatchWalkCursor, affected?: number) => {
      const { batches, at, waiting } = cursor
      const next = { ...cursorWithWaitReason(this.#cursor, waiting), batches, at, verified: this.#cursor.verified }
      await this.#entry.moveTo(next, affected)
      this.#cursor = next
    }
    const cursor = { ...same, ...(after && { after }), upTo }
    this.#affected += await new BatchLoop(this.#executor, this.#walk, { moveTo }, this.#position, cursor).run()
  }

  /**
   * Returns the keys of the rows that the data step cannot change. For each row of `keys`, the function executes the data step and
   * then the pending query in one transaction. The transaction locks the row, so the application cannot change the row meanwhile.
   * If the pending query still counts the row, the data step cannot change it.
   */
  async #stuckAmong(keys: readonly RowWalkKeyValue[]): Promise<readonly RowWalkKeyValue[]> {
    const { session, limits } = this.#executor
    const stuck: RowWalkKeyValue[] = []
    for (const only of keys) {
      await session.begin(limits, 'read committed')
      try {
        await performBatch(this.#executor, this.#walk, { only })
        if ((await this.#count({ only })) > 0) stuck.push(only)
      } finally {
        if (!session.lost.aborted) await session.rollback()
      }
    }
    return stuck
  }

  /**
   * Records the data step as done, so that a user can undo or repeat the data step, and throws `pending.left`. The gate
   * `data-steps-complete` of the last phase stays closed while the pending query counts rows.
   */
  async #fail(keys: readonly RowWalkKeyValue[], left: number): Promise<never> {
    await this.#entry.finishAlone()
    const named = formatRowKeys(this.#walk, keys.slice(0, MAX_ROWS_NAMED_IN_MESSAGE))
    throw new InterphaseError('pending.left', { migration: this.#id, rows: `at least ${left}`, keys: named })
  }
}

function isVerified({ verified: { after, upTo } }: VerifyingCursor): boolean {
  return JSON.stringify(after) === JSON.stringify(upTo)
}

function isRowOf({ migration, table, by }: QuarantinedRow, { work, key }: BatchedDataStepWithKey): boolean {
  return (
    migration === work.migration.id && table === key.table && JSON.stringify(by) === JSON.stringify(key.columns.map(({ name }) => name))
  )
}
