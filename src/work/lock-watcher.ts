import type { Clock } from '../clock.ts'
import type { DatabaseAddress, DatabaseSession, Dialect } from '../dialect/dialect.ts'

/** Collects the sessions that block another session while it waits. An error of the look-up is dropped: the list then stays as it is. */
export interface LockWatcher {
  watch(session: DatabaseSession): { readonly seen: readonly string[]; stop(): Promise<void> }
  close(): Promise<void>
}

// The delay before the first look-up. Most statements end sooner, so the watcher needs no query for them.
const FIRST_LOOK_MS = 150
const LOOK_EVERY_MS = 500
// The reason for ending the look-ups. Without an explicit reason, each abort would create an error with a stack, for every migration.
const OVER = 'the statement is over'

/** Makes a lock watcher on a separate connection, which is opened at the first look-up. */
export function makeLockWatcher(dialect: Dialect, target: DatabaseAddress, clock: Clock): LockWatcher {
  let opened: Promise<DatabaseSession | undefined> | undefined
  return {
    watch: (session) => {
      const ended = new AbortController()
      const seen: string[] = []
      const looking = look(session, seen, ended.signal).catch(() => undefined)
      return {
        seen,
        stop: async () => {
          ended.abort(OVER)
          await looking
        },
      }
    },
    close: async () => (await opened)?.close(),
  }

  async function look(session: DatabaseSession, seen: string[], signal: AbortSignal): Promise<void> {
    let restMs = FIRST_LOOK_MS
    while (await rested(clock, restMs, signal)) {
      restMs = LOOK_EVERY_MS
      opened ??= dialect.open({ ...target, purpose: `${target.purpose} (lookout)` }).catch(() => undefined)
      const own = await opened
      if (!own || signal.aborted) return
      const blockers = await dialect.processes.blockersOf(own, session.backend)
      if (blockers.length > 0) seen.splice(0, seen.length, ...blockers)
    }
  }
}

async function rested(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  return clock.wait(ms, signal).then(
    () => true,
    () => false,
  )
}
