import type { Clock } from '../clock.ts'
import type { Border, FileReader, FunctionCall, FunctionHost, Limits, Session } from '../dialect/dialect.ts'
import type { Emit } from '../event.ts'
import type { State } from '../schema/state.ts'
import { type Approve, approver } from './border.ts'
import { cancellable, stopIfAsked, stopped } from './stop.ts'
import { sizeOf, type Work } from './work.ts'

/** What performing needs: the session that does it, and who listens. */
export interface StatementRunner {
  readonly session: Session
  readonly functions: FunctionHost
  readonly emit: Emit
  readonly clock: Clock
  /** What a function keeps to outside a transaction; a transaction has its own. */
  readonly limits?: Limits
  readonly files: FileReader
  readonly border: Border
  /** On a target, the planned state before this statement of the migration. */
  readonly known?: (index: number) => State | undefined
  /** Aborts when the run is to stop. */
  readonly signal: AbortSignal
}

/** Every statement of the migration in order, in the transaction that is open. Gives the number of rows written. */
export async function performAll(runner: StatementRunner, work: Work): Promise<number> {
  const approve = approver(runner, work)
  let affected = 0
  for (let index = 0; index < sizeOf(work); index++) affected += await performInside(runner, work, index, approve)
  return affected
}

/** One statement, or the function as a whole, in the transaction that is open: it is cancelled as soon as the run is to end. */
export async function performInside(runner: StatementRunner, work: Work, index: number, approve = approver(runner, work)): Promise<number> {
  stopIfAsked(runner.signal, work.migration.id)
  return cancellable(runner.session, runner.signal, work.migration.id, () => send(runner, work, index, '', approve, true))
}

/** One statement that commits by itself, or such a function: it is let finish. `tag` lets a later run find it at work. */
export function performBare(runner: StatementRunner, work: Work, index: number, tag: string): Promise<number> {
  return send(runner, work, index, tag, approver(runner, work), false)
}

async function send(
  runner: StatementRunner,
  work: Work,
  index: number,
  tag: string,
  approve: Approve,
  inTransaction: boolean,
): Promise<number> {
  const { migration, body } = work
  if (body.kind === 'script') {
    const statement = body.statements[index]
    if (!statement) return 0
    const at = { file: migration.file, line: statement.line }
    await approve(statement.text, at, runner.known?.(index), inTransaction)
    runner.emit({ type: 'statement-started', migration: migration.id, statement: index, of: body.statements.length, text: statement.text })
    const outcome = await runner.session.execute(tag + statement.text, at)
    if (index === body.statements.length - 1) await runner.session.reset()
    return outcome.affected
  }
  let statements = 0
  const over = new AbortController()
  const call: FunctionCall = {
    file: migration.file,
    path: migration.body.kind === 'function' ? migration.body.path : migration.file,
    inTransaction,
    ...(!inTransaction && runner.limits && { limits: runner.limits }),
    signal: inTransaction ? runner.signal : runner.session.lost,
    body: body.up,
    onRemark: (says) => runner.emit({ type: 'remark', says }),
    onStatement: async (text, at) => {
      await approve(text, at, runner.known?.(index), inTransaction)
      runner.emit({ type: 'statement-started', migration: migration.id, statement: statements++, of: 0, text })
    },
    abandoned: (isBusy) => abandoned(runner, migration.id, over.signal, () => isBusy() || statements),
  }
  try {
    const affected = await runner.functions.run(runner.session, call)
    await runner.session.reset()
    return affected
  } finally {
    over.abort(OVER)
  }
}

// A function that does nothing on the database for so long after the run was asked to stop is not waited for.
const PATIENCE_MS = 5_000
// Without a reason of ours each abort would make an error with a stack.
const OVER = 'the function is over'

/**
 * Rejects once the run is to end and the function has sent nothing for a while. `pulse` is true while a statement is at work,
 * and otherwise the number of statements so far.
 */
async function abandoned(
  { clock, signal }: StatementRunner,
  at: string,
  over: AbortSignal,
  keepAlive: () => number | true,
): Promise<never> {
  await aborted(signal, over)
  for (let last: number | true = true; keepAlive() === true || keepAlive() !== last; ) {
    last = keepAlive()
    await clock.wait(PATIENCE_MS, over)
  }
  throw stopped(signal, at)
}

function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    over.addEventListener('abort', () => reject(over.reason), { once: true })
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: over })
  })
}

/** The migration failed, and what it left in the session ends with it. Its own error is the one to tell. */
export async function leaveAfter(session: Session): Promise<void> {
  if (!session.lost.aborted) await session.reset().catch(() => undefined)
}
