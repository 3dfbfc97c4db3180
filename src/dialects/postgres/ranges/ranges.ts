import type {
  KeyRangeWalker,
  RangeQuerySession,
  RowWalkKey,
  RowWalkKeyColumn,
  RowWalkKeyRange,
  RowWalkKeyValue,
  RowWithKey,
  StatementLimitedToRange,
} from '../../../dialect/ranges.ts'
import { joinSql, renderSql, type SqlStatement, sql, sqlName, sqlTableName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import { postgresSqlNotation } from '../text/notation.ts'
import { postgresKeyEqualityConditionSql, postgresKeyRangeConditionSql, postgresKeySideConditionSql } from './condition.ts'
import { choosePostgresWalkKey } from './key.ts'
import { readEndOfCtidRange, readLastPossibleCtid } from './place.ts'

export const postgresKeyRangeWalker: KeyRangeWalker = { keyOf: choosePostgresWalkKey, last, endOf, count, limit, analyze }

async function last(session: RangeQuerySession, { table, columns, isPlace }: RowWalkKey): Promise<RowWalkKeyValue | undefined> {
  if (isPlace) return readLastPossibleCtid(session, table)
  const texts = columns.map((column, index) => sql`${own(column)}::text AS ${numbered(index)}`)
  const order = columns.map((column) => sql`${own(column)} DESC`)
  const [row] = await session.query<KeyRow>(
    sql`SELECT ${joinSql(texts)} FROM ${sqlTableName(table)} AS ${TABLE} ORDER BY ${joinSql(order)} LIMIT 1`,
  )
  return row && keyIn(row, columns)
}

/**
 * Returns the key of the row at position `rows` of the range, or `upTo` if the range has fewer rows. The SQL text contains the
 * LIMIT of the inner query as a number, which is the next power of two. With a parameter as LIMIT, the planner would expect a tenth
 * of the table, and could sort the whole table. With the exact number as LIMIT, each batch size would need another prepared
 * statement.
 */
async function endOf(session: RangeQuerySession, key: RowWalkKey, range: RowWalkKeyRange, rows: number): Promise<RowWalkKeyValue> {
  const { table, columns, isPlace } = key
  if (isPlace) return readEndOfCtidRange(session, key, range, rows)
  const { after, upTo } = range
  const found = columns.map((column, index) => sql`${own(column)} AS ${numbered(index)}`)
  const where = after ? sql`WHERE ${postgresKeySideConditionSql(columns, own, 'greater', after)}` : sql``
  const page = sql`SELECT ${joinSql(found)} FROM ${sqlTableName(table)} AS ${TABLE} ${where} ORDER BY ${joinSql(columns.map(own))}
    LIMIT ${sqlVerbatim(String(2 ** Math.ceil(Math.log2(rows))))}`
  const texts = columns.map((column, index) => sql`${paged(column, index)}::text AS ${numbered(index)}`)
  const [row] = await session.query<KeyRow & { readonly inside: boolean }>(
    sql`SELECT ${joinSql(texts)}, ${postgresKeySideConditionSql(columns, paged, 'at most', upTo)} AS inside
    FROM (${page}) AS page ORDER BY ${joinSql(columns.map(paged))} LIMIT 1 OFFSET ${sqlValue(rows - 1)}`,
  )
  return row?.inside ? keyIn(row, columns) : upTo
}

async function count(session: RangeQuerySession, { table, columns }: RowWalkKey, range: RowWalkKeyRange): Promise<number> {
  const [row] = await session.query<{ readonly n: number }>(
    sql`SELECT count(*)::float8 AS n FROM ${sqlTableName(table)} AS ${TABLE} WHERE ${postgresKeyRangeConditionSql(columns, own, range)}`,
  )
  return row?.n ?? 0
}

function limit(
  parts: readonly string[],
  { columns }: RowWalkKey,
  range: RowWalkKeyRange | RowWithKey,
  alias: string,
): StatementLimitedToRange {
  const refer = (column: RowWalkKeyColumn) => sqlName(alias, column.name)
  const condition = sql`(${'only' in range ? postgresKeyEqualityConditionSql(columns, refer, range.only) : postgresKeyRangeConditionSql(columns, refer, range)})`
  const { text, values } = renderSql(joinSql(parts.map(sqlVerbatim), condition), postgresSqlNotation)
  return { text, values: values.map(String) }
}

async function analyze(session: RangeQuerySession, { table }: RowWalkKey): Promise<void> {
  await session.query(sql`ANALYZE ${sqlTableName(table)}`)
}

type KeyRow = Readonly<Record<string, string>>

const TABLE = sql`t`

function own(column: RowWalkKeyColumn): SqlStatement {
  return sql`${TABLE}.${sqlName(column.name)}`
}

function paged(_: RowWalkKeyColumn, index: number): SqlStatement {
  return sql`page.${numbered(index)}`
}

function numbered(index: number): SqlStatement {
  return sqlName(String(index))
}

function keyIn(row: KeyRow, columns: readonly RowWalkKeyColumn[]): RowWalkKeyValue {
  return columns.map((_, index) => row[String(index)] ?? '')
}
