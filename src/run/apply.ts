import type { Clock } from '../clock.ts'
import type { Catalog, TimeLimits } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import type { Emit } from '../event.ts'
import type { LedgerWriter } from '../ledger/write.ts'
import { stopNote } from '../plan/correction.ts'
import { beforeStatement, type Cursor, sendingStatement } from '../plan/cursor.ts'
import type { Leniency } from '../schema/mismatch.ts'
import type { GroupKey } from '../schema/object.ts'
import type { State } from '../schema/state.ts'
import type { Position } from '../state/planned.ts'
import type { Crash } from '../work/crash.ts'
import type { Fence } from '../work/fence.ts'
import { hasParts, sizeOf, statementsOf } from '../work/kinds.ts'
import type { LockWatcher } from '../work/lock-watcher.ts'
import { leaveAfter, performAll, performBare, performInside } from '../work/perform.ts'
import { type Final, type Retry, retryLocks } from '../work/retry.ts'
import { survivesRollback } from '../work/session-state.ts'
import { settle, writesUnseen } from '../work/settle.ts'
import type { StatementRunner } from '../work/statement-runner.ts'
import { stopIfAsked } from '../work/stop.ts'
import type { Work } from '../work/work.ts'
import type { Guard } from './guard.ts'
import type { LedgerEntry } from './ledger-entry.ts'

/** What applying a migration to a target needs. */
export interface Executor extends StatementRunner {
  readonly ledger: LedgerWriter
  readonly guard: Guard
  readonly fence: Fence
  readonly catalog: Catalog
  readonly leniency: () => Promise<Leniency>
  readonly clock: Clock
  readonly limits: TimeLimits
  readonly retry: Retry
  readonly lockWatcher: LockWatcher
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
export async function apply(executor: Executor, work: Work, entry: LedgerEntry, standing: Standing): Promise<number> {
  return work.path === 'together' ? together(executor, work, entry, standing) : stepwise(executor, work, entry, standing)
}

/** Migration, guards and ledger row in one transaction: all of it happens, or nothing. */
async function together(executor: Executor, work: Work, entry: LedgerEntry, { position, ahead, rules }: Standing): Promise<number> {
  const { session, commitsOnItsWay } = executor
  const { migration } = work
  await rules?.before(0)
  const affected = await retrying(executor, work, async (final) => {
    const startedAt = executor.clock.now()
    try {
      await abreast(session.begin(executor.limits), guardAtBegin(executor, work, position))
      await executor.crash('after begin', migration.id)
      await entry.clear()
      // Whatever commits on its way takes this row with it, and so nobody ever takes the migration for not begun.
      if (commitsOnItsWay) await entry.enter(startedAt, beginning(work))
      const written = await performAll(knowing(executor, work, position), work)
      if (!(await session.intact())) throw committed(work)
      await executor.fence.check(migration)
      await rules?.after()
      await executor.crash('after statement', migration.id)
      await keepExceptions(executor, work)
      const guarded = guardAfter(executor, work, position, ahead)
      const noted = commitsOnItsWay ? entry.finish(written) : entry.done(startedAt, written)
      await abreast(guarded, noted)
      await executor.crash('before commit', migration.id)
      await session.commit({ file: migration.file, line: 1 })
      return written
    } catch (error) {
      if (await leavesForNext(executor, work, [...Array(sizeOf(work)).keys()], position)) final()
      throw await rolledBack(executor, work, entry, startedAt, error)
    }
  })
  await executor.crash('after ledger', migration.id)
  return affected
}

/** None of its statements was sent. */
function beginning(work: Work): Cursor {
  return beforeStatement(0, sizeOf(work))
}

/** The bench, with what the schema is planned to hold before each statement. */
function knowing(executor: Executor, work: Work, position: Position | undefined): Executor {
  return position ? { ...executor, known: knownBefore(work, position) } : executor
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
async function rolledBack(executor: Executor, work: Work, entry: LedgerEntry, startedAt: Date, error: unknown): Promise<unknown> {
  const { session, commitsOnItsWay } = executor
  if (session.lost.aborted) return error
  const ended = !(await session.intact())
  await session.rollback()
  await leaveAfter(session)
  if (!ended) return error
  // The transaction may also have ended by the server's own rollback, after a deadlock. Then the row is gone with the rest.
  if (commitsOnItsWay && !(await entry.isOpen())) return error
  if (!commitsOnItsWay) await entry.enter(startedAt, beginning(work))
  return committed(work, error)
}

function committed({ migration }: Work, cause?: unknown): InterphaseError {
  return new InterphaseError('migration.committed', { migration: migration.id, file: migration.file }, { cause })
}

/** Statement by statement, each with its intent or in a transaction with the cursor. */
async function stepwise(executor: Executor, work: Work, entry: LedgerEntry, standing: Standing): Promise<number> {
  await guardBefore(executor, work, standing.position)
  await keepExceptions(executor, work)
  await executor.crash('before intent', work.migration.id)
  await entry.enterAlone(executor.clock.now(), beginning(work))
  await executor.crash('after row', work.migration.id)
  let isSent = false
  const emit: Emit = (event) => {
    isSent ||= event.type === 'statement-started'
    executor.emit(event)
  }
  try {
    return await stepFrom({ ...executor, emit }, work, entry, standing, 0)
  } catch (error) {
    // Its first statement was not let out. Without a row, the file may be changed.
    if (!isSent && !executor.session.lost.aborted && isHeldBack(error)) await entry.withdraw()
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
  executor: Executor,
  work: Work,
  entry: LedgerEntry,
  { position, ahead, rules }: Standing,
  from: number,
): Promise<number> {
  let affected = 0
  let index = from
  try {
    for (; index < sizeOf(work); index++) {
      await rules?.before(index)
      affected += await step(executor, work, entry, position, index)
      await executor.crash('after cursor', work.migration.id, index)
    }
  } catch (error) {
    await leaveAfter(executor.session)
    await noteStop(executor, work, entry, index)
    throw error
  }
  await guardAfter(executor, work, position, ahead)
  await entry.finishAlone()
  await executor.crash('after ledger', work.migration.id)
  return affected
}

/** The error of the statement is the one to tell: without the note, the rest of the file cannot be corrected, and nothing else. */
async function noteStop({ session }: Executor, work: Work, entry: LedgerEntry, index: number): Promise<void> {
  if (session.lost.aborted) return
  const done = statementsOf(work)
    .slice(0, index)
    .map(({ text }) => text)
  const stopped = stopNote(work.migration, session.dialect, done)
  if (stopped !== undefined) await entry.stopped(stopped).catch(() => undefined)
}

/** What breaks a rule on purpose stands in the ledger with its reason, as long as that does. */
export async function keepExceptions({ ledger }: Executor, { migration, says }: Work): Promise<void> {
  for (const { effect: rule, because } of says.despite) await ledger.noteOnce({ kind: 'despite', fields: { rule, because } }, migration.id)
}

function step(executor: Executor, work: Work, entry: LedgerEntry, position: Position | undefined, index: number): Promise<number> {
  const statement = statementsOf(work)[index]
  return retrying(executor, work, (final) =>
    statement?.manner === 'atomic' && !changesSchema(executor, position, index)
      ? atomicStep(executor, work, entry, position, index, final)
      : bareStep(executor, work, entry, position, index, final),
  )
}

/** A routine that was seen to change the schema, where that commits: it has to run as a bare statement does. */
function changesSchema({ commitsOnItsWay }: Executor, position: Position | undefined, index: number): boolean {
  return commitsOnItsWay && (position?.migration.phased[index]?.length ?? 0) > 0
}

/** A second attempt in this session would begin with what the first has left in it: with variables at their last value. */
async function leavesForNext(executor: Executor, work: Work, indexes: readonly number[], position: Position | undefined): Promise<boolean> {
  if (executor.session.lost.aborted) return false
  return survivesRollback(executor.files, work, indexes, position?.before)
}

/** The statement and the cursor in one transaction. */
async function atomicStep(
  executor: Executor,
  work: Work,
  entry: LedgerEntry,
  position: Position | undefined,
  index: number,
  final: Final,
): Promise<number> {
  const { session, commitsOnItsWay } = executor
  const { migration } = work
  await session.begin(executor.limits)
  try {
    await executor.crash('after begin', migration.id, index)
    // Whatever commits on its way takes the intent with it.
    if (commitsOnItsWay) await entry.moveTo(sendingStatement(index, sizeOf(work)))
    const affected = await performInside(knowing(executor, work, position), work, index)
    await executor.crash('after statement', migration.id, index)
    if (!(await session.intact())) throw committed(work)
    await executor.fence.check(migration)
    await entry.moveTo(beforeStatement(index + 1, sizeOf(work)), affected)
    await executor.crash('before commit', migration.id, index)
    await session.commit({ file: migration.file, line: 1 })
    return affected
  } catch (error) {
    if (session.lost.aborted) throw error
    const ended = !(await session.intact())
    await session.rollback()
    if (await leavesForNext(executor, work, [index], position)) final()
    // Its intent is committed too, so nothing but a person's word goes past it.
    throw ended ? committed(work, error) : error
  }
}

/** Intent, statement, a look at the catalog, cursor: each committed by itself. */
async function bareStep(
  executor: Executor,
  work: Work,
  entry: LedgerEntry,
  position: Position | undefined,
  index: number,
  final: Final,
): Promise<number> {
  const { session } = executor
  const { migration } = work
  stopIfAsked(executor.signal, migration.id)
  await entry.moveTo(sendingStatement(index, sizeOf(work)))
  await executor.crash('after intent', migration.id, index)
  const isPatient = statementsOf(work)[index]?.patient === true
  await session.limit(isPatient ? { ...executor.limits, lockTimeoutMs: 0 } : executor.limits)
  const affected = await performBare(knowing(executor, work, position), work, index, tagOf(executor, work, index)).catch(
    async (error: unknown) => {
      if (await leftNothing(executor, work, position, index)) await entry.moveTo(beforeStatement(index, sizeOf(work)))
      // It would begin with the part that is done.
      else if (hasParts(work, index)) final()
      throw error
    },
  )
  await executor.crash('after statement', migration.id, index)
  const after = position?.steps[index]
  if (position && after) await executor.guard.groups(after, position.guarded, `after statement ${index + 1} of ${migration.id}`)
  await entry.moveTo(beforeStatement(index + 1, sizeOf(work)), affected)
  return affected
}

/** The server refused the statement. When nothing of it is left its intent is void; otherwise the next run has to look. */
async function leftNothing(executor: Executor, work: Work, position: Position | undefined, index: number): Promise<boolean> {
  if (!position || executor.session.lost.aborted || (writesUnseen(work, position, index) && !work.says.rerunnable)) return false
  // The statement's own error is the one to tell.
  const settled = await settle(executor, position, index).catch(() => undefined)
  return settled === 'not done' || settled === 'no trace'
}

/** The comment in front of a bare statement, by which a later run finds it at work. */
export function tagOf(executor: { readonly project: string }, work: Work, index: number): string {
  return `/* interphase ${`${executor.project} ${work.migration.id} ${index}`.replaceAll(/[^\w./ -]/g, '_')} */ `
}

function retrying<T>(executor: Executor, work: Work, attempt: (final: Final) => Promise<T>): Promise<T> {
  return retryLocks(attempt, executor.retry, { ...executor, migration: work.migration.id })
}

async function guardBefore(executor: Executor, work: Work, position: Position | undefined): Promise<void> {
  if (position) await executor.guard.groups(position.before, position.guarded, `before ${work.migration.id}`)
}

/** Inside a transaction the look before the commit can undo everything, so the look before may be the one just taken. */
async function guardAtBegin(executor: Executor, work: Work, position: Position | undefined): Promise<void> {
  if (position) await executor.guard.glance(position.before, position.guarded, `before ${work.migration.id}`)
}

async function guardAfter(executor: Executor, work: Work, position: Position | undefined, ahead?: readonly GroupKey[]): Promise<void> {
  if (position) await executor.guard.groups(position.after, position.guarded, `after ${work.migration.id}`, ahead)
}
