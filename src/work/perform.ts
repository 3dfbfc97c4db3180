import type { DatabaseSession } from '../dialect/dialect.ts'
import { findEndOfStatementsSentAhead, performStepsSentAhead } from './ahead.ts'
import { makeStatementCheckBeforeSending } from './border.ts'
import { countMigrationSteps, performWorkStep } from './kinds.ts'
import type { StatementExecutionContext } from './statement-execution-context.ts'
import { runWithStatementCancellation, throwIfRunMustStop } from './stop.ts'
import type { MigrationWork } from './work.ts'

/**
 * Executes all steps of the migration (its statements, or its function) in order, in the open transaction. Returns the number of
 * rows written.
 */
export async function performAllSteps(runner: StatementExecutionContext, work: MigrationWork): Promise<number> {
  const approve = makeStatementCheckBeforeSending(runner, work)
  let affected = 0
  for (let index = 0; index < countMigrationSteps(work); ) {
    const end = findEndOfStatementsSentAhead(runner, work, index)
    affected +=
      end > index
        ? await performStepsSentAhead(runner, work, index, end, approve)
        : await performStepInOpenTransaction(runner, work, index, approve)
    index = Math.max(end, index + 1)
  }
  return affected
}

/**
 * Executes one step of the migration (a statement or a whole function) in the open transaction. Returns the number of rows written.
 * If the run must stop, the step is cancelled immediately.
 */
export async function performStepInOpenTransaction(
  runner: StatementExecutionContext,
  work: MigrationWork,
  index: number,
  approve = makeStatementCheckBeforeSending(runner, work),
): Promise<number> {
  throwIfRunMustStop(runner.signal, work.migration.id)
  return runWithStatementCancellation(runner.session, runner.signal, work.migration.id, () =>
    performWorkStep(runner, work, index, { tag: '', approve, inTransaction: true }),
  )
}

/**
 * Executes one step of the migration (a statement or a whole function) outside a transaction, and never cancels the step. Returns
 * the number of rows written. The engine sends the comment `tag` before a statement of a SQL file. With the comment, a later run
 * can find the statement while the server still executes the statement.
 */
export function performStepOutsideTransaction(
  runner: StatementExecutionContext,
  work: MigrationWork,
  index: number,
  tag: string,
): Promise<number> {
  return performWorkStep(runner, work, index, { tag, approve: makeStatementCheckBeforeSending(runner, work), inTransaction: false })
}

/**
 * Resets the session after a failed migration. An error of the reset is ignored, because the caller throws the error of the
 * migration.
 */
export async function resetSessionAfterFailure(session: DatabaseSession): Promise<void> {
  if (!session.lost.aborted) await session.reset().catch(() => undefined)
}
