/** The size of the next batch of a data step, and the time per row of the last batches. */
export interface BatchPace {
  /** The largest number of rows that the next batch may have. */
  readonly size: number
  /** The milliseconds per row of each of the last batches, the newest batch last. */
  readonly recent: readonly number[]
}

/** The limits for the size and duration of the batches of one data step. */
export interface BatchPaceLimits {
  /**
   * The target duration of one batch, in milliseconds. The engine chooses the size of a batch so that the batch takes about this
   * time.
   */
  readonly targetMs: number
  readonly largest: number
}

// The largest number of rows in the first batch of a data step.
export const FIRST_BATCH_SIZE = 1000
// The largest number of rows in a batch. A larger batch is hardly faster, and locks more rows at the same time.
const LARGEST_BATCH_SIZE = 10_000
// The largest share of the rows of a table that one batch may have. A batch locks its rows one after another, so on average half of
// them are locked, and about 1 of 200 writes of the application to random rows waits for the batch. At least 99 of 100 writes are
// therefore as fast as without the data step. In a small table, a batch may have FIRST_BATCH_SIZE rows.
const LARGEST_SHARE = 0.01
// The target duration of a batch, in milliseconds, if the data step declares no other duration.
export const TARGET_BATCH_DURATION_MS = 500

const MEMORY = 10
const GROWTH = 1.5
const SHRINKING = 0.5
// If a batch takes more than this number of times the target duration, the engine makes the next batch much smaller.
const FAR_TOO_LONG = 5
const SHARP_SHRINKING = 0.2

/**
 * Returns the size of the next batch after a batch of `rows` rows that took `elapsedMs` milliseconds. The function computes the
 * size from the slow batches among the last ten batches. The size grows by at most half or by one row, and shrinks by at most
 * half. After a batch that took much too long, the size shrinks to a fifth.
 */
export function computeNextBatchPace(
  { size, recent }: BatchPace,
  rows: number,
  elapsedMs: number,
  { targetMs, largest }: BatchPaceLimits,
): BatchPace {
  const costs = [...recent, elapsedMs / Math.max(rows, 1)].slice(-MEMORY)
  if (elapsedMs > FAR_TOO_LONG * targetMs) return { size: within(size * SHARP_SHRINKING, largest), recent: costs.slice(-1) }
  const ideal = targetMs / Math.max(slow(costs), Number.EPSILON)
  // The size grows by at least one row, because half of the size 1 is less than one row.
  return { size: within(Math.min(Math.max(ideal, size * SHRINKING), Math.max(size * GROWTH, size + 1)), largest), recent: costs }
}

/**
 * Returns the largest number of rows in a batch of a table with about `rows` rows. `rows` is undefined if the number is unknown.
 */
export function largestBatchSizeForTable(rows: number | undefined): number {
  return Math.min(LARGEST_BATCH_SIZE, Math.max(FIRST_BATCH_SIZE, Math.floor((rows ?? 0) * LARGEST_SHARE)))
}

/** Returns the pace after a failed batch: half of the batch size, without the times of earlier batches. */
export function halveBatchPace({ size }: BatchPace): BatchPace {
  return { size: Math.max(1, Math.floor(size / 2)), recent: [] }
}

/** Returns the time per row in milliseconds that nine of ten recent batches did not exceed. */
function slow(costs: readonly number[]): number {
  const sorted = [...costs].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0
}

function within(size: number, largest: number): number {
  return Math.max(1, Math.min(Math.floor(size), largest))
}
