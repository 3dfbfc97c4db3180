import type { Clock } from '../clock.ts'
import type { Session } from '../dialect/dialect.ts'

/** Keeps the server from ending the session of a process that is alive, and lets it end that of one that is frozen. */
export interface KeepAlive {
  /** From now on the server ends the session when it hears nothing for so long. */
  beat(silenceTimeoutMs: number): Promise<void>
  stop(): void
}

// So many signs of life may get lost or come late before the session ends.
const BEATS = 4
// Without a reason of ours each abort would make an error with a stack.
const OVER = 'the run is over'

export function keepAliveOf(session: Session, clock: Clock): KeepAlive {
  let over = new AbortController()
  return {
    beat: async (silenceTimeoutMs) => {
      over.abort(OVER)
      over = new AbortController()
      await session.endWhenSilent(silenceTimeoutMs)
      void keepBeating(session, clock, silenceTimeoutMs / BEATS, over.signal)
    },
    stop: () => over.abort(OVER),
  }
}

async function keepBeating(session: Session, clock: Clock, everyMs: number, over: AbortSignal): Promise<void> {
  while (await rested(clock, everyMs, over)) {
    // A session that is lost says so to whoever works with it.
    await session.touch().catch(() => undefined)
  }
}

function rested(clock: Clock, ms: number, over: AbortSignal): Promise<boolean> {
  return clock.wait(ms, over).then(
    () => true,
    () => false,
  )
}
