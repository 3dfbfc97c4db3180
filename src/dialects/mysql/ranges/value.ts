import type { RowWalkKeyColumn } from '../../../dialect/ranges.ts'
import { type SqlStatement, sql, sqlVerbatim } from '../../../dialect/sql.ts'

/** The conversion of the values of a column type to text, and of the text back to exactly the same value. */
interface Form {
  readonly type: RegExp
  readonly read: (column: SqlStatement, of: RowWalkKeyColumn) => SqlStatement
  readonly write: (text: SqlStatement, of: RowWalkKeyColumn) => SqlStatement
}

const asText = (column: SqlStatement) => sql`CAST(${column} AS CHAR)`
const asBytes = (column: SqlStatement) => sql`HEX(${column})`

/**
 * The conversions for the column types that a key can have. Each conversion of a number first converts the placeholder to text.
 * Otherwise, MySQL would treat the placeholder in `CAST(? AS UNSIGNED)` as a signed number, which must be smaller than 2^63.
 */
const FORMS: readonly Form[] = [
  { type: /^(?:tiny|small|medium|big)?int\b.*\bunsigned\b/, read: asText, write: (text) => sql`CAST(${asText(text)} AS UNSIGNED)` },
  { type: /^(?:tiny|small|medium|big)?int\b/, read: asText, write: (text) => sql`CAST(${asText(text)} AS SIGNED)` },
  { type: /^year\b/, read: asText, write: (text) => sql`CAST(${asText(text)} AS UNSIGNED)` },
  { type: /^bit\b/, read: (column) => asText(sql`CAST(${column} AS UNSIGNED)`), write: (text) => sql`CAST(${asText(text)} AS UNSIGNED)` },
  { type: /^decimal\b/, read: asText, write: (text, { type }) => sql`CAST(${asText(text)} AS DECIMAL${sizes(type)})` },
  // The conversion of a date has no CAST. In the usual SQL mode, CAST of a zero date returns NULL or fails. A placeholder that is
  // compared with a date has the type of the date, so no CAST is needed.
  { type: /^(?:date|datetime|timestamp)\b/, read: asText, write: (text) => text },
  { type: /^time\b/, read: asText, write: (text, { type }) => sql`CAST(${asText(text)} AS TIME${sizes(type)})` },
  { type: /^(?:binary|varbinary)\b/, read: asBytes, write: (text) => sql`UNHEX(${text})` },
  { type: /^(?:char|varchar)\b/, read: readText, write: writeText },
  {
    type: /^(?:uuid|inet4|inet6)$/,
    read: asText,
    write: (text, { type }) => sql`CAST(${asText(text)} AS ${sqlVerbatim(type.toUpperCase())})`,
  },
]

/** Returns the SQL expression that converts the value of a column to text. */
export function mysqlKeyValueAsTextSql(column: SqlStatement, of: RowWalkKeyColumn): SqlStatement {
  return formOf(of.type)?.read(column, of) ?? asText(column)
}

/** Returns the SQL expression that converts a text of `mysqlKeyValueAsTextSql` back to the value of the column. */
export function mysqlKeyValueFromTextSql(text: SqlStatement, of: RowWalkKeyColumn): SqlStatement {
  return formOf(of.type)?.write(text, of) ?? asText(text)
}

/**
 * Returns the reason why a column of the given type cannot be part of a key. The text is the rest of a sentence that begins with
 * the column. Returns undefined if the column can be part of a key.
 */
export function reasonAgainstMysqlKeyType(type: string): string | undefined {
  if (formOf(type)) return undefined
  if (/^(?:enum|set)\b/.test(type)) return `is ${article(type)}, which the server sorts by number and compares as text`
  if (/^(?:float|double)\b/.test(type)) return `is a ${type}, whose values have no exact text`
  return `has the type ${type}, by which the engine cannot resume`
}

function formOf(type: string): Form | undefined {
  return FORMS.find((form) => form.type.test(type))
}

function article(type: string): string {
  return type.startsWith('enum') ? 'an enum' : 'a set'
}

/** Returns the length or precision that a type contains in parentheses, as the server prints it: digits and commas. */
function sizes(type: string): SqlStatement {
  return sqlVerbatim(/^\w+(\([\d,]+\))/.exec(type)?.[1] ?? '')
}

// The character sets of which every character can be converted to utf8mb4 and back. Values in other character sets are sent as
// bytes.
const READABLE: ReadonlySet<string> = new Set(['utf8mb4', 'utf8mb3', 'ascii', 'latin1'])

function readText(column: SqlStatement, of: RowWalkKeyColumn): SqlStatement {
  return READABLE.has(characterSet(of)) ? sql`CAST(${column} AS CHAR CHARACTER SET utf8mb4)` : asBytes(column)
}

function writeText(text: SqlStatement, of: RowWalkKeyColumn): SqlStatement {
  const set = characterSet(of)
  const bytes = READABLE.has(set) ? text : sql`UNHEX(${text})`
  return sql`CONVERT(${bytes} USING ${sqlVerbatim(set)}) COLLATE ${sqlVerbatim(of.collation ?? '')}`
}

function characterSet({ collation = '' }: RowWalkKeyColumn): string {
  return collation.split('_')[0] ?? ''
}
