import type { Clock } from '../clock.ts'
import type { DatabaseSession } from '../dialect/dialect.ts'

/**
 * Sends a signal to the server at regular intervals. If the process freezes or dies, the signals stop, and the server ends the
 * session.
 */
export interface SessionKeepAlive {
  /** Sets the time without a signal after which the server ends the session, and starts the signals. */
  beat(silenceTimeoutMs: number): Promise<void>
  stop(): void
}

// The number of signals in one timeout. With several signals, one lost or late signal does not end the session.
const BEATS = 4
// The reason with which the signals are ended. An abort without a reason creates an error with a stack trace.
const OVER = 'the run is over'

/** Makes a keep-alive for a session. The keep-alive sends no signal before the first call of `beat`. */
export function makeSessionKeepAlive(session: DatabaseSession, clock: Clock): SessionKeepAlive {
  let over = new AbortController()
  let current: number | undefined
  return {
    beat: async (silenceTimeoutMs) => {
      // The statement is not sent if the timeout is already set, because the phases of a run often have the same timeout.
      if (current === silenceTimeoutMs) return
      over.abort(OVER)
      over = new AbortController()
      await session.endWhenSilent(silenceTimeoutMs)
      current = silenceTimeoutMs
      void keepBeating(session, clock, silenceTimeoutMs / BEATS, over.signal)
    },
    stop: () => over.abort(OVER),
  }
}

async function keepBeating(session: DatabaseSession, clock: Clock, everyMs: number, over: AbortSignal): Promise<void> {
  while (await rested(clock, everyMs, over)) {
    // The error is ignored, because the next statement on a lost session throws its own error.
    await session.touch().catch(() => undefined)
  }
}

function rested(clock: Clock, ms: number, over: AbortSignal): Promise<boolean> {
  return clock.wait(ms, over).then(
    () => true,
    () => false,
  )
}
