import type { DatabaseSession, SqlFileAnalyzer } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { ThrottleSignalQuery } from '../phase/throttle.ts'
import { runInReadOnlyTransaction } from './only-reading.ts'

/**
 * Executes a query of the policy in a read-only transaction, and returns the number that the query selects. `file` is the name of
 * the policy file. Throws `throttle.query` if the result is not one number, or if the server refuses the query.
 */
export async function readLoadSignalByPolicyQuery(
  session: DatabaseSession,
  files: SqlFileAnalyzer,
  file: string,
  { name, sql: text }: ThrottleSignalQuery,
): Promise<number> {
  const refuse = (problem: string, cause?: unknown) => new InterphaseError('throttle.query', { file, name, problem }, { cause })
  try {
    const { statements } = await files.script({ file, text }, 'auto')
    const [query] = statements
    if (!query || statements.length > 1) throw refuse(`the setting contains ${statements.length} statements instead of one query`)
    if (query.manner !== 'atomic') throw refuse('the statement is not a query')
    const { columns, rows } = await runInReadOnlyTransaction(session, () => session.ask(query.text, { file, line: 1 }))
    const value: unknown = rows[0]?.[columns[0] ?? '']
    if (columns.length !== 1 || rows.length !== 1) throw refuse(`the query returns ${rows.length} rows with ${columns.length} columns`)
    return numberIn(value, refuse)
  } catch (error) {
    if (session.lost.aborted || !(error instanceof InterphaseError) || error.code === 'throttle.query') throw error
    throw refuse(error.message, error)
  }
}

/** Returns the value of a query as a number. The conversion is needed because drivers return large and exact numbers as text. */
function numberIn(value: unknown, refuse: (problem: string) => InterphaseError): number {
  const number = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : typeof value === 'string' ? Number(value) : NaN
  if (!Number.isFinite(number) || value === '')
    throw refuse(`the query returns ${value === null ? 'NULL' : 'a value that is not a number'}`)
  return number
}
