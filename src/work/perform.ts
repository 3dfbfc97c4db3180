import type { DatabaseSession } from '../dialect/dialect.ts'
import { findEndOfStatementsAhead, performStepsAhead } from './ahead.ts'
import { makeStatementApproval } from './border.ts'
import { countSteps, performWorkStep } from './kinds.ts'
import type { StatementRunner } from './statement-runner.ts'
import { runCancellable, throwIfStopped } from './stop.ts'
import type { MigrationWork } from './work.ts'

/** Runs every step of the migration in order, in the open transaction. Returns the number of rows written. */
export async function performAllSteps(runner: StatementRunner, work: MigrationWork): Promise<number> {
  const approve = makeStatementApproval(runner, work)
  let affected = 0
  for (let index = 0; index < countSteps(work); ) {
    const end = findEndOfStatementsAhead(runner, work, index)
    affected +=
      end > index
        ? await performStepsAhead(runner, work, index, end, approve)
        : await performStepInTransaction(runner, work, index, approve)
    index = Math.max(end, index + 1)
  }
  return affected
}

/** Runs one step in the open transaction. The step is cancelled as soon as the run must stop. */
export async function performStepInTransaction(
  runner: StatementRunner,
  work: MigrationWork,
  index: number,
  approve = makeStatementApproval(runner, work),
): Promise<number> {
  throwIfStopped(runner.signal, work.migration.id)
  return runCancellable(runner.session, runner.signal, work.migration.id, () =>
    performWorkStep(runner, work, index, { tag: '', approve, inTransaction: true }),
  )
}

/**
 * Runs one step that commits by itself, and never cancels it. A later run finds the step by the comment `tag` while the step is still
 * running.
 */
export function performStepOutsideTransaction(runner: StatementRunner, work: MigrationWork, index: number, tag: string): Promise<number> {
  return performWorkStep(runner, work, index, { tag, approve: makeStatementApproval(runner, work), inTransaction: false })
}

/** Resets the session after a failed migration. An error of the reset is dropped, because the error of the migration is the cause. */
export async function resetSessionAfterFailure(session: DatabaseSession): Promise<void> {
  if (!session.lost.aborted) await session.reset().catch(() => undefined)
}
