import type { Clock } from '../clock.ts'
import { InterphaseError } from '../error.ts'

/** The limits of one run. The run stops cleanly when it reaches one, and a later run resumes there. */
export interface RunQuotaLimits {
  readonly maxTimeMs?: number
  /** The largest number of rows that the data steps in batches process in this run. */
  readonly maxRows?: number
}

/** Counts how much of its limits a run has used. */
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

  /** Returns the number of rows that the next batch may have: at most `size`, and 0 when the limit is reached. */
  allowed(size: number): number {
    return Math.max(0, Math.min(size, (this.#limits.maxRows ?? size + this.#rows) - this.#rows))
  }

  /** Returns the time that is left for the run, in milliseconds. The result is Infinity without a limit. */
  leftMs(): number {
    const { maxTimeMs } = this.#limits
    return maxTimeMs === undefined ? Infinity : Math.max(0, maxTimeMs - (this.#clock.elapsedMs() - this.#startedMs))
  }

  /** Throws `run.limit` when a limit is reached. `at` names the place for messages. */
  refuseIfSpent(at: string): void {
    const { maxRows } = this.#limits
    this.refuseIfOverdue(at)
    if (maxRows !== undefined && this.#rows >= maxRows) throw new InterphaseError('run.limit', { at, limit: `--max-rows ${maxRows}` })
  }

  /** Throws `run.limit` when the time is over. For work that processes no rows. */
  refuseIfOverdue(at: string): void {
    const { maxTimeMs } = this.#limits
    if (maxTimeMs !== undefined && this.#clock.elapsedMs() - this.#startedMs >= maxTimeMs) {
      throw new InterphaseError('run.limit', { at, limit: `--max-time ${maxTimeMs / 1000}` })
    }
  }
}
