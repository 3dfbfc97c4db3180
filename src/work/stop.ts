import { type Clock, callAfterDelay } from '../clock.ts'
import type { DatabaseSession } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'

/**
 * Throws an error if the run must stop. The error is `run.stopped` after a request of the user, and otherwise the error of the
 * lost session.
 */
export function throwIfRunMustStop(signal: AbortSignal, at: string): void {
  if (signal.aborted) throw makeRunStopError(signal, at)
}

/**
 * Returns the error of a run that must stop. The error is `run.stopped` after a request of the user, and otherwise the error of
 * the lost session.
 */
export function makeRunStopError(signal: AbortSignal, at: string): unknown {
  const reason: unknown = signal.reason
  return reason instanceof InterphaseError ? reason : new InterphaseError('run.stopped', { at, signal: String(reason) })
}

/** Waits for `ms` milliseconds. If the run must stop, throws the error of the stop immediately. */
export async function waitUnlessRunMustStop(clock: Clock, ms: number, signal: AbortSignal, at: string): Promise<void> {
  try {
    await clock.wait(ms, signal)
  } catch {
    throw makeRunStopError(signal, at)
  }
}

// The time between two requests to cancel the statements of a running function `body`, in milliseconds.
const CANCEL_AGAIN_MS = 250

/**
 * Executes `body`, and asks the server to cancel the current statement as soon as the run must stop. The function repeats the
 * request until `body` ends, because a request can fail, and because the server ignores a request that arrives between two
 * statements.
 */
export async function runWithStatementCancellation<T>(
  session: Pick<DatabaseSession, 'lost' | 'cancel'>,
  signal: AbortSignal,
  at: string,
  body: () => Promise<T>,
): Promise<T> {
  let hasEnded = false
  let cancelling: Promise<unknown> = Promise.resolve()
  const cancel = () => {
    if (hasEnded || session.lost.aborted) return
    const asked = session.cancel().catch(() => undefined)
    cancelling = asked.then(() => callAfterDelay(CANCEL_AGAIN_MS, cancel))
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await body()
  } catch (error) {
    throw signal.aborted && !isError(error, 'database.lost') ? makeRunStopError(signal, at) : error
  } finally {
    hasEnded = true
    signal.removeEventListener('abort', cancel)
    // The function waits for the end of the last cancel request, because a late request would cancel the next statement of the
    // session.
    await cancelling
  }
}
