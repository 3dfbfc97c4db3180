import type { Clock } from '../clock.ts'
import { InterphaseError } from '../error.ts'

/**
 * The limits of one run for time and rows. A run that reaches a limit stops after the current transaction, and a later run
 * resumes the work.
 */
export interface RunQuotaLimits {
  readonly maxTimeMs?: number
  /** The largest number of rows that the data steps in batches may process in one run. */
  readonly maxRows?: number
}

/** Counts the time and the rows that a run has used, and compares both with the limits of the run. */
export class RunQuota {
  readonly #clock: Clock
  readonly #limits: RunQuotaLimits
  readonly #startedMs: number
  #rows = 0

  constructor(clock: Clock, limits: RunQuotaLimits) {
    this.#clock = clock
    this.#limits = limits
    this.#startedMs = clock.elapsedMs()
  }

  walked(rows: number): void {
    this.#rows += rows
  }

  /** Returns the number of rows that the next batch may have: at most `size`, and 0 if the run has reached its row limit. */
  allowed(size: number): number {
    return Math.max(0, Math.min(size, (this.#limits.maxRows ?? size + this.#rows) - this.#rows))
  }

  /** Returns the time in milliseconds until the run reaches its time limit. Returns Infinity if the run has no time limit. */
  leftMs(): number {
    const { maxTimeMs } = this.#limits
    return maxTimeMs === undefined ? Infinity : Math.max(0, maxTimeMs - (this.#clock.elapsedMs() - this.#startedMs))
  }

  /** Throws `run.limit` if the run has reached its limit of time or rows. `at` is the id of the migration, for the message. */
  refuseIfSpent(at: string): void {
    const { maxRows } = this.#limits
    this.refuseIfOverdue(at)
    if (maxRows !== undefined && this.#rows >= maxRows) throw new InterphaseError('run.limit', { at, limit: `--max-rows ${maxRows}` })
  }

  /** Throws `run.limit` if the run has reached its time limit. The method is for work that processes no rows. */
  refuseIfOverdue(at: string): void {
    const { maxTimeMs } = this.#limits
    if (maxTimeMs !== undefined && this.#clock.elapsedMs() - this.#startedMs >= maxTimeMs) {
      throw new InterphaseError('run.limit', { at, limit: `--max-time ${maxTimeMs / 1000}` })
    }
  }
}
