import type { Session } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'

/** Throws when the run is to end: `run.stopped` when a person asked for it, or the reason why the session is lost. */
export function stopIfAsked(signal: AbortSignal, at: string): void {
  if (signal.aborted) throw stopped(signal, at)
}

export function stopped(signal: AbortSignal, at: string): unknown {
  const reason: unknown = signal.reason
  return reason instanceof InterphaseError ? reason : new InterphaseError('run.stopped', { at, signal: String(reason) })
}

/** Runs what may be stopped in the middle: when the run is to end, the server is asked to stop what the session is doing. */
export async function cancellable<T>(session: Session, signal: AbortSignal, at: string, body: () => Promise<T>): Promise<T> {
  const cancelling: Promise<void>[] = []
  const cancel = () => cancelling.push(session.cancel())
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await body()
  } catch (error) {
    throw signal.aborted ? stopped(signal, at) : error
  } finally {
    signal.removeEventListener('abort', cancel)
    await Promise.all(cancelling)
  }
}
