import type { ServerSessionController } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import { makeCursorBeforeStatement, type StatementCursor } from '../plan/cursor.ts'
import type { PlannedMigrationPosition } from '../state/planned.ts'
import { countMigrationSteps, statementsKnownBeforeRun } from '../work/kinds.ts'
import { performStepOutsideTransaction } from '../work/perform.ts'
import type { SessionStateRestoration } from '../work/recall.ts'
import { decideSessionRestorationForMigration, makeSessionStateLostError } from '../work/session-state.ts'
import { determineStatementOutcome, mayHaveCommittedRows, type StatementOutcomeContext } from '../work/settle.ts'
import { throwIfRunMustStop, waitUnlessRunMustStop } from '../work/stop.ts'
import type { MigrationWork } from '../work/work.ts'
import {
  type MigrationExecutionContext,
  type RowCheckDuringMigration,
  runStatementsFromIndex,
  statementTagComment,
  writePolicyExceptionNotes,
} from './apply.ts'
import type { MigrationLedgerWrites } from './ledger-entry.ts'

/** The progress of an interrupted migration or of an interrupted undo. */
export interface UnfinishedMigrationState {
  readonly state: 'running' | 'undoing'
  readonly cursor: StatementCursor
}

const POLL_MS = 200

/**
 * Resumes a migration that an earlier run left unfinished. The live schema shows whether the server executed the last sent
 * statement. If the server executed it, the run continues with the next statement, and otherwise the run sends the statement
 * again. Throws `ledger.unfinished` if the schema does not show the outcome, `ledger.session-lost` if the run cannot restore the
 * session state of the file, and `schema.differs` if the schema is not as planned. Returns the number of rows written.
 */
export async function resumeMigration(
  executor: MigrationExecutionContext,
  processes: ServerSessionController,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  position: PlannedMigrationPosition | undefined,
  row: UnfinishedMigrationState,
  isCorrected = false,
  rowChecks?: RowCheckDuringMigration,
): Promise<number> {
  const at = row.cursor.next
  if (work.path === 'together' || !position)
    throw unfinished(work, row, ['it committed implicitly before its last statement; the schema does not show which rows it wrote'])
  const next = row.cursor.sent ? await nextAfterSent(executor, processes, work, position, row) : at
  if (!row.cursor.sent) await expectBefore(executor, work, position, at)
  if (isCorrected) await entry.correct(makeCursorBeforeStatement(at, countMigrationSteps(work)))
  if (isCorrected) await writePolicyExceptionNotes(executor, work)
  const found = next > at ? 'done' : 'not done'
  if (next > at) await entry.moveTo(makeCursorBeforeStatement(next, countMigrationSteps(work)))
  if (row.cursor.sent) await executor.ledger.note({ kind: 'interrupted', fields: { cursor: row.cursor, found } }, work.migration.id)
  const recall = await decideSessionRestorationForMigration(executor.files, work, position, next)
  if (recall.way === 'ask') throw makeSessionStateLostError(work, next, recall.lost)
  executor.emit({ type: 'migration-resumed', migration: work.migration.id, statement: at, found })
  await restore(executor, work, entry, next, recall)
  return runStatementsFromIndex(executor, work, entry, { position, ...(rowChecks && { rowChecks }) }, recall.from)
}

/**
 * Moves the stored progress to the statement with which the file continues, and then executes the statements that restore the
 * session state of the file.
 */
async function restore(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  entry: MigrationLedgerWrites,
  next: number,
  recall: Restoring,
): Promise<void> {
  const { migration } = work
  if (recall.from < next) await entry.moveTo(makeCursorBeforeStatement(recall.from, countMigrationSteps(work)))
  if (recall.from < next || recall.replay.length > 0)
    executor.emit({ type: 'session-restored', migration: migration.id, statement: recall.from, replayed: recall.replay.length })
  await executor.session.limit(executor.limits)
  for (const index of recall.replay) {
    throwIfRunMustStop(executor.signal, migration.id)
    await performStepOutsideTransaction(executor, work, index, '')
  }
}

type Restoring = Extract<SessionStateRestoration, { readonly way: 'continue' }>

async function nextAfterSent(
  executor: MigrationExecutionContext,
  processes: ServerSessionController,
  work: MigrationWork,
  position: PlannedMigrationPosition,
  row: UnfinishedMigrationState,
): Promise<number> {
  await awaitOrphan(executor, processes, work, row.cursor.next)
  return determineStatementToResume(executor, work, position, row)
}

/**
 * Returns the index, counted from 0, of the statement with which the run continues. The function is for an interrupted migration
 * whose last statement was sent, and whose outcome is unknown. Throws `ledger.unfinished` if the schema does not show the
 * outcome.
 */
export async function determineStatementToResume(
  executor: StatementOutcomeContext,
  work: MigrationWork,
  position: PlannedMigrationPosition,
  row: UnfinishedMigrationState,
): Promise<number> {
  const at = row.cursor.next
  const settled = await determineStatementOutcome(executor, position, at)
  if (typeof settled === 'object') throw unfinished(work, row, settled.differs)
  if (mayHaveCommittedRows(work, position, at)) {
    if (work.declarations.rerunnable) return at
    throw unfinished(work, row, [
      `the schema is as planned ${settled === 'done' ? 'after' : 'before'} it, but it can also write rows, and the schema does not show whether it wrote them`,
    ])
  }
  if (settled === 'done' && row.cursor.failed) {
    if (work.declarations.rerunnable) return at
    throw unfinished(work, row, ['the schema is as planned after it, but the function ended with an error before its last statements'])
  }
  if (settled === 'done') return at + 1
  if (settled === 'not done' || isRepeatable(work, at)) return at
  throw unfinished(work, row, [
    'it does not change the schema, so the schema does not show whether it was executed; it may not be safe to execute it twice',
  ])
}

function isRepeatable(work: MigrationWork, index: number): boolean {
  if (work.declarations.rerunnable) return true
  return statementsKnownBeforeRun(work)[index]?.repeatable ?? false
}

async function expectBefore(
  executor: MigrationExecutionContext,
  work: MigrationWork,
  position: PlannedMigrationPosition,
  at: number,
): Promise<void> {
  const before = at === 0 ? position.before : position.steps[at - 1]
  if (before) await executor.guard.compareGroups(before, position.guarded, `before statement ${at + 1} of ${work.migration.id}`)
}

/**
 * Waits until the server has finished a statement of an earlier run. The server can still execute this statement, although the
 * process that sent it has died.
 */
async function awaitOrphan(
  executor: MigrationExecutionContext,
  processes: ServerSessionController,
  work: MigrationWork,
  at: number,
): Promise<void> {
  let told = false
  while (await processes.running(executor.session, statementTagComment(executor, work, at))) {
    if (!told) executor.emit({ type: 'migration-resumed', migration: work.migration.id, statement: at, found: 'still running' })
    told = true
    await waitUnlessRunMustStop(executor.clock, POLL_MS, executor.signal, work.migration.id)
  }
}

function unfinished(work: MigrationWork, row: UnfinishedMigrationState, differences: readonly string[]): InterphaseError {
  return new InterphaseError('ledger.unfinished', {
    migration: work.migration.id,
    statement: row.cursor.next + 1,
    of: Math.max(row.cursor.of, countMigrationSteps(work)),
    differences,
  })
}
