/** The size of the next batch, and how long the rows of the last batches took. */
export interface BatchPace {
  /** The largest number of rows of the next batch. */
  readonly size: number
  /** The milliseconds per row in the last batches, the newest last. */
  readonly recent: readonly number[]
}

/** The limits for the size and duration of the batches of one data step. */
export interface BatchPaceLimits {
  /** The duration of a batch that the engine aims at, in milliseconds. */
  readonly targetMs: number
  readonly largest: number
}

export const FIRST_BATCH_SIZE = 1000
// The largest number of rows in a batch. Larger batches are hardly faster, and lock more rows at a time.
export const LARGEST_BATCH_SIZE = 10_000
export const TARGET_BATCH_DURATION_MS = 500

const MEMORY = 10
const GROWTH = 1.5
const SHRINKING = 0.5
// How many times the target duration a batch may take before the next batch is made smaller at once.
const FAR_TOO_LONG = 5
const SHARP_SHRINKING = 0.2

/**
 * Computes the size of the next batch after a batch of `rows` rows that took `elapsedMs` milliseconds. The slow ones of the last
 * batches decide. The size grows by half or by one row at most, and shrinks at once.
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
  // The size grows by at least one row, because half of a size of 1 is less than one row.
  return { size: within(Math.min(Math.max(ideal, size * SHRINKING), Math.max(size * GROWTH, size + 1)), largest), recent: costs }
}

/** Halves the size of the next batch after a batch failed. */
export function halveBatchPace({ size }: BatchPace): BatchPace {
  return { size: Math.max(1, Math.floor(size / 2)), recent: [] }
}

/** Returns the time per row which nine of ten recent batches did not exceed. */
function slow(costs: readonly number[]): number {
  const sorted = [...costs].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0
}

function within(size: number, largest: number): number {
  return Math.max(1, Math.min(Math.floor(size), largest))
}
