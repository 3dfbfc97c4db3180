import type { DatabaseSession, SqlFileAnalyzer, StatementResult } from '../dialect/dialect.ts'
import type { FileStatement } from '../dialect/statement.ts'
import { InterphaseError, isError } from '../error.ts'
import type { SqlText } from '../release/migration.ts'
import { runInReadOnlyTransaction } from './only-reading.ts'

/**
 * Returns the number of rows that a data step must still change, according to its pending query. Throws `pending.shape` if the
 * file is not one query that returns one whole number, and `pending.writes` if the query writes.
 */
export async function countPendingRows(session: DatabaseSession, files: SqlFileAnalyzer, pending: SqlText): Promise<bigint> {
  const query = await queryOf(files, pending)
  return numberIn(await runInReadOnlyTransaction(session, () => ask(session, pending, query)), pending)
}

/**
 * Returns the number of rows that the pending query counts in the open transaction, which can contain writes. `countPendingRows`
 * must have executed this query before, because only that function checks that the query does not write.
 */
export async function countPendingRowsInTransaction(session: DatabaseSession, files: SqlFileAnalyzer, pending: SqlText): Promise<bigint> {
  return numberIn(await ask(session, pending, await queryOf(files, pending)), pending)
}

async function queryOf(files: SqlFileAnalyzer, pending: SqlText): Promise<FileStatement> {
  const { statements } = await files.script(pending, 'auto')
  const [query] = statements
  if (!query || statements.length > 1) throw shape(pending, `the file contains ${statements.length} statements instead of one query`)
  if (query.manner !== 'atomic') throw shape(pending, 'the file contains a statement that is not a query')
  return query
}

function numberIn({ columns, rows }: StatementResult, pending: SqlText): bigint {
  if (columns.length !== 1)
    throw shape(pending, `the query returns ${columns.length} columns (${columns.join(', ')}) instead of one number`)
  const [row] = rows
  if (!row || rows.length > 1) throw shape(pending, `the query returns ${rows.length} rows instead of one number`)
  return wholeNumber(row[columns[0] ?? ''], pending)
}

async function ask(session: DatabaseSession, { file }: SqlText, { text, line }: FileStatement): Promise<StatementResult> {
  try {
    return await session.ask(text, { file, line })
  } catch (error) {
    if (!isError(error, 'database.read-only')) throw error
    throw new InterphaseError('pending.writes', { file, line, problem: error.facts.problem }, { cause: error })
  }
}

function wholeNumber(found: unknown, pending: SqlText): bigint {
  const text = typeof found === 'string' || typeof found === 'number' || typeof found === 'bigint' ? String(found) : ''
  if (!/^\d+$/.test(text)) throw shape(pending, `the query returns ${found === null ? 'NULL' : `"${text}"`} instead of a number`)
  return BigInt(text)
}

function shape(pending: SqlText, problem: string): InterphaseError {
  return new InterphaseError('pending.shape', { file: pending.file, problem })
}
