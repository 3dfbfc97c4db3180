import type { FunctionMigrationCall } from '../../dialect/dialect.ts'
import type { FunctionWorkBody } from '../body.ts'
import { rejectWhenStoppedFunctionIsIdle } from '../patience.ts'
import type { StatementExecutionContext } from '../statement-execution-context.ts'
import type { MigrationWork } from '../work.ts'
import type { MigrationWorkKind, WorkStepToRun } from './kind.ts'

/**
 * The kind of work of a function migration. A function is one step. The statements of the function are known only when the
 * function sends them.
 */
export const functionWorkKind: MigrationWorkKind<FunctionWorkBody> = {
  isReadBefore: false,
  isStepOneStatement: false,
  countMigrationSteps: () => 1,
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
  body: FunctionWorkBody['up'],
  { index, approve, inTransaction }: WorkStepToRun,
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
    abandoned: (isBusy) => rejectWhenStoppedFunctionIsIdle(runner, migration.id, over, () => isBusy() || statements),
  }
}
