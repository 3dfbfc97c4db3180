import type { Dialect } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import type { LiteralValue } from '../../../release/fragment.ts'
import type { ColumnObject } from '../../../schema/object.ts'
import { deriveDataStepStatement, nonTextLiteralSql } from '../../derive.ts'
import type { StatementDerivationRules } from '../../derive-parts.ts'
import { countUniqueKeys } from '../../walk-key.ts'
import { listMysqlUniqueNotNullKeys } from '../ranges/key.ts'
import { quoteMysqlStringLiteral, renderMysqlStatement } from './notation.ts'

const RULES: StatementDerivationRules = {
  table: (name) => sqlName(name),
  literal,
  differs,
  matches,
  // The cast to text makes the values of a BIGINT column texts. Otherwise the driver would return a small value as a number and a
  // large value as a text.
  exact: ({ type }, own) => (/^bigint\b/.test(type) ? sql`CAST(${own} AS CHAR)` : own),
  selected: (_, value) => value,
  uniqueKeys: listMysqlUniqueNotNullKeys,
  countUniqueKeys,
  // LOCK IN SHARE MODE is an older form of FOR SHARE, and exists on both MySQL and MariaDB.
  lockRows: sql`LOCK IN SHARE MODE`,
  skipPresent,
  isSameName: (one, other) => one.toLowerCase() === other.toLowerCase(),
  text: (statement) => renderMysqlStatement(statement).text,
}

export const deriveMysqlDataStepStatement: Dialect['derive'] = (step, state) => deriveDataStepStatement(step, state, RULES)

function literal(value: LiteralValue): SqlStatement {
  if (typeof value !== 'string') return nonTextLiteralSql(value)
  // A hexadecimal literal has the same meaning in every SQL mode, but a backslash in quotes has not. The engine therefore writes
  // a text with a backslash as a hexadecimal literal.
  return sqlVerbatim(value.includes('\\') ? `_utf8mb4 X'${Buffer.from(value, 'utf8').toString('hex')}'` : quoteMysqlStringLiteral(value))
}

function differs(column: ColumnObject, own: SqlStatement, value: SqlStatement): SqlStatement {
  const [stored, wanted] = comparable(column, own, value)
  return sql`NOT (${stored} <=> ${wanted})`
}

/**
 * Returns the column and the value as two SQL expressions. The expressions are equal only if an assignment of the value would not
 * change the column.
 */
function comparable({ type, collation }: ColumnObject, own: SqlStatement, value: SqlStatement): readonly [SqlStatement, SqlStatement] {
  const [charset] = /^[a-z0-9]+/.exec(collation ?? '') ?? []
  // In a collation, different texts can be equal, most often texts that differ only in case. A comparison of the bytes
  // distinguishes these texts. The labels of ENUM and SET need no comparison of bytes, because a label has a fixed spelling.
  if (charset !== undefined && !/^(?:enum|set)\b/.test(type)) {
    return [sql`CAST(${own} AS BINARY)`, sql`CAST(CONVERT(${value} USING ${sqlVerbatim(charset)}) AS BINARY)`]
  }
  const converted = assignedType(type)
  return [own, converted === undefined ? value : sql`CAST(${value} AS ${sqlVerbatim(converted)})`]
}

/**
 * Returns the type to which an assignment to the column converts a value, so that a rounded value counts as equal. Returns
 * undefined if the server has no cast to this type.
 */
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
  // A comparison with a text column contains the collation of the column. With this collation, the server can use the index, and
  // reports no conflict between two collations.
  if (charset !== undefined && collation !== undefined)
    return sql`${own} = CONVERT(${value} USING ${sqlVerbatim(charset)}) COLLATE ${sqlVerbatim(collation)}`
  const converted = assignedType(type)
  return sql`${own} = ${converted === undefined ? value : sql`CAST(${value} AS ${sqlVerbatim(converted)})`}`
}

/**
 * Returns the clause of an INSERT that skips a row whose key exists already. INSERT IGNORE is not used, because it would also hide
 * other errors. For a table with several unique keys, the function returns empty SQL. ON DUPLICATE KEY applies to all unique keys,
 * so the clause would also skip a row that conflicts with another key.
 */
function skipPresent(table: SqlStatement, [first]: readonly string[], isOnlyUniqueKey: boolean): SqlStatement {
  if (first === undefined || !isOnlyUniqueKey) return sql``
  const column = sqlName(first)
  return sql`\nON DUPLICATE KEY UPDATE ${column} = ${table}.${column}`
}
