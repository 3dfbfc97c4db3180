import type { DatabaseSession } from '../dialect/dialect.ts'
import { approver } from './border.ts'
import { performStep, sizeOf } from './kinds.ts'
import type { StatementRunner } from './statement-runner.ts'
import { cancellable, stopIfAsked } from './stop.ts'
import type { Work } from './work.ts'

/** Runs every step of the migration in order, in the open transaction. Returns the number of rows written. */
export async function performAll(runner: StatementRunner, work: Work): Promise<number> {
  const approve = approver(runner, work)
  let affected = 0
  for (let index = 0; index < sizeOf(work); index++) affected += await performInside(runner, work, index, approve)
  return affected
}

/** Runs one step in the open transaction. The step is cancelled as soon as the run must stop. */
export async function performInside(runner: StatementRunner, work: Work, index: number, approve = approver(runner, work)): Promise<number> {
  stopIfAsked(runner.signal, work.migration.id)
  return cancellable(runner.session, runner.signal, work.migration.id, () =>
    performStep(runner, work, index, { tag: '', approve, inTransaction: true }),
  )
}

/**
 * Runs one step that commits by itself, and never cancels it. A later run finds the step by the comment `tag` while the step is still
 * running.
 */
export function performBare(runner: StatementRunner, work: Work, index: number, tag: string): Promise<number> {
  return performStep(runner, work, index, { tag, approve: approver(runner, work), inTransaction: false })
}

/** Resets the session after a failed migration. An error of the reset is dropped, because the error of the migration is the cause. */
export async function leaveAfter(session: DatabaseSession): Promise<void> {
  if (!session.lost.aborted) await session.reset().catch(() => undefined)
}
