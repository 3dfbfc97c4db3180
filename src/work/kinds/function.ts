import type { FunctionMigrationCall } from '../../dialect/dialect.ts'
import type { FunctionBody } from '../body.ts'
import { rejectAbandonedWait } from '../patience.ts'
import type { StatementExecutionContext } from '../statement-execution-context.ts'
import type { MigrationWork } from '../work.ts'
import type { StepToRun, WorkKind } from './kind.ts'

/**
 * The kind of work of a function migration. A function is one step. The statements of the function are known only when the
 * function sends them.
 */
export const functionWorkKind: WorkKind<FunctionBody> = {
  isReadBefore: false,
  isStepOneStatement: false,
  countSteps: () => 1,
  statements: () => [],
  texts: () => [],
  canCommitPartly: () => true,
  perform: async (runner, work, { up }, step) => {
    const over = new AbortController()
    try {
      const affected = await runner.functions.run(runner.session, callOf(runner, work, up, step, over.signal))
      await runner.session.reset()
      return affected
    } finally {
      over.abort(OVER)
    }
  },
}

// The abort reason that ends the wait for the function. An abort without a reason would create an error with a stack trace, which
// takes time for each function.
const OVER = 'the function is over'

function callOf(
  runner: StatementExecutionContext,
  { migration }: MigrationWork,
  body: FunctionBody['up'],
  { index, approve, inTransaction }: StepToRun,
  over: AbortSignal,
): FunctionMigrationCall {
  let statements = 0
  return {
    file: migration.file,
    path: migration.body.kind === 'function' ? migration.body.path : migration.file,
    inTransaction,
    ...(!inTransaction && runner.limits && { limits: runner.limits }),
    signal: inTransaction ? runner.signal : runner.session.lost,
    body,
    onRemark: (says) => runner.emit({ type: 'remark', says }),
    onStatement: async (text, at) => {
      await approve(text, at, runner.known?.(index), inTransaction)
      runner.emit({ type: 'statement-started', migration: migration.id, statement: statements++, of: 0, text })
    },
    abandoned: (isBusy) => rejectAbandonedWait(runner, migration.id, over, () => isBusy() || statements),
  }
}
