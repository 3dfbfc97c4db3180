import type { Session } from '../../../dialect/dialect.ts'
import { sql, value } from '../../../dialect/sql.ts'
import { InterphaseError } from '../../../error.ts'
import { tokensOf } from '../text/lexer.ts'

/** The character that a driver returns in place of bytes that are not UTF-8. */
const UNREADABLE = '\ufffd'

/**
 * Throws if the printed statement of an object has lost characters, because then it creates another object that is printed in the same
 * way. MySQL prints `_latin1 x'e9'` in a table as `_latin1'?'`. Both servers print bytes of views, and MariaDB those of defaults, that
 * are not UTF-8.
 */
export async function mustBePrintedWhole(session: Session, object: string, text: string): Promise<void> {
  const line = text.split('\n').find((one) => one.includes(UNREADABLE) || questionMarks(one) > 0)
  if (line === undefined) return
  const isWhole = !text.includes(UNREADABLE) && questionMarks(text) <= (await questionMarksMeant(session, object))
  if (isWhole) return
  const says = `${object}: characters are lost in ${line.trim().replace(/,$/, '')}`
  throw new InterphaseError('record.printed-otherwise', { dialect: session.dialect, differences: [says] })
}

/** The question marks in strings with an introducer other than UTF-8, which may stand for other characters. */
function questionMarks(text: string): number {
  if (!/_\w+'[^']*\?/.test(text)) return 0
  const tokens = tokensOf(text)
  const literals = tokens.filter(({ kind }, index) => kind === 'string' && /^_(?!UTF8)/.test(tokens[index - 1]?.value ?? ''))
  return literals.reduce((sum, { value: literal }) => sum + countIn(literal), 0)
}

/** The question marks in the expressions of a table as `information_schema` shows them: without loss, though encoded twice. */
async function questionMarksMeant(session: Session, table: string): Promise<number> {
  const own = sql`table_schema = ${value(session.database)} AND table_name = ${value(table)}`
  const rows = await session.query<{ text: string | null }>(sql`SELECT check_clause AS text FROM information_schema.check_constraints
    WHERE constraint_schema = ${value(session.database)} AND constraint_name IN
      (SELECT constraint_name FROM information_schema.table_constraints WHERE ${own} AND constraint_type = 'CHECK')
    UNION ALL SELECT generation_expression FROM information_schema.columns WHERE ${own}
    UNION ALL SELECT column_default FROM information_schema.columns WHERE ${own}
    UNION ALL SELECT expression FROM information_schema.statistics WHERE ${own}`)
  return rows.reduce((sum, { text }) => sum + countIn(text ?? ''), 0)
}

function countIn(text: string): number {
  return text.split('?').length - 1
}
