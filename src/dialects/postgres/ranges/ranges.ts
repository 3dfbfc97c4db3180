import type { KeyColumn, KeyRange, KeyValue, LimitedStatement, QuerySession, Ranges, WalkKey } from '../../../dialect/ranges.ts'
import { joinSql, renderSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import { tableName } from '../catalog/table-name.ts'
import { splitAtBatch } from '../text/batch.ts'
import { postgresNotation } from '../text/notation.ts'
import { inRange, isOnSide } from './condition.ts'
import { choosePostgresWalkKey } from './key.ts'

export const postgresRanges: Ranges = { keyOf: choosePostgresWalkKey, last, endOf, split: splitAtBatch, limit }

async function last(session: QuerySession, { table, columns }: WalkKey): Promise<KeyValue | undefined> {
  const texts = columns.map((column, index) => sql`${own(column)}::text AS ${numbered(index)}`)
  const order = columns.map((column) => sql`${own(column)} DESC`)
  const [row] = await session.query<KeyRow>(
    sql`SELECT ${joinSql(texts)} FROM ${tableName(table)} AS ${TABLE} ORDER BY ${joinSql(order)} LIMIT 1`,
  )
  return row && keyIn(row, columns)
}

/**
 * The page of the inner query ends at the next power of two, as text. With a value in its place, the planner would expect a tenth of
 * the table and might sort all of it. With the exact number, each size of a batch would be another prepared statement.
 */
async function endOf(session: QuerySession, { table, columns }: WalkKey, { after, upTo }: KeyRange, rows: number): Promise<KeyValue> {
  const found = columns.map((column, index) => sql`${own(column)} AS ${numbered(index)}`)
  const where = after ? sql`WHERE ${isOnSide(columns, own, 'greater', after)}` : sql``
  const page = sql`SELECT ${joinSql(found)} FROM ${tableName(table)} AS ${TABLE} ${where} ORDER BY ${joinSql(columns.map(own))}
    LIMIT ${sqlVerbatim(String(2 ** Math.ceil(Math.log2(rows))))}`
  const texts = columns.map((column, index) => sql`${paged(column, index)}::text AS ${numbered(index)}`)
  const [row] = await session.query<KeyRow & { readonly inside: boolean }>(
    sql`SELECT ${joinSql(texts)}, ${isOnSide(columns, paged, 'at most', upTo)} AS inside
    FROM (${page}) AS page ORDER BY ${joinSql(columns.map(paged))} LIMIT 1 OFFSET ${sqlValue(rows - 1)}`,
  )
  return row?.inside ? keyIn(row, columns) : upTo
}

function limit(parts: readonly string[], { columns }: WalkKey, range: KeyRange, alias: string): LimitedStatement {
  const condition = sql`(${inRange(columns, (column) => sqlName(alias, column.name), range)})`
  const { text, values } = renderSql(joinSql(parts.map(sqlVerbatim), condition), postgresNotation)
  return { text, values: values.map(String) }
}

type KeyRow = Readonly<Record<string, string>>

const TABLE = sql`t`

function own(column: KeyColumn): SqlStatement {
  return sql`${TABLE}.${sqlName(column.name)}`
}

function paged(_: KeyColumn, index: number): SqlStatement {
  return sql`page.${numbered(index)}`
}

function numbered(index: number): SqlStatement {
  return sqlName(String(index))
}

function keyIn(row: KeyRow, columns: readonly KeyColumn[]): KeyValue {
  return columns.map((_, index) => row[String(index)] ?? '')
}
