import type { Clock } from '../clock.ts'
import type { DatabaseSession } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import type { EmitEvent } from '../event.ts'
import { computeRetryDelayMs } from '../phase/policy.ts'
import type { MigrationId } from '../release/migration.ts'
import type { LockWatcher } from './lock-watcher.ts'
import { waitUnlessStopped } from './stop.ts'

/** The number of attempts after lock timeouts, and the delays between them, from the policy. */
export interface RetryLimits {
  readonly attempts: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

/** The migration, its session, the watcher that names blocking sessions, the clock for the pauses, and the stop signal. */
export interface MigrationRetryContext {
  readonly migration: MigrationId
  readonly session: DatabaseSession
  readonly lockWatcher: LockWatcher
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly signal: AbortSignal
}

/** A function that an attempt calls before a change which a rollback does not undo. After this call, the attempt is not retried. */
export type ForbidRetry = () => void

/**
 * Runs `attempt` and retries it after a lock timeout, a deadlock or a serialization failure, at most `retry.attempts` times in all.
 * Other errors are thrown at once. An attempt that throws must have rolled back its changes or have called `final`.
 */
export async function retryAfterLockErrors<T>(
  attempt: (final: ForbidRetry) => Promise<T>,
  retry: RetryLimits,
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
      await waitUnlessStopped(about.clock, retryInMs, about.signal, about.migration)
    }
  }
}

/** Runs one attempt. An error after a lock timeout names the blocking sessions. */
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

// The SQLSTATE codes of a deadlock and a serialization failure. A deadlock is 40001 on MySQL and MariaDB and 40P01 on PostgreSQL. A
// serialization failure is 40001 on all three.
const ROLLED_BACK: ReadonlySet<string> = new Set(['40001', '40P01'])

/** True if another session held a lock or changed the rows, so that a retry can succeed. */
export function isLockContentionError(error: unknown): error is InterphaseError {
  return isError(error, 'statement.lock-timeout') || (isError(error, 'statement.failed') && ROLLED_BACK.has(error.facts.sqlState))
}
