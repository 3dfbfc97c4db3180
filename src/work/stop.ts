import type { Clock } from '../clock.ts'
import type { Session } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'

/** Throws when the run is to end: `run.stopped` when a person asked for it, or the reason why the session is lost. */
export function stopIfAsked(signal: AbortSignal, at: string): void {
  if (signal.aborted) throw stopped(signal, at)
}

export function stopped(signal: AbortSignal, at: string): unknown {
  const reason: unknown = signal.reason
  return reason instanceof InterphaseError ? reason : new InterphaseError('run.stopped', { at, signal: String(reason) })
}

/** Waits, and throws as `stopIfAsked` does as soon as the run is to end. */
export async function rest(clock: Clock, ms: number, signal: AbortSignal, at: string): Promise<void> {
  try {
    await clock.wait(ms, signal)
  } catch {
    throw stopped(signal, at)
  }
}

/** Does what may be stopped in the middle: as soon as the run is to end, the server is asked to stop the statement. */
export async function cancellable<T>(session: Session, signal: AbortSignal, at: string, body: () => Promise<T>): Promise<T> {
  let cancelling: Promise<unknown> = Promise.resolve()
  const cancel = () => {
    // A request that does not reach the server leaves the statement to end by itself.
    if (!session.lost.aborted) cancelling = session.cancel().catch(() => undefined)
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await body()
  } catch (error) {
    throw signal.aborted && !isError(error, 'database.lost') ? stopped(signal, at) : error
  } finally {
    signal.removeEventListener('abort', cancel)
    // A request on its way must not meet the next statement.
    await cancelling
  }
}
