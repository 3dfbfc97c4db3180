import type { Clock } from '../clock.ts'
import type { DatabaseConnectionSettings, DatabaseSession, Dialect, RunLockKey, ServerSessionDescription } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { EmitEvent } from '../event.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { waitUnlessRunMustStop } from '../work/stop.ts'
import { refuseTransactionPooler } from './pooler.ts'
import { beginEpochAndReadProjectRow, createLedgerIfMissing, type LedgerRowOrigin } from './prepare.ts'
import { type LedgerContent, lockHolderOfProjectRow, readAndCheckLedgerProjectRow, readLedgerContent } from './read.ts'
import { upgradeLedger } from './upgrade.ts'

declare const held: unique symbol

/**
 * Proof that only the present process works on the project in the database. Only `takeRunLease` creates this proof. A lease of
 * `makeSharedDataStepLease` is weaker: its process may only work on ranges of a shared data step.
 */
export interface RunLease {
  readonly [held]: true
  readonly epoch: bigint
  readonly session: DatabaseSession
  /** The content of the ledger at the beginning of the run's epoch. The epoch is the number of the run. */
  readonly ledger: LedgerContent
  /**
   * The user of an earlier run that had lost the lock and was still running. `takeRunLease` has ended the session of this earlier
   * run.
   */
  readonly takenOverFrom?: string
  /** The signal that aborts as soon as the session that holds the lock is lost. */
  readonly signal: AbortSignal
  /** Returns true if the session still holds the lock of the project. A statement of a migration can have released the lock. */
  stillHoldsLock(): Promise<boolean>
  release(): Promise<void>
}

/** The target database, the user of the run, and the limits of the wait for the lock. */
export interface RunLeaseOptions {
  readonly target: DatabaseConnectionSettings
  readonly writer: LedgerRowOrigin
  /** The time in milliseconds that the function waits for the end of another run. With 0, the function makes one attempt. */
  readonly waitMs: number
  /** The signal that aborts when the run must stop. */
  readonly signal: AbortSignal
}

const POLL_MS = 250
// The words with which the error `run.stopped` states where a run stopped, if the user stops the run while it waits for the lock.
const AT = 'the lock'
// The time limit in milliseconds for ending the session of an earlier run. The server must first roll back the transaction of the
// session, which can take long. After the limit, the new run ends with an error, so that a person examines the session.
const END_LIMIT_MS = 600_000

/**
 * Gets the lock of the project in `session`, and begins a new epoch, which is the number of the run. The same session must
 * execute the statements of the run. If an earlier run has lost the lock and is still running, the function first ends the
 * session of the earlier run. Throws `lock.busy` if another run has the lock for longer than `waitMs`, or if the earlier session
 * does not end. Throws `database.pooler` if the address is a transaction pooler.
 */
export async function takeRunLease(
  session: DatabaseSession,
  dialect: Dialect,
  options: RunLeaseOptions,
  clock: Clock,
  emit: EmitEvent,
): Promise<RunLease> {
  const key: RunLockKey = { project: options.writer.project }
  const waiting = { clock, signal: AbortSignal.any([options.signal, session.lost]) }
  await refuseTransactionPooler(session, dialect, options.target)
  await waitForLock(session, dialect, key, options.waitMs, waiting, emit)
  try {
    return await leaseOn(session, dialect, options, waiting, clock, emit)
  } catch (error) {
    if (!session.lost.aborted) await dialect.runLock.release(session, key).catch(() => undefined)
    throw error
  }
}

/**
 * Begins a new epoch in the ledger, which is the number of the run, and ends the session of an earlier run. The caller must hold
 * the lock of the project.
 */
async function leaseOn(
  session: DatabaseSession,
  dialect: Dialect,
  options: RunLeaseOptions,
  waiting: Waiting,
  clock: Clock,
  emit: EmitEvent,
): Promise<RunLease> {
  const key: RunLockKey = { project: options.writer.project }
  if (!(await dialect.runLock.isHeldBy(session, key))) throw new InterphaseError('database.pooler', { where: session.where })
  const known = await readAndCheckLedgerProjectRow(session, dialect, key.project)
  await createLedgerIfMissing(session, dialect, key.project, known)
  const old = known && lockHolderOfProjectRow(known)
  const ended = old !== undefined && (await endOldRun(session, dialect, old.backend, waiting))
  // During the upgrade of the ledger, no other run changes a row of the ledger, because only the present run writes to the
  // ledger.
  await upgradeLedger(session, dialect, key.project)
  const row = await beginEpochAndReadProjectRow(session, clock, options.writer)
  const epoch = BigInt(row.epoch)
  const about = { epoch, ...(ended && { takenOverFrom: old.by }) }
  emit({ type: 'lock-taken', ...about, epoch: String(epoch) })
  const release = () => dialect.runLock.release(session, key)
  const stillHoldsLock = () => dialect.runLock.isHeldBy(session, key)
  const ledger = await readLedgerContent(session, dialect, key.project, row)
  // The cast is needed because only the type `RunLease` has the property `held`; no object has the property at run time.
  return { ...about, session, ledger, signal: session.lost, stillHoldsLock, release } as RunLease
}

/**
 * Makes the lease of a process that works on a shared data step without the lock of the project. After a later run has begun, the
 * server refuses every write with this lease, because the ledger then contains the number (the epoch) of the later run.
 */
export function makeSharedDataStepLease(session: DatabaseSession, epoch: bigint, history: LedgerHistory): RunLease {
  const nothing = () => Promise.resolve()
  const ledger: LedgerContent = { history, lastPlace: 0n }
  // The cast is needed because only the type `RunLease` has the property `held`; no object has the property at run time.
  return {
    epoch,
    session,
    ledger,
    signal: session.lost,
    stillHoldsLock: () => Promise.resolve(true),
    release: nothing,
  } as unknown as RunLease
}

interface Waiting {
  readonly clock: Clock
  readonly signal: AbortSignal
}

async function waitForLock(
  session: DatabaseSession,
  dialect: Dialect,
  key: RunLockKey,
  waitMs: number,
  { clock, signal }: Waiting,
  emit: EmitEvent,
): Promise<void> {
  const start = clock.elapsedMs()
  let told = ''
  while (!(await dialect.runLock.acquire(session, key))) {
    const holder = await holderOf(session, dialect, key)
    const waitedMs = Math.round(clock.elapsedMs() - start)
    if (waitedMs >= waitMs) throw new InterphaseError('lock.busy', { holder: holder?.says ?? 'another run', waitedMs })
    if (holder && holder.backend !== told) emit({ type: 'lock-waiting', holder: holder.says, waitedMs })
    told = holder?.backend ?? told
    await waitUnlessRunMustStop(clock, POLL_MS, signal, AT)
  }
}

/**
 * Returns the holder of the lock of the project with a text for messages. The name of the user comes from the ledger, because not
 * every server shows the name of the program.
 */
async function holderOf(session: DatabaseSession, dialect: Dialect, key: RunLockKey): Promise<ServerSessionDescription | undefined> {
  const holder = await dialect.runLock.holder(session, key)
  const row = holder && (await readAndCheckLedgerProjectRow(session, dialect, key.project))
  const known = row && lockHolderOfProjectRow(row)
  return holder && known?.backend === holder.backend ? { ...holder, says: `${known.by} (${holder.says})` } : holder
}

async function endOldRun(session: DatabaseSession, dialect: Dialect, backend: string, { clock, signal }: Waiting): Promise<boolean> {
  if (backend === session.backend || !(await dialect.processes.alive(session, backend))) return false
  await dialect.processes.end(session, backend)
  const start = clock.elapsedMs()
  while (await dialect.processes.alive(session, backend)) {
    if (clock.elapsedMs() - start > END_LIMIT_MS) {
      throw new InterphaseError('lock.busy', {
        holder: `connection ${backend} of an earlier run, which does not end`,
        waitedMs: END_LIMIT_MS,
      })
    }
    await waitUnlessRunMustStop(clock, POLL_MS, signal, AT)
  }
  return true
}
