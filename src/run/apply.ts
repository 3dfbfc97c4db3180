import type { Clock } from '../clock.ts'
import type { Catalog, Limits } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import type { Emit } from '../event.ts'
import type { LedgerWriter } from '../ledger/write.ts'
import { stoppedBefore } from '../plan/correction.ts'
import { exceptionNote } from '../plan/history.ts'
import type { Leniency } from '../schema/mismatch.ts'
import type { GroupKey } from '../schema/object.ts'
import type { State } from '../schema/state.ts'
import type { Position } from '../state/planned.ts'
import type { Crash } from '../work/crash.ts'
import type { Fence } from '../work/fence.ts'
import type { Lookout } from '../work/lookout.ts'
import { type Hand, leaveAfter, performAll, performBare, performInside } from '../work/perform.ts'
import { type Final, type Retry, retryLocks } from '../work/retry.ts'
import { survivesRollback } from '../work/session-state.ts'
import { hasParts, settle, writesUnseen } from '../work/settle.ts'
import { stopIfAsked } from '../work/stop.ts'
import { sizeOf, type Work } from '../work/work.ts'
import type { Entry } from './entry.ts'
import type { Guard } from './guard.ts'

/** What applying a migration to a target needs. */
export interface Bench extends Hand {
  readonly ledger: LedgerWriter
  readonly guard: Guard
  readonly fence: Fence
  readonly catalog: Catalog
  readonly leniency: () => Promise<Leniency>
  readonly clock: Clock
  readonly limits: Limits
  readonly retry: Retry
  readonly lookout: Lookout
  /** See `Dialect.commitsOnItsWay`. */
  readonly commitsOnItsWay: boolean
  readonly project: string
  readonly crash: Crash
}

/** Where a migration stands in the phased sequence, and what the next one will ask the guard for. */
export interface Standing {
  readonly position: Position | undefined
  readonly ahead?: readonly GroupKey[]
  readonly rules?: RulesReached
}

/** Counts what breaks the rules that could not be counted before the phase. Throws `phase.reached`. */
export interface RulesReached {
  /** Right before this statement, where statements commit one by one, or before the first of a transaction. */
  readonly before: (statement: number) => Promise<void>
  /** In the transaction, after all statements: rules that the server makes without a look at the rows. */
  readonly after: () => Promise<void>
}

/**
 * Applies one migration, or takes it back, by the path it decided on; the entry is what the ledger is told. Gives the number
 * of rows written.
 */
export async function apply(bench: Bench, work: Work, entry: Entry, standing: Standing): Promise<number> {
  return work.path === 'together' ? together(bench, work, entry, standing) : stepwise(bench, work, entry, standing)
}

/** Migration, guards and ledger row in one transaction: all of it happens, or nothing. */
async function together(bench: Bench, work: Work, entry: Entry, { position, ahead, rules }: Standing): Promise<number> {
  const { session, commitsOnItsWay } = bench
  const { migration } = work
  await rules?.before(0)
  const affected = await retrying(bench, work, async (final) => {
    const startedAt = bench.clock.now()
    try {
      await abreast(session.begin(bench.limits), guardAtBegin(bench, work, position))
      await bench.crash('after begin', migration.id)
      await entry.clear()
      // Whatever commits on its way takes this row with it, and so nobody ever takes the migration for not begun.
      if (commitsOnItsWay) await entry.enter(startedAt, sizeOf(work))
      const written = await performAll(knowing(bench, work, position), work)
      if (!(await session.intact())) throw committed(work)
      await bench.fence.check(migration)
      await rules?.after()
      await bench.crash('after statement', migration.id)
      await keepExceptions(bench, work)
      const guarded = guardAfter(bench, work, position, ahead)
      const noted = commitsOnItsWay ? entry.finish(written) : entry.done(startedAt, sizeOf(work), written)
      await abreast(guarded, noted)
      await bench.crash('before commit', migration.id)
      await session.commit({ file: migration.file, line: 1 })
      return written
    } catch (error) {
      if (await leavesForNext(bench, work, [...Array(sizeOf(work)).keys()], position)) final()
      throw await undone(bench, work, entry, startedAt, error)
    }
  })
  await bench.crash('after ledger', migration.id)
  return affected
}

/** The bench, with what the schema is planned to hold before each statement. */
function knowing(bench: Bench, work: Work, position: Position | undefined): Bench {
  return position ? { ...bench, known: knownBefore(work, position) } : bench
}

/** The planned state before each statement of a migration. */
export function knownBefore({ path }: Work, position: Position): (index: number) => State | undefined {
  return (index) => (path === 'together' || index === 0 ? position.before : position.steps[index - 1])
}

/**
 * Waits for two that may be on their way to the server together. Throws the error that came first: PostgreSQL refuses every later
 * statement of the transaction because of it.
 */
async function abreast(one: Promise<void>, other: Promise<void>): Promise<void> {
  const errors: unknown[] = []
  const keep = (error: unknown) => void errors.push(error)
  await Promise.all([one.catch(keep), other.catch(keep)])
  if (errors.length > 0) throw errors[0]
}

/** Rolls back. What has committed by itself cannot be rolled back: the ledger then says that the migration is unfinished. */
async function undone(bench: Bench, work: Work, entry: Entry, startedAt: Date, error: unknown): Promise<unknown> {
  const { session, commitsOnItsWay } = bench
  if (session.lost.aborted) return error
  const ended = !(await session.intact())
  await session.rollback()
  await leaveAfter(session)
  if (!ended) return error
  // The transaction may also have ended by the server's own rollback, after a deadlock. Then the row is gone with the rest.
  if (commitsOnItsWay && !(await entry.isOpen())) return error
  if (!commitsOnItsWay) await entry.enter(startedAt, sizeOf(work))
  return committed(work, error)
}

function committed({ migration }: Work, cause?: unknown): InterphaseError {
  return new InterphaseError('migration.committed', { migration: migration.id, file: migration.file }, { cause })
}

/** Statement by statement, each with its intent or in a transaction with the cursor. */
async function stepwise(bench: Bench, work: Work, entry: Entry, standing: Standing): Promise<number> {
  await guardBefore(bench, work, standing.position)
  await keepExceptions(bench, work)
  await bench.crash('before intent', work.migration.id)
  await entry.enterAlone(bench.clock.now(), sizeOf(work))
  await bench.crash('after row', work.migration.id)
  let isSent = false
  const emit: Emit = (event) => {
    isSent ||= event.type === 'statement-started'
    bench.emit(event)
  }
  try {
    return await stepFrom({ ...bench, emit }, work, entry, standing, 0)
  } catch (error) {
    // Its first statement was not let out. Without a row, the file may be changed.
    if (!isSent && !bench.session.lost.aborted && isHeldBack(error)) await entry.withdraw()
    throw error
  }
}

function isHeldBack(error: unknown): boolean {
  return (
    isError(error, 'statement.stranger') ||
    isError(error, 'statement.veiled') ||
    isError(error, 'statement.refused') ||
    isError(error, 'phase.reached')
  )
}

/** What is left of a migration whose row is in the ledger, from statement `from` on. */
export async function stepFrom(
  bench: Bench,
  work: Work,
  entry: Entry,
  { position, ahead, rules }: Standing,
  from: number,
): Promise<number> {
  let affected = 0
  let index = from
  try {
    for (; index < sizeOf(work); index++) {
      await rules?.before(index)
      affected += await step(bench, work, entry, position, index)
      await bench.crash('after cursor', work.migration.id, index)
    }
  } catch (error) {
    await leaveAfter(bench.session)
    await noteStop(bench, work, entry, index)
    throw error
  }
  await guardAfter(bench, work, position, ahead)
  await entry.finishAlone()
  await bench.crash('after ledger', work.migration.id)
  return affected
}

/** The error of the statement is the one to tell: without the note, the rest of the file cannot be corrected, and nothing else. */
async function noteStop({ session }: Bench, work: Work, entry: Entry, index: number): Promise<void> {
  if (session.lost.aborted) return
  const done = work.body.kind === 'script' ? work.body.statements.slice(0, index).map(({ text }) => text) : []
  const note = stoppedBefore(work.migration, session.dialect, done)
  if (note !== undefined) await entry.stopped(note).catch(() => undefined)
}

/** What breaks a rule on purpose stands in the ledger with its reason, as long as that does. */
export async function keepExceptions({ ledger }: Bench, { migration, says }: Work): Promise<void> {
  for (const declared of says.despite) await ledger.noteOnce('despite', migration.id, exceptionNote(declared))
}

function step(bench: Bench, work: Work, entry: Entry, position: Position | undefined, index: number): Promise<number> {
  const statement = work.body.kind === 'script' ? work.body.statements[index] : undefined
  return retrying(bench, work, (final) =>
    statement?.manner === 'atomic' && !changesSchema(bench, position, index)
      ? atomicStep(bench, work, entry, position, index, final)
      : bareStep(bench, work, entry, position, index, final),
  )
}

/** A routine that was seen to change the schema, where that commits: it has to run as a bare statement does. */
function changesSchema({ commitsOnItsWay }: Bench, position: Position | undefined, index: number): boolean {
  return commitsOnItsWay && (position?.migration.phased[index]?.length ?? 0) > 0
}

/** A second attempt in this session would begin with what the first has left in it: with variables at their last value. */
async function leavesForNext(bench: Bench, work: Work, indexes: readonly number[], position: Position | undefined): Promise<boolean> {
  if (bench.session.lost.aborted) return false
  return survivesRollback(bench.files, work, indexes, position?.before)
}

/** The statement and the cursor in one transaction. */
async function atomicStep(
  bench: Bench,
  work: Work,
  entry: Entry,
  position: Position | undefined,
  index: number,
  final: Final,
): Promise<number> {
  const { session, commitsOnItsWay } = bench
  const { migration } = work
  await session.begin(bench.limits)
  try {
    await bench.crash('after begin', migration.id, index)
    // Whatever commits on its way takes the intent with it.
    if (commitsOnItsWay) await entry.sending(index)
    const affected = await performInside(knowing(bench, work, position), work, index)
    await bench.crash('after statement', migration.id, index)
    if (!(await session.intact())) throw committed(work)
    await bench.fence.check(migration)
    await entry.passed(index + 1, affected)
    await bench.crash('before commit', migration.id, index)
    await session.commit({ file: migration.file, line: 1 })
    return affected
  } catch (error) {
    if (session.lost.aborted) throw error
    const ended = !(await session.intact())
    await session.rollback()
    if (await leavesForNext(bench, work, [index], position)) final()
    // Its intent is committed too, so nothing but a person's word goes past it.
    throw ended ? committed(work, error) : error
  }
}

/** Intent, statement, a look at the catalog, cursor: each committed by itself. */
async function bareStep(
  bench: Bench,
  work: Work,
  entry: Entry,
  position: Position | undefined,
  index: number,
  final: Final,
): Promise<number> {
  const { session } = bench
  const { migration } = work
  stopIfAsked(bench.signal, migration.id)
  await entry.sending(index)
  await bench.crash('after intent', migration.id, index)
  const isPatient = work.body.kind === 'script' && work.body.statements[index]?.patient === true
  await session.limit(isPatient ? { ...bench.limits, lockTimeoutMs: 0 } : bench.limits)
  const affected = await performBare(knowing(bench, work, position), work, index, tagOf(bench, work, index)).catch(
    async (error: unknown) => {
      if (await leftNothing(bench, work, position, index)) await entry.passed(index, 0)
      // It would begin with the part that is done.
      else if (hasParts(work, index)) final()
      throw error
    },
  )
  await bench.crash('after statement', migration.id, index)
  const after = position?.steps[index]
  if (position && after) await bench.guard.groups(after, position.guarded, `after statement ${index + 1} of ${migration.id}`)
  await entry.passed(index + 1, affected)
  return affected
}

/** The server refused the statement. When nothing of it is left its intent is void; otherwise the next run has to look. */
async function leftNothing(bench: Bench, work: Work, position: Position | undefined, index: number): Promise<boolean> {
  if (!position || bench.session.lost.aborted || (writesUnseen(work, position, index) && !work.says.rerunnable)) return false
  // The statement's own error is the one to tell.
  const settled = await settle(bench, position, index).catch(() => undefined)
  return settled === 'not done' || settled === 'no trace'
}

/** The comment in front of a bare statement, by which a later run finds it at work. */
export function tagOf(bench: { readonly project: string }, work: Work, index: number): string {
  return `/* interphase ${`${bench.project} ${work.migration.id} ${index}`.replaceAll(/[^\w./ -]/g, '_')} */ `
}

function retrying<T>(bench: Bench, work: Work, attempt: (final: Final) => Promise<T>): Promise<T> {
  return retryLocks(attempt, bench.retry, { ...bench, migration: work.migration.id })
}

async function guardBefore(bench: Bench, work: Work, position: Position | undefined): Promise<void> {
  if (position) await bench.guard.groups(position.before, position.guarded, `before ${work.migration.id}`)
}

/** Inside a transaction the look before the commit can undo everything, so the look before may be the one just taken. */
async function guardAtBegin(bench: Bench, work: Work, position: Position | undefined): Promise<void> {
  if (position) await bench.guard.glance(position.before, position.guarded, `before ${work.migration.id}`)
}

async function guardAfter(bench: Bench, work: Work, position: Position | undefined, ahead?: readonly GroupKey[]): Promise<void> {
  if (position) await bench.guard.groups(position.after, position.guarded, `after ${work.migration.id}`, ahead)
}
