import type { Clock } from '../clock.ts'
import type { DatabaseSession } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import type { EmitEvent } from '../event.ts'
import { computeRetryDelayMs } from '../phase/policy.ts'
import type { MigrationId } from '../release/migration.ts'
import type { LockWatcher } from './lock-watcher.ts'
import { waitUnlessRunMustStop } from './stop.ts'

/** The limits of the policy for retries after lock timeouts: the number of attempts, and the delays between the attempts. */
export interface LockRetryLimits {
  readonly attempts: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

/**
 * The migration that can be retried, the session, the watcher that names blocking sessions, the clock for the delays, and the
 * stop signal.
 */
export interface MigrationRetryContext {
  readonly migration: MigrationId
  readonly session: DatabaseSession
  readonly lockWatcher: LockWatcher
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly signal: AbortSignal
}

/**
 * An attempt calls this function before a change that a rollback does not undo. After the call, the engine does not retry the
 * attempt.
 */
export type ForbidRetry = () => void

/**
 * Executes `attempt`, and retries it after a lock timeout, a deadlock or a serialization failure. The total number of attempts is
 * at most `retry.attempts`. The function throws other errors without a retry. Before an attempt throws, it must have rolled back
 * its changes, or have called its parameter `final`.
 */
export async function retryAfterLockErrors<T>(
  attempt: (final: ForbidRetry) => Promise<T>,
  retry: LockRetryLimits,
  about: MigrationRetryContext,
): Promise<T> {
  let isFinal = false
  const final = () => {
    isFinal = true
  }
  for (let number = 1; ; number++) {
    try {
      return await watched(() => attempt(final), number, about)
    } catch (error) {
      if (isFinal || !isLockContentionError(error) || number >= retry.attempts) throw error
      const retryInMs = computeRetryDelayMs(retry, number, about.clock.random())
      const blockers = isError(error, 'statement.lock-timeout') ? error.facts.blockers : []
      about.emit({ type: 'lock-timeout', migration: about.migration, attempt: number, of: retry.attempts, blockers, retryInMs })
      await waitUnlessRunMustStop(about.clock, retryInMs, about.signal, about.migration)
    }
  }
}

/** Executes one attempt of a migration. Adds the names of the blocking sessions to the error of a lock timeout. */
async function watched<T>(attempt: () => Promise<T>, number: number, { lockWatcher, session }: MigrationRetryContext): Promise<T> {
  const watch = lockWatcher.watch(session)
  try {
    return await attempt()
  } catch (error) {
    if (!isError(error, 'statement.lock-timeout')) throw error
    throw new InterphaseError('statement.lock-timeout', { ...error.facts, attempts: number, blockers: watch.seen }, { cause: error })
  } finally {
    await watch.stop()
  }
}

// The SQLSTATE codes of a deadlock and of a serialization failure. A deadlock has the code 40001 on MySQL and MariaDB, and 40P01
// on PostgreSQL. A serialization failure has the code 40001 on all three servers.
const ROLLED_BACK: ReadonlySet<string> = new Set(['40001', '40P01'])

/** Returns true if another session caused the error by a lock or by a concurrent change, so that a retry can succeed. */
export function isLockContentionError(error: unknown): error is InterphaseError {
  return isError(error, 'statement.lock-timeout') || (isError(error, 'statement.failed') && ROLLED_BACK.has(error.facts.sqlState))
}
