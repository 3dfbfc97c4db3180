import type { Dialect } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import type { LiteralValue } from '../../../release/fragment.ts'
import type { ColumnObject } from '../../../schema/object.ts'
import { deriveStep, plainLiteral } from '../../derive.ts'
import type { DeriveRules } from '../../derive-parts.ts'
import { countUniqueKeys } from '../../walk-key.ts'
import { listMysqlUniqueKeys } from '../ranges/key.ts'
import { compileMysqlStatement, quoteLiteral } from './notation.ts'

const RULES: DeriveRules = {
  table: (name) => sqlName(name),
  literal,
  differs,
  matches,
  // The driver would return a small number as a number and a large one as a text.
  exact: ({ type }, own) => (/^bigint\b/.test(type) ? sql`CAST(${own} AS CHAR)` : own),
  selected: (_, value) => value,
  uniqueKeys: listMysqlUniqueKeys,
  countUniqueKeys,
  // Both MySQL and MariaDB know this older form of FOR SHARE.
  lockRows: sql`LOCK IN SHARE MODE`,
  skipPresent,
  isSameName: (one, other) => one.toLowerCase() === other.toLowerCase(),
  text: (statement) => compileMysqlStatement(statement).text,
}

export const deriveMysqlStep: Dialect['derive'] = (step, state) => deriveStep(step, state, RULES)

function literal(value: LiteralValue): SqlStatement {
  if (typeof value !== 'string') return plainLiteral(value)
  // The meaning of a backslash depends on the SQL mode, and that of a hexadecimal text does not.
  return sqlVerbatim(value.includes('\\') ? `_utf8mb4 X'${Buffer.from(value, 'utf8').toString('hex')}'` : quoteLiteral(value))
}

function differs(column: ColumnObject, own: SqlStatement, value: SqlStatement): SqlStatement {
  const [stored, wanted] = comparable(column, own, value)
  return sql`NOT (${stored} <=> ${wanted})`
}

/** The column and the value in a form in which they are equal only if the column would not change. */
function comparable({ type, collation }: ColumnObject, own: SqlStatement, value: SqlStatement): readonly [SqlStatement, SqlStatement] {
  const [charset] = /^[a-z0-9]+/.exec(collation ?? '') ?? []
  // A collation can hold texts for equal that differ, most often in case. The labels of ENUM and SET have one spelling.
  if (charset !== undefined && !/^(?:enum|set)\b/.test(type)) {
    return [sql`CAST(${own} AS BINARY)`, sql`CAST(CONVERT(${value} USING ${sqlVerbatim(charset)}) AS BINARY)`]
  }
  const converted = assignedType(type)
  return [own, converted === undefined ? value : sql`CAST(${value} AS ${sqlVerbatim(converted)})`]
}

/** The type to which an assignment converts the value, so that a rounded value counts as equal. Undefined if there is no such cast. */
function assignedType(type: string): string | undefined {
  const [, name = '', size = '', unsigned] = /^([a-z]+)(\([\d,]+\))?( unsigned)?/.exec(type) ?? []
  if (/^(?:tinyint|smallint|mediumint|int|bigint)$/.test(name)) return unsigned ? 'UNSIGNED' : 'SIGNED'
  return ASSIGNED.get(name)?.replace('SIZE', size)
}

const ASSIGNED: ReadonlyMap<string, string> = new Map([
  ['decimal', 'DECIMALSIZE'],
  ['date', 'DATE'],
  ['time', 'TIMESIZE'],
  ['datetime', 'DATETIMESIZE'],
  ['timestamp', 'DATETIMESIZE'],
  ['json', 'JSON'],
])

function matches({ type, collation }: ColumnObject, own: SqlStatement, value: SqlStatement): SqlStatement {
  const [charset] = /^[a-z0-9]+/.exec(collation ?? '') ?? []
  // The collation of the column, so that the server can use the index and does not find two collations.
  if (charset !== undefined && collation !== undefined)
    return sql`${own} = CONVERT(${value} USING ${sqlVerbatim(charset)}) COLLATE ${sqlVerbatim(collation)}`
  const converted = assignedType(type)
  return sql`${own} = ${converted === undefined ? value : sql`CAST(${value} AS ${sqlVerbatim(converted)})`}`
}

/**
 * INSERT IGNORE would hide other errors too. ON DUPLICATE KEY applies to every unique key, so it is used only if the table has no
 * other: a row that conflicts with another key would be left out.
 */
function skipPresent(table: SqlStatement, [first]: readonly string[], isOnlyUniqueKey: boolean): SqlStatement {
  if (first === undefined || !isOnlyUniqueKey) return sql``
  const column = sqlName(first)
  return sql`\nON DUPLICATE KEY UPDATE ${column} = ${table}.${column}`
}
