import type { Clock } from '../clock.ts'
import type { DatabaseConnectionSettings, DatabaseSession, Dialect } from '../dialect/dialect.ts'
import type { EmitEvent } from '../event.ts'
import { type PoliciesByPhase, sessionSilenceTimeoutMs } from '../phase/policy.ts'
import { formerDefaultCollationsInNotes, type LedgerHistory } from '../plan/history.ts'
import { didDatabaseRunSquashedMigrations, replaceSquashedMigrationsInHistory } from '../plan/squashed.ts'
import type { ReleaseChain } from '../release/migration.ts'
import { makeSessionKeepAlive, type SessionKeepAlive } from './keep-alive.ts'
import { type RunLease, takeRunLease } from './lease.ts'
import type { LedgerRowOrigin } from './prepare.ts'
import { LedgerWriter } from './write.ts'

/** The lease, the writer and the content of the ledger, which a run receives together with the lock of the project. */
export interface LedgerWriteAccess {
  readonly lease: RunLease
  readonly keepAlive: SessionKeepAlive
  readonly ledger: LedgerWriter
  /** The content of the ledger when the run got the lock, with the note about the default collation of the database. */
  readonly history: LedgerHistory
}

/**
 * The context in which a run writes the ledger: the session on the database, the user who writes, and the files of the project that
 * the writes need.
 */
export interface LedgerWriteContext {
  readonly session: DatabaseSession
  readonly dialect: Dialect
  readonly target: DatabaseConnectionSettings
  readonly writer: LedgerRowOrigin
  readonly policies: PoliciesByPhase
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly signal: AbortSignal
  /**
   * The chain of the project. If its first release replaces older releases, their migrations in the ledger count as migrations of
   * the first release.
   */
  readonly chain: ReleaseChain
}

/** Executes `work` under the lock of the project. Throws `lock.busy` if the lock is not free after `waitMs` milliseconds. */
export async function runUnderProjectLock<T>(
  place: LedgerWriteContext,
  waitMs: number,
  work: (access: LedgerWriteAccess) => Promise<T>,
): Promise<T> {
  const { session, clock } = place
  const keepAlive = makeSessionKeepAlive(session, clock)
  try {
    await keepAlive.beat(Math.min(...Object.values(place.policies).map(sessionSilenceTimeoutMs)))
    return await leased(place, waitMs, keepAlive, work)
  } finally {
    keepAlive.stop()
  }
}

async function leased<T>(
  place: LedgerWriteContext,
  waitMs: number,
  keepAlive: SessionKeepAlive,
  work: (access: LedgerWriteAccess) => Promise<T>,
): Promise<T> {
  const { session, dialect, target, writer, clock, signal } = place
  const lease = await takeRunLease(session, dialect, { target, writer, waitMs, signal }, clock, place.emit)
  const ledger = new LedgerWriter(lease, dialect, clock, await withRole(place), lease.ledger.lastPlace)
  try {
    if (lease.takenOverFrom !== undefined) await ledger.note({ kind: 'taken over', fields: { from: lease.takenOverFrom } }, writer.project)
    const history = await withSquash(place, ledger, await withCollation(place, ledger, lease.ledger.history))
    return await work({ lease, keepAlive, ledger, history })
  } finally {
    await leave(lease, ledger)
  }
}

/** Returns the ledger user, with the name of the database role of the session. */
async function withRole({ session, dialect, writer }: LedgerWriteContext): Promise<LedgerRowOrigin> {
  const [row] = await session.query<{ readonly role: string }>(dialect.gates.role)
  return { ...writer, ...(row && { role: row.role }) }
}

/**
 * Writes a note with the default collation of the database, and returns the history with the written note. In a database that was
 * restored from a dump, comparisons of schemas need the default collation of the original database.
 */
async function withCollation(
  { session, dialect }: LedgerWriteContext,
  ledger: LedgerWriter,
  history: LedgerHistory,
): Promise<LedgerHistory> {
  const collation = await dialect.defaultCollation?.(session)
  if (collation === undefined || formerDefaultCollationsInNotes(history.notes).has(collation)) return history
  const note = await ledger.note({ kind: 'collation', fields: { of: 'this database' } }, collation)
  return { ...history, notes: [...history.notes, note] }
}

/**
 * The first release of a chain can replace older releases. If the database ran these older releases, the function writes a note
 * about the replacement, unless the ledger has this note. It returns the history in which the migrations of the first release
 * count as done. For any other database, the function returns the history unchanged.
 */
async function withSquash({ chain }: LedgerWriteContext, ledger: LedgerWriter, history: LedgerHistory): Promise<LedgerHistory> {
  const [first] = chain.releases
  if (!first?.squashed || !didDatabaseRunSquashedMigrations(chain, history)) return history
  const { releases } = first.squashed
  const isKnown = history.notes.some((note) => note.kind === 'squashed' && note.subject === first.name)
  const content = { kind: 'squashed', fields: { releases: [...releases] } } as const
  const note = isKnown ? [] : [await ledger.note(content, first.name)]
  return replaceSquashedMigrationsInHistory(chain, { ...history, notes: [...history.notes, ...note] })
}

/**
 * Releases the lock of the project. The function ignores an error, because the server releases the lock when the session ends.
 */
async function leave(lease: RunLease, ledger: LedgerWriter): Promise<void> {
  if (lease.signal.aborted) return
  await ledger
    .leave()
    .then(() => lease.release())
    .catch(() => undefined)
}
