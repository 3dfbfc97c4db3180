import type { DatabaseSession, SqlFileReader, StatementResult } from '../dialect/dialect.ts'
import type { FileStatement } from '../dialect/statement.ts'
import { InterphaseError, isError } from '../error.ts'
import type { SqlText } from '../release/migration.ts'
import { runReadOnly } from './only-reading.ts'

/** Counts the rows that a data step still has to process, with its pending query. Throws `pending.shape` and `pending.writes`. */
export async function countPendingRows(session: DatabaseSession, files: SqlFileReader, pending: SqlText): Promise<bigint> {
  const query = await queryOf(files, pending)
  return numberIn(await runReadOnly(session, () => ask(session, pending, query)), pending)
}

/**
 * Counts the rows in the open transaction, which may have written. `countPendingRows` must have counted this query before, because it finds out that the
 * query only reads.
 */
export async function countPendingRowsInTransaction(session: DatabaseSession, files: SqlFileReader, pending: SqlText): Promise<bigint> {
  return numberIn(await ask(session, pending, await queryOf(files, pending)), pending)
}

async function queryOf(files: SqlFileReader, pending: SqlText): Promise<FileStatement> {
  const { statements } = await files.script(pending, 'auto')
  const [query] = statements
  if (!query || statements.length > 1) throw shape(pending, `${statements.length} statements where one query is wanted`)
  if (query.manner !== 'atomic') throw shape(pending, 'a statement where one query is wanted')
  return query
}

function numberIn({ columns, rows }: StatementResult, pending: SqlText): bigint {
  if (columns.length !== 1) throw shape(pending, `${columns.length} columns (${columns.join(', ')}) where one number is wanted`)
  const [row] = rows
  if (!row || rows.length > 1) throw shape(pending, `${rows.length} rows where one number is wanted`)
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
  if (!/^\d+$/.test(text)) throw shape(pending, `${found === null ? 'NULL' : `"${text}"`} where a number is wanted`)
  return BigInt(text)
}

function shape(pending: SqlText, problem: string): InterphaseError {
  return new InterphaseError('pending.shape', { file: pending.file, problem })
}
