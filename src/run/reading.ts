import { InterphaseError, isError } from '../error.ts'
import { lockWatcherOn } from '../work/lock-watcher.ts'
import type { ConnectedProject } from './connected-project.ts'

// A person waits for the answer, and whoever comes behind a waiting reader waits, too.
const WAIT_MS = 1000

/** From now on the session only reads, and waits for no lock longer than a second. */
export function readBriefly({ session }: ConnectedProject): Promise<void> {
  return session.limit({ lockTimeoutMs: WAIT_MS })
}

/** Reads after `readBriefly`. Throws `database.locked` with whoever is in the way, where a lock is not free in time. */
export async function reading<T>(
  connected: Pick<ConnectedProject, 'session' | 'dialect' | 'target' | 'clock'>,
  what: string,
  read: () => Promise<T>,
): Promise<T> {
  const { session, dialect, target, clock } = connected
  const lockWatcher = lockWatcherOn(dialect, target, clock)
  const watch = lockWatcher.watch(session)
  try {
    return await read()
  } catch (error) {
    if (!isError(error, 'statement.lock-timeout')) throw error
    throw new InterphaseError('database.locked', { reading: what, waitedMs: WAIT_MS, blockers: [...watch.seen] }, { cause: error })
  } finally {
    await watch.stop()
    await lockWatcher.close()
  }
}
