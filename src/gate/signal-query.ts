import type { DatabaseSession, SqlFileReader } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { ThrottleSignalQuery } from '../phase/throttle.ts'
import { runReadOnly } from './only-reading.ts'

/**
 * Executes a query of the policy in a read-only transaction, and returns its number. `file` is the name of the policy file. Throws
 * `throttle.query`, also if the server refuses the query.
 */
export async function readSignalQuery(
  session: DatabaseSession,
  files: SqlFileReader,
  file: string,
  { name, sql: text }: ThrottleSignalQuery,
): Promise<number> {
  const refuse = (problem: string, cause?: unknown) => new InterphaseError('throttle.query', { file, name, problem }, { cause })
  try {
    const { statements } = await files.script({ file, text }, 'auto')
    const [query] = statements
    if (!query || statements.length > 1) throw refuse(`it has ${statements.length} statements where one query is wanted`)
    if (query.manner !== 'atomic') throw refuse('it is no query')
    const { columns, rows } = await runReadOnly(session, () => session.ask(query.text, { file, line: 1 }))
    const value: unknown = rows[0]?.[columns[0] ?? '']
    if (columns.length !== 1 || rows.length !== 1) throw refuse(`it gives ${rows.length} rows of ${columns.length} columns`)
    return numberIn(value, refuse)
  } catch (error) {
    if (session.lost.aborted || !(error instanceof InterphaseError) || error.code === 'throttle.query') throw error
    throw refuse(error.message, error)
  }
}

/** Converts the value of a query to a number. Drivers return large and exact numbers as text. */
function numberIn(value: unknown, refuse: (problem: string) => InterphaseError): number {
  const number = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : typeof value === 'string' ? Number(value) : NaN
  if (!Number.isFinite(number) || value === '') throw refuse(`it gives ${value === null ? 'NULL' : 'no number'}`)
  return number
}
