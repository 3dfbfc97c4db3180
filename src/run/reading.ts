import type { StatementTimeLimits } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import { makeLockWatcher } from '../work/lock-watcher.ts'
import type { ConnectedProject } from './connected-project.ts'

// The longest time in milliseconds that a command which only reads waits for a lock. The limit is short, because a user waits for
// the output, and because other sessions queue behind a reader that waits for a lock.
const WAIT_MS = 1000

/** The time limits of a command that only reads. */
export const READING_COMMAND_TIME_LIMITS: StatementTimeLimits = { lockTimeoutMs: WAIT_MS }

/** Sets the lock timeout of the session to one second. */
export function limitLockWaits({ session }: ConnectedProject): Promise<void> {
  return session.limit(READING_COMMAND_TIME_LIMITS)
}

/**
 * Executes `read`. After a lock timeout, throws `database.locked` with the names of the blocking sessions. The caller calls
 * `limitLockWaits` first.
 */
export async function readWithLockLimit<T>(
  connected: Pick<ConnectedProject, 'session' | 'dialect' | 'target' | 'clock'>,
  what: string,
  read: () => Promise<T>,
): Promise<T> {
  const { session, dialect, target, clock } = connected
  const lockWatcher = makeLockWatcher(dialect, target, clock)
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
