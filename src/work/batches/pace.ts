/** The size of the next batch, and what the last batches cost. */
export interface Pace {
  /** The largest number of rows of the next batch. */
  readonly size: number
  /** Milliseconds for each row of the last batches, the newest last. */
  readonly recent: readonly number[]
}

/** The limits of the pace of one data step. */
export interface PaceLimits {
  /** The duration of a batch that the engine aims at. */
  readonly targetMs: number
  readonly largest: number
}

export const FIRST_SIZE = 1000
export const LARGEST_SIZE = 100_000
export const TARGET_MS = 500

const MEMORY = 10
const GROWTH = 1.5
const SHRINKING = 0.5
// A batch of more than this many times the target shrinks the next one at once.
const FAR_TOO_LONG = 5
const SHARP_SHRINKING = 0.2

/**
 * The pace after a batch of `rows` rows that took `elapsedMs`. The size follows the slow ones of the last batches: it grows by half at
 * most, and it shrinks at once.
 */
export function nextPace({ size, recent }: Pace, rows: number, elapsedMs: number, { targetMs, largest }: PaceLimits): Pace {
  const costs = [...recent, elapsedMs / Math.max(rows, 1)].slice(-MEMORY)
  if (elapsedMs > FAR_TOO_LONG * targetMs) return { size: within(size * SHARP_SHRINKING, largest), recent: costs.slice(-1) }
  const ideal = targetMs / Math.max(slow(costs), Number.EPSILON)
  return { size: within(Math.min(Math.max(ideal, size * SHRINKING), size * GROWTH), largest), recent: costs }
}

/** The pace after a batch failed: half of its rows. */
export function smallerPace({ size }: Pace): Pace {
  return { size: Math.max(1, Math.floor(size / 2)), recent: [] }
}

/** The cost that nine of ten batches do not exceed. */
function slow(costs: readonly number[]): number {
  const sorted = [...costs].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0
}

function within(size: number, largest: number): number {
  return Math.max(1, Math.min(Math.floor(size), largest))
}
