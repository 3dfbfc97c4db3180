import type { Clock } from '../clock.ts'
import { InterphaseError } from '../error.ts'

/** The limits of one run. The run stops cleanly when it reaches one, and a later run resumes there. */
export interface RunLimits {
  readonly maxTimeMs?: number
  /** The largest number of rows that the data steps in batches walk. */
  readonly maxRows?: number
}

/** Counts what a run has used of its limits. */
export class Quota {
  readonly #clock: Clock
  readonly #limits: RunLimits
  readonly #startedMs: number
  #rows = 0

  constructor(clock: Clock, limits: RunLimits) {
    this.#clock = clock
    this.#limits = limits
    this.#startedMs = clock.elapsedMs()
  }

  walked(rows: number): void {
    this.#rows += rows
  }

  /** The number of rows that the next batch may have, at most `size`. */
  allowed(size: number): number {
    return Math.max(1, Math.min(size, (this.#limits.maxRows ?? size + this.#rows) - this.#rows))
  }

  /** Throws `run.limit` when a limit is reached. `at` names the place for messages. */
  refuseIfSpent(at: string): void {
    const { maxTimeMs, maxRows } = this.#limits
    if (maxTimeMs !== undefined && this.#clock.elapsedMs() - this.#startedMs >= maxTimeMs) {
      throw new InterphaseError('run.limit', { at, limit: `--max-time ${maxTimeMs / 1000}` })
    }
    if (maxRows !== undefined && this.#rows >= maxRows) throw new InterphaseError('run.limit', { at, limit: `--max-rows ${maxRows}` })
  }
}
