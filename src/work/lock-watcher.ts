import type { Clock } from '../clock.ts'
import type { DatabaseConnectionSettings, DatabaseSession, Dialect } from '../dialect/dialect.ts'

/**
 * Collects the names of the sessions that block a waiting session. If the query for blocking sessions fails, the list stays the
 * same.
 */
export interface LockWatcher {
  watch(session: DatabaseSession): { readonly seen: readonly string[]; stop(): Promise<void> }
  close(): Promise<void>
}

// The delay before the first query for blocking sessions. Most statements end sooner, so the watcher usually sends no query.
const FIRST_LOOK_MS = 150
const LOOK_EVERY_MS = 500
// The abort reason that ends the queries for blocking sessions. An abort without a reason would create an error with a stack
// trace for every migration.
const OVER = 'the statement is over'

/** Makes a lock watcher with its own connection to the database. The watcher opens the connection at its first query. */
export function makeLockWatcher(dialect: Dialect, target: DatabaseConnectionSettings, clock: Clock): LockWatcher {
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
