import type { Clock } from '../clock.ts'
import type { Dialect, Holder, MutexKey, Session, Target } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { Emit } from '../event.ts'
import { rest } from '../work/stop.ts'
import { refusePooler } from './pooler.ts'
import { beginEpoch, prepareLedger, type Writer } from './prepare.ts'
import { readHistory } from './read.ts'
import { upgradeLedger } from './upgrade.ts'

declare const held: unique symbol

/** Proof that this process alone works on the project in this database. Only the lock makes one. */
export interface Lease {
  readonly [held]: true
  readonly epoch: bigint
  readonly session: Session
  /** Whose run was still at work without the lock, and was ended. */
  readonly takenOverFrom?: string
  /** Aborts the moment the session that carries the lock is lost. */
  readonly signal: AbortSignal
  /** False once a migration has given the lock up. */
  stillMine(): Promise<boolean>
  release(): Promise<void>
}

export interface LeaseOptions {
  readonly target: Target
  readonly writer: Writer
  /** How long to wait for another run; 0 asks once. */
  readonly waitMs: number
  /** Aborts when the run is to stop. */
  readonly signal: AbortSignal
}

const POLL_MS = 250
// Where a run is that stops before it has begun.
const AT = 'the lock'
// Ending a session rolls back what it was doing, and that takes as long as it takes; after this a person should look.
const END_LIMIT_MS = 600_000

/**
 * Takes the project's lock on `session`, the one that will run the statements, and begins a new epoch. Whoever held the
 * lock before and is still at work without it is ended first.
 */
export async function takeLease(session: Session, dialect: Dialect, options: LeaseOptions, clock: Clock, emit: Emit): Promise<Lease> {
  const key: MutexKey = { project: options.writer.project }
  const waiting = { clock, signal: AbortSignal.any([options.signal, session.lost]) }
  await refusePooler(session, dialect, options.target)
  await waitForLock(session, dialect, key, options.waitMs, waiting, emit)
  try {
    return await leaseOn(session, dialect, options, waiting, clock, emit)
  } catch (error) {
    if (!session.lost.aborted) await dialect.mutex.give(session, key).catch(() => undefined)
    throw error
  }
}

/** The rest of taking it, under the lock. */
async function leaseOn(
  session: Session,
  dialect: Dialect,
  options: LeaseOptions,
  waiting: Waiting,
  clock: Clock,
  emit: Emit,
): Promise<Lease> {
  const key: MutexKey = { project: options.writer.project }
  if (!(await dialect.mutex.stillMine(session, key))) throw new InterphaseError('database.pooler', { where: session.where })
  const before = await readHistory(session, dialect, key.project)
  await prepareLedger(session, dialect, key.project)
  const old = before?.holder
  const ended = old !== undefined && (await endOldRun(session, dialect, old.backend, waiting))
  // Nobody but this run writes now, so no row changes while it is upgraded.
  await upgradeLedger(session, dialect, key.project)
  const epoch = await beginEpoch(session, clock, options.writer)
  const about = { epoch, ...(ended && { takenOverFrom: old.by }) }
  emit({ type: 'lock-taken', ...about, epoch: String(epoch) })
  const release = () => dialect.mutex.give(session, key)
  const stillMine = () => dialect.mutex.stillMine(session, key)
  // The brand exists for the compiler alone.
  return { ...about, session, signal: session.lost, stillMine, release } as Lease
}

interface Waiting {
  readonly clock: Clock
  readonly signal: AbortSignal
}

async function waitForLock(
  session: Session,
  dialect: Dialect,
  key: MutexKey,
  waitMs: number,
  { clock, signal }: Waiting,
  emit: Emit,
): Promise<void> {
  const start = clock.elapsedMs()
  let told = ''
  while (!(await dialect.mutex.take(session, key))) {
    const holder = await holderOf(session, dialect, key)
    const waitedMs = Math.round(clock.elapsedMs() - start)
    if (waitedMs >= waitMs) throw new InterphaseError('lock.busy', { holder: holder?.says ?? 'another run', waitedMs })
    if (holder && holder.backend !== told) emit({ type: 'lock-waiting', holder: holder.says, waitedMs })
    told = holder?.backend ?? told
    await rest(clock, POLL_MS, signal, AT)
  }
}

/** Who has the lock, with the name that the ledger has for that connection: not every server shows the program's. */
async function holderOf(session: Session, dialect: Dialect, key: MutexKey): Promise<Holder | undefined> {
  const holder = await dialect.mutex.holder(session, key)
  const history = holder && (await readHistory(session, dialect, key.project))
  return holder && history?.holder?.backend === holder.backend ? { ...holder, says: `${history.holder.by} (${holder.says})` } : holder
}

async function endOldRun(session: Session, dialect: Dialect, backend: string, { clock, signal }: Waiting): Promise<boolean> {
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
    await rest(clock, POLL_MS, signal, AT)
  }
  return true
}
