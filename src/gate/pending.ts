import type { FileReader, Session } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { SqlText } from '../release/migration.ts'

/** The rows that a data step still has to do, as its own query counts them now. Throws `pending.shape`. */
export async function pendingRows(session: Session, files: FileReader, pending: SqlText): Promise<bigint> {
  const { statements } = await files.script(pending, 'auto')
  const [query] = statements
  if (!query || statements.length > 1) throw shape(pending, `${statements.length} statements where one query is wanted`)
  const { columns, rows } = await session.author(query.text, { file: pending.file, line: query.line })
  if (columns.length !== 1) throw shape(pending, `${columns.length} columns (${columns.join(', ')}) where one number is wanted`)
  const [row] = rows
  if (!row || rows.length > 1) throw shape(pending, `${rows.length} rows where one number is wanted`)
  return wholeNumber(row[columns[0] ?? ''], pending)
}

function wholeNumber(found: unknown, pending: SqlText): bigint {
  const text = typeof found === 'string' || typeof found === 'number' || typeof found === 'bigint' ? String(found) : ''
  if (!/^\d+$/.test(text)) throw shape(pending, `${found === null ? 'NULL' : `"${text}"`} where a number is wanted`)
  return BigInt(text)
}

function shape(pending: SqlText, problem: string): InterphaseError {
  return new InterphaseError('pending.shape', { file: pending.file, problem })
}
