import type { KeyColumn } from '../../../dialect/ranges.ts'
import { type SqlStatement, sql, sqlVerbatim } from '../../../dialect/sql.ts'

/** How the values of a type leave the server as text, and how the server reads such a text back as exactly the same value. */
interface Form {
  readonly type: RegExp
  readonly read: (column: SqlStatement, of: KeyColumn) => SqlStatement
  readonly write: (text: SqlStatement, of: KeyColumn) => SqlStatement
  /** True if a derived table does not keep every value. The texts then have the order of the values. */
  readonly isLostInside?: true
}

const asText = (column: SqlStatement) => sql`CAST(${column} AS CHAR)`
const asBytes = (column: SqlStatement) => sql`HEX(${column})`

/**
 * The forms of the types that a key can have. A placeholder directly in `CAST(? AS UNSIGNED)` would be a signed number on MySQL, which
 * ends at 2^63. So every placeholder of a number is text first.
 */
const FORMS: readonly Form[] = [
  { type: /^(?:tiny|small|medium|big)?int\b.*\bunsigned\b/, read: asText, write: (text) => sql`CAST(${asText(text)} AS UNSIGNED)` },
  { type: /^(?:tiny|small|medium|big)?int\b/, read: asText, write: (text) => sql`CAST(${asText(text)} AS SIGNED)` },
  { type: /^year\b/, read: asText, write: (text) => sql`CAST(${asText(text)} AS UNSIGNED)` },
  { type: /^bit\b/, read: (column) => asText(sql`CAST(${column} AS UNSIGNED)`), write: (text) => sql`CAST(${asText(text)} AS UNSIGNED)` },
  { type: /^decimal\b/, read: asText, write: (text, { type }) => sql`CAST(${asText(text)} AS DECIMAL${sizes(type)})` },
  // A placeholder that is compared with a date has the type of the date. In the usual SQL mode, CAST makes NULL of a zero date or fails,
  // and a derived table makes 0000-00-00 of 2020-03-00.
  { type: /^(?:date|datetime|timestamp)\b/, read: asText, write: (text) => text, isLostInside: true },
  { type: /^time\b/, read: asText, write: (text, { type }) => sql`CAST(${asText(text)} AS TIME${sizes(type)})` },
  { type: /^(?:binary|varbinary)\b/, read: asBytes, write: (text) => sql`UNHEX(${text})` },
  { type: /^(?:char|varchar)\b/, read: readText, write: writeText },
  {
    type: /^(?:uuid|inet4|inet6)$/,
    read: asText,
    write: (text, { type }) => sql`CAST(${asText(text)} AS ${sqlVerbatim(type.toUpperCase())})`,
  },
]

/** The value of a column as text. */
export function readKey(column: SqlStatement, of: KeyColumn): SqlStatement {
  return formOf(of.type)?.read(column, of) ?? asText(column)
}

/** The value of a column of a derived table, for `readKey`, `writeKey` and ORDER BY. */
export function keepKey(column: SqlStatement, of: KeyColumn): SqlStatement {
  return formOf(of.type)?.isLostInside ? asText(column) : column
}

/** The value that `readKey` returned as text. */
export function writeKey(text: SqlStatement, of: KeyColumn): SqlStatement {
  return formOf(of.type)?.write(text, of) ?? asText(text)
}

/** The reason why a column of this type cannot be part of a key, as the rest of a sentence. */
export function unfitType(type: string): string | undefined {
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

/** The sizes of a type in parentheses, as the server prints them: digits and commas. */
function sizes(type: string): SqlStatement {
  return sqlVerbatim(/^\w+(\([\d,]+\))/.exec(type)?.[1] ?? '')
}

// Every character of these sets has a character in utf8mb4, and this one leads back to it. The values of other sets travel as bytes.
const READABLE: ReadonlySet<string> = new Set(['utf8mb4', 'utf8mb3', 'ascii', 'latin1'])

function readText(column: SqlStatement, of: KeyColumn): SqlStatement {
  return READABLE.has(characterSet(of)) ? sql`CAST(${column} AS CHAR CHARACTER SET utf8mb4)` : asBytes(column)
}

function writeText(text: SqlStatement, of: KeyColumn): SqlStatement {
  const set = characterSet(of)
  const bytes = READABLE.has(set) ? text : sql`UNHEX(${text})`
  return sql`CONVERT(${bytes} USING ${sqlVerbatim(set)}) COLLATE ${sqlVerbatim(of.collation ?? '')}`
}

function characterSet({ collation = '' }: KeyColumn): string {
  return collation.split('_')[0] ?? ''
}
