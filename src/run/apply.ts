import type { Clock } from '../clock.ts'
import type { CatalogReader, DatabaseSession, StatementTimeLimits } from '../dialect/dialect.ts'
import type { KeyRangeWalker } from '../dialect/ranges.ts'
import type { ServerLoadSignalReader } from '../dialect/signals.ts'
import { UNKNOWN_WRITTEN_TABLE } from '../effect/row-write.ts'
import { InterphaseError, isError } from '../error.ts'
import type { EmitEvent } from '../event.ts'
import type { GateFactsReader } from '../gate/outside.ts'
import type { OperatorPause } from '../ledger/pause.ts'
import type { SharedDataStepLedger } from '../ledger/ranges.ts'
import type { LedgerWriter } from '../ledger/write.ts'
import type { ThrottlePolicy } from '../phase/throttle.ts'
import { makeFailedStatementNote } from '../plan/correction.ts'
import { makeCursorAfterFailedFunction, makeCursorAtSentStatement, makeCursorBeforeStatement, type WorkCursor } from '../plan/cursor.ts'
import type { MigrationId } from '../release/migration.ts'
import { groupKeysOfDifference } from '../schema/difference.ts'
import type { SchemaComparisonSettings } from '../schema/mismatch.ts'
import { type DialectName, type SchemaGroupKey, tableGroupKey } from '../schema/object.ts'
import type { SchemaState } from '../schema/state.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import type { CrashPointHook } from '../work/crash.ts'
import type { CommitChecks } from '../work/fence.ts'
import { areStatementsKnownBeforeRun, canStepCommitPartly, countMigrationSteps, statementsKnownBeforeRun } from '../work/kinds.ts'
import type { LockWatcher } from '../work/lock-watcher.ts'
import { performAllSteps, performStepInOpenTransaction, performStepOutsideTransaction, resetSessionAfterFailure } from '../work/perform.ts'
import type { RunQuota } from '../work/quota.ts'
import { type ForbidRetry, type LockRetryLimits, retryAfterLockErrors } from '../work/retry.ts'
import { changesSessionStateThatSurvivesRollback } from '../work/session-state.ts'
import { determineStatementOutcome, mayHaveCommittedRows } from '../work/settle.ts'
import type { StatementExecutionContext } from '../work/statement-execution-context.ts'
import { throwIfRunMustStop } from '../work/stop.ts'
import type { MigrationWork } from '../work/work.ts'
import type { OperatorPauseSeenByRun } from './audit.ts'
import type { QuarantineStore } from './data-steps/quarantine.ts'
import type { SchemaGuard } from './guard.ts'
import type { MigrationLedgerWrites } from './ledger-entry.ts'

/** The session, ledger, schema comparisons, limits and readers that a run needs to apply migrations to a target database. */
export interface MigrationExecutionContext extends StatementExecutionContext {
  readonly ledger: LedgerWriter
  readonly guard: SchemaGuard
  readonly fence: CommitChecks
  readonly catalog: CatalogReader
  readonly leniency: () => Promise<SchemaComparisonSettings>
  readonly clock: Clock
  readonly limits: StatementTimeLimits
  readonly retry: LockRetryLimits
  readonly lockWatcher: LockWatcher
  /** True if a statement of a migration can implicitly commit the transaction of the engine, as on MySQL and MariaDB. */
  readonly commitsImplicitly: boolean
  readonly ranges: KeyRangeWalker
  readonly quota: RunQuota
  readonly workers: DataStepWorkerAccess
  readonly signals: ServerLoadSignalReader
  readonly throttle: ThrottlePolicy
  /** The reader that executes the commands of the policy, and that reads the replicas and the clock of the server. */
  readonly outside: GateFactsReader
  /** The name of the policy file, for messages about the queries in the policy. */
  readonly throttleFile: string
  readonly pauses: OperatorPauseReader
  readonly quarantine: QuarantineStore
  readonly dialect: DialectName
  /**
   * The ids of the data steps whose rows the run has verified. The run empties the set when another migration runs, because the
   * migration can change the rows.
   */
  readonly verified: Set<MigrationId>
  /** The functions that open a session on a replica, one for each replica in the configuration. */
  readonly replicas: readonly (() => Promise<DatabaseSession>)[]
  readonly project: string
  readonly crash: CrashPointHook
}

/** Opens the sessions of the workers that share a data step, and their ranges of rows in the ledger. */
export interface DataStepWorkerAccess {
  /**
   * The number of workers that the command asks for. If the field is absent, the declaration of the data step determines the
   * number.
   */
  readonly count?: number
  /**
   * Opens a session for a worker of a data step. The result `executor` can run batches. The worker must not write the ledger row of
   * the data step, because only the run with the lock of the project writes it.
   */
  readonly open: (
    number: number,
    signal: AbortSignal,
  ) => Promise<{ readonly executor: MigrationExecutionContext; readonly close: () => Promise<void> }>
  /** Creates the ledger table of the workers' ranges if the table is missing. */
  readonly prepare: () => Promise<void>
  readonly ledger: (session: DatabaseSession, id: string, worker: string) => SharedDataStepLedger
  /** Returns the time of the server's clock, in seconds since 1970. */
  readonly now: (session: DatabaseSession) => Promise<{ readonly now: number }>
}

/** Reads from the ledger whether the data steps of the project are paused. */
export interface OperatorPauseReader {
  /**
   * Creates the ledger table of pauses if the table is missing. The caller calls `prepare` once before `read`, outside a
   * transaction.
   */
  readonly prepare: () => Promise<void>
  readonly read: () => Promise<OperatorPause | undefined>
  /** Returns the pauses of data steps that the run has observed so far. */
  readonly seen: () => readonly OperatorPauseSeenByRun[]
}

/**
 * The position of a migration in phased order. `ahead` contains the groups of schema objects that the guard reads in advance for
 * the next migration. `rowChecks` contains the functions that count rows during the migration.
 */
export interface MigrationPositionInPhase {
  readonly position: PlannedMigrationPosition | undefined
  readonly ahead?: readonly SchemaGroupKey[]
  readonly rowChecks?: RowCheckDuringMigration
}

/**
 * Counts rows while a migration runs, and throws an error if rows prevent the migration. The error is `phase.reached` if rows
 * violate a rule that the migration adds. The error is `phase.late-rows` if the migration removes a column or table that a data
 * step has not processed completely.
 */
export interface RowCheckDuringMigration {
  /**
   * Counts the rows before the statement with the index `statement`, counted from 0. The caller calls `before` before each
   * statement that commits implicitly, and before a transaction.
   */
  readonly before: (statement: number) => Promise<void>
  /**
   * Locks the tables from which the migration removes objects, and counts again the rows that prevent the migration. While the
   * tables are locked, no other session can add such rows. The caller calls `inside` inside the transaction, before the first
   * statement.
   */
  readonly inside: () => Promise<void>
  /**
   * Counts the rows that violate a new rule. The count is needed because a server can add a rule without checking the existing
   * rows. The caller calls `after` inside the transaction, after the last statement.
   */
  readonly after: () => Promise<void>
}

/**
 * Applies one migration, or its undo, either in one transaction or statement by statement. Records the progress through `entry`,
 * the row of the migration in the ledger. Returns the number of rows written.
 */
export async function applyMigration(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  standing: MigrationPositionInPhase,
): Promise<number> {
  return work.path === 'together' ? together(executor, work, entry, standing) : stepwise(executor, work, entry, standing)
}

/**
 * Executes the migration, the comparisons of the schema and the write of the ledger row in one transaction, which commits either
 * everything or nothing. Returns the number of rows written.
 */
async function together(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  { position, ahead, rowChecks }: MigrationPositionInPhase,
): Promise<number> {
  const { session, commitsImplicitly } = executor
  const { migration } = work
  await rowChecks?.before(0)
  const affected = await retrying(executor, work, async (final) => {
    const startedAt = executor.clock.now()
    try {
      await waitForAllAndThrowFirstError(session.begin(executor.limits), guardAtBegin(executor, work, position))
      await executor.crash('after begin', migration.id)
      await rowChecks?.inside()
      await entry.clear()
      // A statement that commits implicitly also commits the ledger row of the migration. With this row, the next run detects
      // that the migration has begun.
      if (commitsImplicitly) await entry.enter(startedAt, beginning(work))
      const written = await performAllSteps(knowing(executor, work, position), work)
      if (!(await session.intact())) throw committed(work)
      await executor.fence.refuseOutsideChanges(migration)
      await rowChecks?.after()
      await executor.crash('after statement', migration.id)
      await writePolicyExceptionNotes(executor, work)
      const held = executor.fence.refuseLostLock(migration)
      const guarded = checkSchemaAfterMigration(executor, work, position, ahead)
      const noted = commitsImplicitly ? entry.finish(written) : entry.done(startedAt, written)
      await waitForAllAndThrowFirstError(held, guarded, noted)
      await executor.crash('before commit', migration.id)
      await session.commit({ file: migration.file, line: 1 })
      return written
    } catch (error) {
      if (await leavesForNext(executor, work, [...Array(countMigrationSteps(work)).keys()], position)) final()
      throw await rolledBack(executor, work, entry, startedAt, error)
    }
  })
  await executor.crash('after ledger', migration.id)
  return affected
}

/** Returns the cursor (the progress) for a migration of which no statement was executed. */
function beginning(work: MigrationWork): WorkCursor {
  return makeCursorBeforeStatement(0, countMigrationSteps(work))
}

/**
 * Returns a copy of `executor`, the context in which a run executes migrations. The copy also contains the planned state before
 * each statement of the migration, and the groups of schema objects that the recording lists as changed.
 */
function knowing(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  position: PlannedMigrationPosition | undefined,
): MigrationExecutionContext {
  if (!position) return executor
  const { phased, writes, redefined = [] } = position.migration
  const known = makePlannedStateLookup(work, position)
  if (writes.some(({ table }) => table === UNKNOWN_WRITTEN_TABLE)) return { ...executor, known }
  const changed = new Set([
    ...phased.flat().flatMap(groupKeysOfDifference),
    ...writes.map(({ table }) => tableGroupKey(table)),
    ...redefined,
  ])
  return { ...executor, known, changed }
}

/**
 * Returns a function that returns the planned state before the statement with the given index, counted from 0. For a migration
 * that runs in one transaction, the result is always the state before the migration.
 */
export function makePlannedStateLookup(
  { path }: MigrationWork,
  position: PlannedMigrationPosition,
): (index: number) => SchemaState | undefined {
  return (index) => (path === 'together' || index === 0 ? position.before : position.steps[index - 1])
}

/**
 * Waits for operations that the caller started together, so that the session can send their queries without a wait between them.
 * Throws the error that occurred first. PostgreSQL refuses every later statement of a failed transaction, so the later errors are
 * only consequences.
 */
export async function waitForAllAndThrowFirstError(...operations: readonly Promise<void>[]): Promise<void> {
  const errors: unknown[] = []
  const keep = (error: unknown) => void errors.push(error)
  await Promise.all(operations.map((one) => one.catch(keep)))
  if (errors.length > 0) throw errors[0]
}

/**
 * Rolls back a failed migration, and returns the error that the caller throws. After an implicit commit, the server cannot roll
 * back. The function then leaves or writes an unfinished ledger row of the migration.
 */
async function rolledBack(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  startedAt: Date,
  error: unknown,
): Promise<unknown> {
  const { session, commitsImplicitly } = executor
  if (session.lost.aborted) return error
  const ended = !(await session.intact())
  await session.rollback()
  await resetSessionAfterFailure(session)
  if (!ended) return error
  // A deadlock makes the server roll back the whole transaction, including the ledger row of the migration. If the row is missing,
  // the transaction therefore ended by a rollback and not by an implicit commit.
  if (commitsImplicitly && !(await entry.isOpen())) return error
  if (!commitsImplicitly) await entry.enter(startedAt, beginning(work))
  return committed(work, error)
}

function committed({ migration }: MigrationWork, cause?: unknown): InterphaseError {
  return new InterphaseError('migration.committed', { migration: migration.id, file: migration.file }, { cause })
}

/**
 * Executes a migration statement by statement. If the server can roll a statement back, the statement and the write of the cursor,
 * which contains the progress, form one transaction. Before the engine sends any other statement, it stores in the ledger that it
 * sends the statement.
 */
async function stepwise(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  standing: MigrationPositionInPhase,
): Promise<number> {
  await checkSchemaBeforeMigration(executor, work, standing.position)
  await writePolicyExceptionNotes(executor, work)
  await executor.crash('before intent', work.migration.id)
  await entry.enterAlone(executor.clock.now(), beginning(work))
  await executor.crash('after row', work.migration.id)
  const watched = watchStart(executor)
  try {
    return await runStatementsFromIndex(watched.executor, work, entry, standing, 0)
  } catch (error) {
    // The engine refused the first statement before it sent the statement. The run removes the ledger row, so that the user can
    // change the file of the migration.
    if (!watched.hasStarted() && !executor.session.lost.aborted && isHeldBack(error)) await entry.withdraw()
    throw error
  }
}

function isHeldBack(error: unknown): boolean {
  return (
    isError(error, 'statement.stranger') ||
    isError(error, 'statement.rows') ||
    isError(error, 'statement.unrecorded') ||
    isError(error, 'statement.veiled') ||
    isError(error, 'statement.refused') ||
    isError(error, 'phase.reached') ||
    isError(error, 'phase.late-rows')
  )
}

/**
 * Executes the statements of a migration from the index `from`, counted from 0, to the last statement. The ledger must already
 * contain the row of the migration. Returns the number of rows written.
 */
export async function runStatementsFromIndex(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  { position, ahead, rowChecks }: MigrationPositionInPhase,
  from: number,
): Promise<number> {
  let affected = 0
  let index = from
  try {
    for (; index < countMigrationSteps(work); index++) {
      await rowChecks?.before(index)
      affected += await step(executor, work, entry, position, index)
      await executor.crash('after cursor', work.migration.id, index)
    }
  } catch (error) {
    await resetSessionAfterFailure(executor.session)
    await noteStop(executor, work, entry, index)
    throw error
  }
  await executor.fence.refuseLostLock(work.migration)
  await checkSchemaAfterMigration(executor, work, position, ahead)
  await entry.finishAlone()
  await executor.crash('after ledger', work.migration.id)
  return affected
}

/**
 * Writes a note to the ledger after a failed statement. With this note, the user can correct the remaining statements of the
 * file. An error of writing the note is ignored, because the caller throws the error of the failed statement.
 */
async function noteStop(
  { session }: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  index: number,
): Promise<void> {
  if (session.lost.aborted) return
  const done = statementsKnownBeforeRun(work)
    .slice(0, index)
    .map(({ text }) => text)
  const stopped = makeFailedStatementNote(work.migration, session.dialect, done)
  if (stopped !== undefined) await entry.stopped(stopped).catch(() => undefined)
}

/**
 * Writes a note to the ledger for each effect that the migration accepts with the declaration `despite`. The note contains the
 * effect and the reason.
 */
export async function writePolicyExceptionNotes(
  { ledger }: MigrationExecutionContext,
  { migration, declarations }: MigrationWork,
): Promise<void> {
  for (const { effect: rule, because } of declarations.despite)
    await ledger.noteOnce({ kind: 'despite', fields: { rule, because } }, migration.id)
}

function step(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  position: PlannedMigrationPosition | undefined,
  index: number,
): Promise<number> {
  const statement = statementsKnownBeforeRun(work)[index]
  return retrying(executor, work, (final) =>
    statement?.manner === 'atomic' && !changesSchema(executor, position, index)
      ? atomicStep(executor, work, entry, position, index, final)
      : bareStep(executor, work, entry, position, index, final),
  )
}

/**
 * Returns true if a statement is a call of a routine that changes the schema, on a server where DDL commits implicitly. The
 * engine cannot execute such a call in a transaction.
 */
function changesSchema(
  { commitsImplicitly }: MigrationExecutionContext,
  position: PlannedMigrationPosition | undefined,
  index: number,
): boolean {
  return commitsImplicitly && (position?.migration.phased[index]?.length ?? 0) > 0
}

/**
 * Returns true if a retry would begin with session state of the failed attempt, such as variables. A rollback does not restore
 * session state.
 */
async function leavesForNext(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  indexes: readonly number[],
  position: PlannedMigrationPosition | undefined,
): Promise<boolean> {
  if (executor.session.lost.aborted) return false
  return changesSessionStateThatSurvivesRollback(executor.files, work, indexes, position?.before)
}

/**
 * Executes a statement of a migration and writes the cursor, which stores the progress in the ledger, both in one transaction.
 * Returns the number of rows written.
 */
async function atomicStep(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  position: PlannedMigrationPosition | undefined,
  index: number,
  final: ForbidRetry,
): Promise<number> {
  const { session, commitsImplicitly } = executor
  const { migration } = work
  await session.begin(executor.limits)
  try {
    await executor.crash('after begin', migration.id, index)
    // The cursor in the ledger states that the run sends the statement. If the statement commits implicitly, the server also
    // commits the cursor. The next run therefore knows that the statement was sent.
    if (commitsImplicitly) await entry.moveTo(makeCursorAtSentStatement(index, countMigrationSteps(work)))
    const affected = await performStepInOpenTransaction(knowing(executor, work, position), work, index)
    await executor.crash('after statement', migration.id, index)
    if (!(await session.intact())) throw committed(work)
    await executor.fence.refuseOutsideChanges(migration)
    await waitForAllAndThrowFirstError(
      executor.fence.refuseLostLock(migration),
      entry.moveTo(makeCursorBeforeStatement(index + 1, countMigrationSteps(work)), affected),
    )
    await executor.crash('before commit', migration.id, index)
    await session.commit({ file: migration.file, line: 1 })
    return affected
  } catch (error) {
    if (session.lost.aborted) throw error
    const ended = !(await session.intact())
    await session.rollback()
    if (await leavesForNext(executor, work, [index], position)) final()
    // The statement committed implicitly. The server also committed the cursor in the ledger, which states that the run sends the
    // statement. The engine does not know how much of the statement was done, so a person must decide how to continue.
    throw ended ? committed(work, error) : error
  }
}

/**
 * Executes a statement that commits implicitly. The function stores in the ledger that the run sends the statement, executes the
 * statement, compares the schema with the planned state, and stores the progress up to the next statement. Each write to the ledger
 * is a transaction of its own. Returns the number of rows written.
 */
async function bareStep(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  position: PlannedMigrationPosition | undefined,
  index: number,
  final: ForbidRetry,
): Promise<number> {
  const { session } = executor
  const { migration } = work
  throwIfRunMustStop(executor.signal, migration.id)
  // The run checks the lock before it stores in the ledger that it sends the statement. If the order were reversed, after a lost
  // lock the ledger would contain a statement that the run never sent.
  await executor.fence.refuseLostLock(migration)
  await entry.moveTo(makeCursorAtSentStatement(index, countMigrationSteps(work)))
  await executor.crash('after intent', migration.id, index)
  const isPatient = statementsKnownBeforeRun(work)[index]?.waitsWithoutTimeout === true
  await session.limit(isPatient ? { ...executor.limits, lockTimeoutMs: 0 } : executor.limits)
  const watched = watchStart(executor)
  const affected = await performStepOutsideTransaction(
    knowing(watched.executor, work, position),
    work,
    index,
    statementTagComment(executor, work, index),
  ).catch(async (error: unknown) => {
    const isUnsent = !session.lost.aborted && (!watched.hasStarted() || isTooLarge(error, work))
    if (isUnsent || (await leftNothing(executor, work, position, index)))
      await entry.moveTo(makeCursorBeforeStatement(index, countMigrationSteps(work)))
    else {
      if (!session.lost.aborted && !areStatementsKnownBeforeRun(work))
        await entry.moveTo(makeCursorAfterFailedFunction(index, countMigrationSteps(work)))
      // The run does not retry a statement that can leave a committed part after a failure, because a retry would execute this part
      // a second time.
      if (canStepCommitPartly(work, index)) final()
    }
    throw error
  })
  await executor.crash('after statement', migration.id, index)
  const after = position?.steps[index]
  if (position && after) await executor.guard.compareGroups(after, position.guarded, `after statement ${index + 1} of ${migration.id}`)
  await entry.moveTo(makeCursorBeforeStatement(index + 1, countMigrationSteps(work)), affected)
  return affected
}

/**
 * Returns the executor, and a function that returns true as soon as the executor has begun to send a statement. Until then, the
 * engine can refuse the migration without a change in the database.
 */
function watchStart(executor: MigrationExecutionContext): {
  readonly executor: MigrationExecutionContext
  readonly hasStarted: () => boolean
} {
  let hasStarted = false
  const emit: EmitEvent = (event) => {
    hasStarted ||= event.type === 'statement-started'
    executor.emit(event)
  }
  return { executor: { ...executor, emit }, hasStarted: () => hasStarted }
}

/**
 * Returns true if the engine did not send a statement of a SQL file because the statement is longer than the server accepts.
 * Returns false for a function migration, because a function can have sent other statements before.
 */
function isTooLarge(error: unknown, work: MigrationWork): boolean {
  return areStatementsKnownBeforeRun(work) && isError(error, 'statement.too-large')
}

/**
 * Returns true if a failed statement changed nothing in the database. If the statement can have changed something, the ledger keeps
 * the fact that the statement was sent, and the next run determines from the live schema whether the server executed it.
 */
async function leftNothing(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  position: PlannedMigrationPosition | undefined,
  index: number,
): Promise<boolean> {
  if (!position || executor.session.lost.aborted || (mayHaveCommittedRows(work, position, index) && !work.declarations.rerunnable))
    return false
  // An error of the comparison of the schema after a failed statement is ignored, because the caller throws the error of the
  // statement.
  const settled = await determineStatementOutcome(executor, position, index).catch(() => undefined)
  return settled === 'not done' || settled === 'no trace'
}

/**
 * Returns the SQL comment that the run sends before a statement which commits implicitly. With the comment, a later run can find
 * the statement while the server still executes the statement.
 */
export function statementTagComment(executor: { readonly project: string }, work: MigrationWork, index: number): string {
  return `/* interphase ${`${executor.project} ${work.migration.id} ${index}`.replaceAll(/[^\w./ -]/g, '_')} */ `
}

function retrying<T>(executor: MigrationExecutionContext, work: MigrationWork, attempt: (final: ForbidRetry) => Promise<T>): Promise<T> {
  return retryAfterLockErrors(attempt, executor.retry, { ...executor, migration: work.migration.id })
}

/**
 * Compares the live objects that the migration touches with the planned state before the migration. Throws `schema.differs` if
 * they differ.
 */
export async function checkSchemaBeforeMigration(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  position: PlannedMigrationPosition | undefined,
): Promise<void> {
  if (position) await executor.guard.compareGroups(position.before, position.guarded, `before ${work.migration.id}`)
}

/**
 * Compares the tables of the migration with the planned state before the first statement. The guard can reuse the schema that it
 * read after the previous migration. This is safe, because the guard compares the tables again before the commit, and the
 * migration can still be rolled back.
 */
async function guardAtBegin(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  position: PlannedMigrationPosition | undefined,
): Promise<void> {
  if (position) await executor.guard.compareGroupsReusingRead(position.before, position.guarded, `before ${work.migration.id}`)
}

/**
 * Compares the live objects that the migration touches with the planned state after the migration. Throws `schema.differs` if
 * they differ. The function also reads the groups `ahead`, which the guard before the next migration needs.
 */
export async function checkSchemaAfterMigration(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  position: PlannedMigrationPosition | undefined,
  ahead?: readonly SchemaGroupKey[],
): Promise<void> {
  if (position) await executor.guard.compareGroups(position.after, position.guarded, `after ${work.migration.id}`, ahead)
}
