import type { Clock } from '../clock.ts'
import type { Dialect, Session, Target } from '../dialect/dialect.ts'
import type { Emit } from '../event.ts'
import { type Policies, silenceTimeoutMs } from '../phase/policy.ts'
import { collationsOf, type History } from '../plan/history.ts'
import { type KeepAlive, keepAliveOf } from './keep-alive.ts'
import { type Lease, takeLease } from './lease.ts'
import type { Writer } from './prepare.ts'
import { LedgerWriter } from './write.ts'

/** Write access to the ledger, for a run that holds the lock of the project. */
export interface LedgerAccess {
  readonly lease: Lease
  readonly keepAlive: KeepAlive
  readonly ledger: LedgerWriter
  /** The content of the ledger when the run took the lock, with the note about the collation of the database. */
  readonly history: History
}

/** The database whose ledger is written, and the name of the user who writes it. */
export interface LedgerPlace {
  readonly session: Session
  readonly dialect: Dialect
  readonly target: Target
  readonly writer: Writer
  readonly policies: Policies
  readonly clock: Clock
  readonly emit: Emit
  readonly signal: AbortSignal
}

/** Runs `work` under the lock of the project. Throws `lock.busy` if the lock is not free after `waitMs` milliseconds. */
export async function underLease<T>(place: LedgerPlace, waitMs: number, work: (access: LedgerAccess) => Promise<T>): Promise<T> {
  const { session, clock } = place
  const keepAlive = keepAliveOf(session, clock)
  try {
    await keepAlive.beat(Math.min(...Object.values(place.policies).map(silenceTimeoutMs)))
    return await leased(place, waitMs, keepAlive, work)
  } finally {
    keepAlive.stop()
  }
}

async function leased<T>(place: LedgerPlace, waitMs: number, keepAlive: KeepAlive, work: (access: LedgerAccess) => Promise<T>): Promise<T> {
  const { session, dialect, target, writer, clock, signal } = place
  const lease = await takeLease(session, dialect, { target, writer, waitMs, signal }, clock, place.emit)
  const ledger = new LedgerWriter(lease, dialect, clock, writer, lease.ledger.lastPlace)
  try {
    if (lease.takenOverFrom !== undefined) await ledger.note({ kind: 'taken over', fields: { from: lease.takenOverFrom } }, writer.project)
    const history = await withCollation(place, ledger, lease.ledger.history)
    return await work({ lease, keepAlive, ledger, history })
  } finally {
    await leave(lease, ledger)
  }
}

/**
 * Writes a note with the default collation of the database, and returns the history with this note. A dump that is restored elsewhere
 * keeps the collations of its tables, and comparisons need the original default.
 */
async function withCollation({ session, dialect }: LedgerPlace, ledger: LedgerWriter, history: History): Promise<History> {
  const collation = await dialect.defaultCollation?.(session)
  if (collation === undefined || collationsOf(history.notes).has(collation)) return history
  const note = await ledger.note({ kind: 'collation', fields: { of: 'this database' } }, collation)
  return { ...history, notes: [...history.notes, note] }
}

/** Gives the lock of the project back. An error is dropped, because the end of the session releases the lock too. */
async function leave(lease: Lease, ledger: LedgerWriter): Promise<void> {
  if (lease.signal.aborted) return
  await ledger
    .leave()
    .then(() => lease.release())
    .catch(() => undefined)
}
