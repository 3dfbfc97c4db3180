import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql, sqlValue } from '../../../dialect/sql.ts'
import { InterphaseError } from '../../../error.ts'
import { tokenizeMysql } from '../text/lexer.ts'

/** The character that the driver returns for bytes that are not UTF-8. */
const UNREADABLE = '\ufffd'

/**
 * Throws `record.printed-otherwise` if the server printed a CREATE statement without some characters, because the statement would
 * then create another object. For example, MySQL prints `_latin1 x'e9'` in a table as `_latin1'?'`. MySQL and MariaDB print raw
 * bytes in views, and MariaDB also prints raw bytes in default values.
 */
export async function refuseDefinitionsWithLostCharacters(session: DatabaseSession, object: string, text: string): Promise<void> {
  const line = text.split('\n').find((one) => one.includes(UNREADABLE) || questionMarks(one) > 0)
  if (line === undefined) return
  const isWhole = !text.includes(UNREADABLE) && questionMarks(text) <= (await questionMarksMeant(session, object))
  if (isWhole) return
  const says = `${object}: characters are lost in ${line.trim().replace(/,$/, '')}`
  throw new InterphaseError('record.printed-otherwise', { dialect: session.dialect, differences: [says] })
}

/**
 * Counts the question marks in strings with a character set other than UTF-8. The server prints a question mark instead of a
 * character that it cannot print.
 */
function questionMarks(text: string): number {
  if (!/_\w+'[^']*\?/.test(text)) return 0
  const tokens = tokenizeMysql(text)
  const literals = tokens.filter(({ kind }, index) => kind === 'string' && /^_(?!UTF8)/.test(tokens[index - 1]?.value ?? ''))
  return literals.reduce((sum, { value: literal }) => sum + countIn(literal), 0)
}

/**
 * Counts the question marks in the expressions of a table, as `information_schema` contains the expressions. Unlike the printed
 * statement, `information_schema` contains every character, but encodes each character twice.
 */
async function questionMarksMeant(session: DatabaseSession, table: string): Promise<number> {
  const own = sql`table_schema = ${sqlValue(session.database)} AND table_name = ${sqlValue(table)}`
  const rows = await session.query<{ text: string | null }>(sql`SELECT check_clause AS text FROM information_schema.check_constraints
    WHERE constraint_schema = ${sqlValue(session.database)} AND constraint_name IN
      (SELECT constraint_name FROM information_schema.table_constraints WHERE ${own} AND constraint_type = 'CHECK')
    UNION ALL SELECT generation_expression FROM information_schema.columns WHERE ${own}
    UNION ALL SELECT column_default FROM information_schema.columns WHERE ${own}
    UNION ALL SELECT expression FROM information_schema.statistics WHERE ${own}`)
  return rows.reduce((sum, { text }) => sum + countIn(text ?? ''), 0)
}

function countIn(text: string): number {
  return text.split('?').length - 1
}
