import type { Clock } from '../clock.ts'
import type { DatabaseSession } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import { runWithStatementCancellation } from './stop.ts'

/**
 * The limits of one run for time and rows. A run that reaches a limit stops after the current transaction, and a later run
 * resumes the work.
 */
export interface RunQuotaLimits {
  readonly maxTimeMs?: number
  /** The largest number of rows that the data steps in batches may process in one run. */
  readonly maxRows?: number
}

// The time in milliseconds after the time limit of a run in which the current batch can still be completed. A batch takes about
// this time by default.
const COMPLETION_MS = 500

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
    if (this.leftMs() === 0) throw this.#overdue(at)
  }

  /**
   * Executes `body`. If `body` has not ended half a second after the time limit of the run, the server cancels the current
   * statement of the session, and the function throws `run.limit`. Without the cancellation, a statement that waits for a lock
   * would keep the run alive for the whole lock timeout.
   */
  async cancelWhenOverdue<T>(session: Pick<DatabaseSession, 'lost' | 'cancel'>, at: string, body: () => Promise<T>): Promise<T> {
    const leftMs = this.leftMs()
    if (leftMs === Infinity) return body()
    const overdue = new AbortController()
    const ended = new AbortController()
    this.#clock.wait(leftMs + COMPLETION_MS, ended.signal).then(
      () => overdue.abort(this.#overdue(at)),
      () => undefined,
    )
    try {
      return await runWithStatementCancellation(session, overdue.signal, at, body)
    } finally {
      ended.abort()
    }
  }

  #overdue(at: string): InterphaseError<'run.limit'> {
    return new InterphaseError('run.limit', { at, limit: `--max-time ${(this.#limits.maxTimeMs ?? 0) / 1000}` })
  }
}
