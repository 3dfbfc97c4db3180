import type { FunctionMigrationCall } from '../../dialect/dialect.ts'
import type { FunctionBody } from '../body.ts'
import type { StatementRunner } from '../statement-runner.ts'
import { makeStopError } from '../stop.ts'
import type { MigrationWork } from '../work.ts'
import type { StepToRun, WorkKind } from './kind.ts'

/** The kind of work of a function migration. A function is one step, whose statements are known only when it sends them. */
export const functionWorkKind: WorkKind<FunctionBody> = {
  isReadBefore: false,
  isStepOneStatement: false,
  size: () => 1,
  statements: () => [],
  texts: () => [],
  hasParts: () => true,
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

// The reason for ending the wait. Without an explicit reason, each abort would create an error with a stack.
const OVER = 'the function is over'

function callOf(
  runner: StatementRunner,
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
    abandoned: (isBusy) => abandoned(runner, migration.id, over, () => isBusy() || statements),
  }
}

// How long a run that was asked to stop waits for a function that sends no statement, in milliseconds.
const PATIENCE_MS = 5_000

/**
 * Rejects when the run must stop and the function has sent nothing for `PATIENCE_MS`. `activity` is true while a statement is running.
 * Otherwise it is the number of statements so far.
 */
async function abandoned({ clock, signal }: StatementRunner, at: string, over: AbortSignal, activity: () => number | true): Promise<never> {
  await aborted(signal, over)
  for (let last: number | true = true; activity() === true || activity() !== last; ) {
    last = activity()
    await clock.wait(PATIENCE_MS, over)
  }
  throw makeStopError(signal, at)
}

function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    over.addEventListener('abort', () => reject(over.reason), { once: true })
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: over })
  })
}
