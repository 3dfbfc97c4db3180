import { areStepsSingleStatements, countMigrationSteps, statementsKnownBeforeRun } from './kinds.ts'
import type { CheckStatementBeforeSending, StatementExecutionContext } from './statement-execution-context.ts'
import { runWithStatementCancellation, throwIfRunMustStop } from './stop.ts'
import type { MigrationWork } from './work.ts'

// The largest number of statements that the engine sends before the server has answered the first of them. A larger number does
// not make the server faster.
const MOST_AHEAD = 32

/**
 * Returns the index of the first statement, from the index `from` on, that must wait until the server has answered the earlier
 * statements. The engine can send the statements before this index at once. The last statement of a file always waits, because
 * the session is reset after it.
 */
export function findEndOfStatementsSentAhead({ session }: StatementExecutionContext, work: MigrationWork, from: number): number {
  const ahead = areStepsSingleStatements(work) ? session.pipeline : undefined
  const last = countMigrationSteps(work) - 1
  const statements = statementsKnownBeforeRun(work)
  let end = from
  for (; ahead && end < last; end++) {
    const statement = statements[end]
    if (statement?.manner !== 'atomic' || !ahead.accepts(statement.text, { file: work.migration.file, line: statement.line })) break
  }
  return end
}

/**
 * Executes the statements from the index `from` up to the index `end` (exclusive) in the open transaction. The function sends
 * each statement before the server has answered the earlier statements. Returns the number of rows written. Throws the error of
 * the first statement that failed.
 */
export function performStepsSentAhead(
  runner: StatementExecutionContext,
  work: MigrationWork,
  from: number,
  end: number,
  approve: CheckStatementBeforeSending,
): Promise<number> {
  return runWithStatementCancellation(runner.session, runner.signal, work.migration.id, async () => {
    const failures: unknown[] = []
    // The promises of the statements that were sent. A promise resolves to true if its statement succeeded, and to false if its
    // statement failed.
    let answers: Promise<boolean>[] = []
    let affected = 0
    try {
      for (let index = from; index < end && failures.length === 0; index++) {
        throwIfRunMustStop(runner.signal, work.migration.id)
        const executed = await send(runner, work, index, approve)
        const told = (answers.at(-1) ?? Promise.resolve(true)).then((succeeded) => succeeded && announce(runner, work, index))
        const answered = Promise.all([executed.answer, told]).then(
          ([rows]) => {
            affected += rows
            return true
          },
          (error: unknown) => {
            failures.push(error)
            return false
          },
        )
        answers.push(answered)
        if (answers.length < MOST_AHEAD) continue
        await answers[MOST_AHEAD / 2]
        answers = answers.slice(MOST_AHEAD / 2 + 1)
      }
    } catch (error) {
      // An earlier statement can also have failed, and can be the cause of the caught error. The function therefore waits for all
      // answers, and then throws the first error.
      await Promise.all(answers)
      failures.push(error)
    }
    await Promise.all(answers)
    if (failures.length > 0) throw failures[0]
    return affected
  })
}

/**
 * Sends one statement. Returns an object that contains the promise of the number of rows written. The promise is a property,
 * because `await send(…)` would otherwise wait for the answer of the server.
 */
async function send(
  { session, known }: StatementExecutionContext,
  work: MigrationWork,
  index: number,
  approve: CheckStatementBeforeSending,
): Promise<{ readonly answer: Promise<number> }> {
  const statement = statementsKnownBeforeRun(work)[index]
  if (!statement || !session.pipeline) return { answer: Promise.resolve(0) }
  const at = { file: work.migration.file, line: statement.line }
  await approve(statement.text, at, known?.(index), true)
  const answer = session.pipeline.execute(statement.text, at).then((result) => result.affected)
  answer.catch(() => undefined)
  return { answer }
}

/**
 * Emits the event `statement-started` for a statement. The caller calls the function when the previous statement is done, because
 * the server then starts the next statement.
 */
function announce({ emit }: StatementExecutionContext, work: MigrationWork, index: number): void {
  const statements = statementsKnownBeforeRun(work)
  const text = statements[index]?.text ?? ''
  emit({ type: 'statement-started', migration: work.migration.id, statement: index, of: statements.length, text })
}
