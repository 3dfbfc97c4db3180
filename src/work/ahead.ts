import { areStepsStatements, countSteps, statementsKnownBeforeRun } from './kinds.ts'
import type { ApproveStatement, StatementRunner } from './statement-runner.ts'
import { runCancellable, throwIfStopped } from './stop.ts'
import type { MigrationWork } from './work.ts'

// The largest number of statements that are sent without an answer. A larger number would not make the server busier.
const MOST_AHEAD = 32

/**
 * Finds the statements from number `from` on that can be sent before the earlier ones are answered, in the open transaction. Returns
 * the number after the last of them, or `from` when there are none. The last statement of a file is never among them, because the
 * session is reset after it.
 */
export function findEndOfStatementsAhead({ session }: StatementRunner, work: MigrationWork, from: number): number {
  const ahead = areStepsStatements(work) ? session.ahead : undefined
  const last = countSteps(work) - 1
  const statements = statementsKnownBeforeRun(work)
  let end = from
  for (; ahead && end < last; end++) {
    const statement = statements[end]
    if (statement?.manner !== 'atomic' || !ahead.accepts(statement.text, { file: work.migration.file, line: statement.line })) break
  }
  return end
}

/**
 * Runs these statements in the open transaction, and sends each before the earlier ones are answered. Returns the number of rows written.
 * Throws the error of the first statement that failed.
 */
export function performStepsAhead(
  runner: StatementRunner,
  work: MigrationWork,
  from: number,
  end: number,
  approve: ApproveStatement,
): Promise<number> {
  return runCancellable(runner.session, runner.signal, work.migration.id, async () => {
    const failures: unknown[] = []
    // The answers of the sent statements. A promise resolves with true for a statement that succeeded.
    let answers: Promise<boolean>[] = []
    let affected = 0
    try {
      for (let index = from; index < end && failures.length === 0; index++) {
        throwIfStopped(runner.signal, work.migration.id)
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
      // An earlier statement may have failed too. Its error is then the cause of this error, so the first error is thrown.
      await Promise.all(answers)
      failures.push(error)
    }
    await Promise.all(answers)
    if (failures.length > 0) throw failures[0]
    return affected
  })
}

/** Sends one statement. The promise of the answer is a property, so that `await` does not wait for it. */
async function send(
  { session, known }: StatementRunner,
  work: MigrationWork,
  index: number,
  approve: ApproveStatement,
): Promise<{ readonly answer: Promise<number> }> {
  const statement = statementsKnownBeforeRun(work)[index]
  if (!statement || !session.ahead) return { answer: Promise.resolve(0) }
  const at = { file: work.migration.file, line: statement.line }
  await approve(statement.text, at, known?.(index), true)
  const answer = session.ahead.execute(statement.text, at).then((result) => result.affected)
  answer.catch(() => undefined)
  return { answer }
}

/** Emits the event of a statement when the one before it is done, because the server starts it then. */
function announce({ emit }: StatementRunner, work: MigrationWork, index: number): void {
  const statements = statementsKnownBeforeRun(work)
  const text = statements[index]?.text ?? ''
  emit({ type: 'statement-started', migration: work.migration.id, statement: index, of: statements.length, text })
}
