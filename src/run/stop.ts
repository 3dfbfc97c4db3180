import type { Clock } from '../clock.ts'
import { InterphaseError } from '../error.ts'

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
