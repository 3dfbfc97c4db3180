import pRetry from 'p-retry'
import type { Clock } from '../clock.ts'
import type { Dialect, Session, Target } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import type { Emit } from '../event.ts'
import type { MigrationId } from '../release/migration.ts'
import { stopped } from './stop.ts'

/** How often a statement that could not get its lock is tried, and how long it rests in between; from the policy. */
export interface Retry {
  readonly attempts: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

/** Who stands in the way of a session, asked while it waits. */
export interface Lookout {
  watch(session: Session): { readonly seen: readonly string[]; stop(): Promise<void> }
  close(): Promise<void>
}

/**
 * Runs `attempt` until it gets its locks, at most `retry.attempts` times, with a growing rest that chance shortens, so that
 * two runs do not keep step. Every attempt has the lock timeout, the last one too. Other errors end it at once.
 */
export async function retryLocks<T>(
  attempt: () => Promise<T>,
  retry: Retry,
  about: {
    readonly migration: MigrationId
    readonly session: Session
    readonly lookout: Lookout
    readonly emit: Emit
    readonly signal: AbortSignal
  },
): Promise<T> {
  let number = 0
  const once = async () => {
    number += 1
    const watch = about.lookout.watch(about.session)
    try {
      return await attempt()
    } catch (error) {
      if (!isError(error, 'statement.lock-timeout')) throw error
      throw new InterphaseError('statement.lock-timeout', { ...error.facts, attempts: number, blockers: watch.seen }, { cause: error })
    } finally {
      await watch.stop()
    }
  }
  const trying = pRetry(once, {
    retries: retry.attempts - 1,
    minTimeout: retry.firstDelayMs,
    maxTimeout: retry.maxDelayMs,
    factor: 2,
    randomize: true,
    signal: about.signal,
    shouldRetry: ({ error }) => isError(error, 'statement.lock-timeout'),
    onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
      if (retriesLeft === 0 || !isError(error, 'statement.lock-timeout')) return
      about.emit({
        type: 'lock-timeout',
        migration: about.migration,
        attempt: attemptNumber,
        of: retry.attempts,
        blockers: error.facts.blockers,
        retryInMs: retry.firstDelayMs,
      })
    },
  })
  return trying.catch((error: unknown) => {
    // Stopped between two attempts, the signal's bare reason is all there is.
    throw about.signal.aborted && !(error instanceof InterphaseError) ? stopped(about.signal, about.migration) : error
  })
}

// A statement that waits longer than this is waiting for a lock rather than working, as far as asking goes.
const FIRST_LOOK_MS = 150
const LOOK_EVERY_MS = 500

/** Asks, on a connection of its own that is opened when first needed, who blocks the session that works. */
export function lookoutOn(dialect: Dialect, target: Target, clock: Clock): Lookout {
  let opened: Promise<Session> | undefined
  return {
    watch: (session) => {
      const ended = new AbortController()
      const seen: string[] = []
      const looking = look(session, seen, ended.signal)
      return {
        seen,
        stop: async () => {
          ended.abort()
          await looking
        },
      }
    },
    close: async () => (await opened)?.close(),
  }

  async function look(session: Session, seen: string[], signal: AbortSignal): Promise<void> {
    let restMs = FIRST_LOOK_MS
    while (!signal.aborted) {
      if (!(await rested(clock, restMs, signal))) return
      restMs = LOOK_EVERY_MS
      opened ??= dialect.open({ ...target, purpose: `${target.purpose} (lookout)` })
      const blockers = await dialect.processes.blockersOf(await opened, session.backend)
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
