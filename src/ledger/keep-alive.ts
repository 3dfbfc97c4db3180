import type { Clock } from '../clock.ts'
import type { DatabaseSession } from '../dialect/dialect.ts'

/**
 * Sends data to the server at regular intervals. If the Node process freezes or dies, the server receives no data, and ends the
 * session.
 */
export interface SessionKeepAlive {
  /** Sets the time without data after which the server ends the session, and starts the regular sending of data. */
  beat(silenceTimeoutMs: number): Promise<void>
  stop(): void
}

// The number of times that the keep-alive sends data during one timeout. With several times, one lost or late message does not
// end the session.
const BEATS = 4
// The abort reason that ends the sending of data. An abort without a reason would create an error with a stack trace.
const OVER = 'the run is over'

/** Makes a keep-alive for a session. Before the first call of `beat`, the keep-alive sends no data. */
export function makeSessionKeepAlive(session: DatabaseSession, clock: Clock): SessionKeepAlive {
  let over = new AbortController()
  let current: number | undefined
  return {
    beat: async (silenceTimeoutMs) => {
      // The phases of a run often have the same timeout. If the session already has the timeout, the keep-alive does not send the
      // query that sets the timeout.
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
    // An error of sending data to keep the session alive is ignored, because the next statement on a lost session throws its own
    // error.
    await session.touch().catch(() => undefined)
  }
}

function rested(clock: Clock, ms: number, over: AbortSignal): Promise<boolean> {
  return clock.wait(ms, over).then(
    () => true,
    () => false,
  )
}
