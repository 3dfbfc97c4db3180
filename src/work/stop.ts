import type { Clock } from '../clock.ts'
import type { DatabaseSession } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'

/** Throws when the run must stop: `run.stopped` if the user asked for it, otherwise the error of the lost session. */
export function throwIfStopped(signal: AbortSignal, at: string): void {
  if (signal.aborted) throw makeStopError(signal, at)
}

/** Returns the error of a run that must stop: `run.stopped`, or the error of the lost session. */
export function makeStopError(signal: AbortSignal, at: string): unknown {
  const reason: unknown = signal.reason
  return reason instanceof InterphaseError ? reason : new InterphaseError('run.stopped', { at, signal: String(reason) })
}

/** Waits, and throws the error of the stop as soon as the run must stop. */
export async function waitUnlessStopped(clock: Clock, ms: number, signal: AbortSignal, at: string): Promise<void> {
  try {
    await clock.wait(ms, signal)
  } catch {
    throw makeStopError(signal, at)
  }
}

/** Runs `body`, and asks the server to cancel its statement as soon as the run must stop. */
export async function runCancellable<T>(session: DatabaseSession, signal: AbortSignal, at: string, body: () => Promise<T>): Promise<T> {
  let cancelling: Promise<unknown> = Promise.resolve()
  const cancel = () => {
    // If the request to cancel fails, the statement runs to its end.
    if (!session.lost.aborted) cancelling = session.cancel().catch(() => undefined)
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await body()
  } catch (error) {
    throw signal.aborted && !isError(error, 'database.lost') ? makeStopError(signal, at) : error
  } finally {
    signal.removeEventListener('abort', cancel)
    // A late request to cancel must not cancel the next statement, so the request is awaited.
    await cancelling
  }
}
