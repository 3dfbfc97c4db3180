import type { Clock } from '../clock.ts'
import type { DatabaseAddress, DatabaseSession, Dialect } from '../dialect/dialect.ts'
import type { EmitEvent } from '../event.ts'
import { type PoliciesByPhase, sessionSilenceTimeoutMs } from '../phase/policy.ts'
import { collationsInNotes, type LedgerHistory } from '../plan/history.ts'
import { foldSquashedMigrations, ranSquashedMigrations } from '../plan/squashed.ts'
import type { ReleaseChain } from '../release/migration.ts'
import { makeSessionKeepAlive, type SessionKeepAlive } from './keep-alive.ts'
import { type RunLease, takeRunLease } from './lease.ts'
import type { LedgerUser } from './prepare.ts'
import { LedgerWriter } from './write.ts'

/** Write access to the ledger, for a run that holds the lock of the project. */
export interface LedgerWriteAccess {
  readonly lease: RunLease
  readonly keepAlive: SessionKeepAlive
  readonly ledger: LedgerWriter
  /** The content of the ledger when the run took the lock, with the note about the collation of the database. */
  readonly history: LedgerHistory
}

/** The database whose ledger is written, and the name of the user who writes it. */
export interface LedgerDatabase {
  readonly session: DatabaseSession
  readonly dialect: Dialect
  readonly target: DatabaseAddress
  readonly writer: LedgerUser
  readonly policies: PoliciesByPhase
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly signal: AbortSignal
  /** The chain of the project. Its first release may replace older releases, which then count as this release. */
  readonly chain: ReleaseChain
}

/** Runs `work` under the lock of the project. Throws `lock.busy` if the lock is not free after `waitMs` milliseconds. */
export async function runUnderProjectLock<T>(
  place: LedgerDatabase,
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
  place: LedgerDatabase,
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

/** Adds the name of the database user to the author of the notes. */
async function withRole({ session, dialect, writer }: LedgerDatabase): Promise<LedgerUser> {
  const [row] = await session.query<{ readonly role: string }>(dialect.gates.role)
  return { ...writer, ...(row && { role: row.role }) }
}

/**
 * Writes a note with the default collation of the database, and returns the history with this note. A dump that is restored elsewhere
 * keeps the collations of its tables, and comparisons need the original default.
 */
async function withCollation({ session, dialect }: LedgerDatabase, ledger: LedgerWriter, history: LedgerHistory): Promise<LedgerHistory> {
  const collation = await dialect.defaultCollation?.(session)
  if (collation === undefined || collationsInNotes(history.notes).has(collation)) return history
  const note = await ledger.note({ kind: 'collation', fields: { of: 'this database' } }, collation)
  return { ...history, notes: [...history.notes, note] }
}

/** Writes a note if the first release of the chain counts as done because the database ran the releases that it replaces. */
async function withSquash({ chain }: LedgerDatabase, ledger: LedgerWriter, history: LedgerHistory): Promise<LedgerHistory> {
  const [first] = chain.releases
  if (!first?.squashed || !ranSquashedMigrations(chain, history)) return history
  const { releases } = first.squashed
  const isKnown = history.notes.some((note) => note.kind === 'squashed' && note.subject === first.name)
  const content = { kind: 'squashed', fields: { releases: [...releases] } } as const
  const note = isKnown ? [] : [await ledger.note(content, first.name)]
  return foldSquashedMigrations(chain, { ...history, notes: [...history.notes, ...note] })
}

/** Releases the lock of the project. An error is ignored, because the end of the session releases the lock too. */
async function leave(lease: RunLease, ledger: LedgerWriter): Promise<void> {
  if (lease.signal.aborted) return
  await ledger
    .leave()
    .then(() => lease.release())
    .catch(() => undefined)
}
