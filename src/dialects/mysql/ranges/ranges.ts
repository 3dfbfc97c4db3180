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
import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import {
  type ComparedKeyColumn,
  columnComparisonSql,
  comparisonOperatorSql,
  conditionAlternativesAboveKey,
  joinSqlConditionsWithAnd,
  keySideConditionSql,
} from '../../keyset.ts'
import { renderMysqlStatement } from '../text/notation.ts'
import { chooseMysqlWalkKey } from './key.ts'
import { mysqlKeyValueAsTextSql, mysqlKeyValueFromTextSql } from './value.ts'

export const mysqlKeyRangeWalker: KeyRangeWalker = { keyOf: chooseMysqlWalkKey, last, endOf, count, limit, analyze }

async function last(session: RangeQuerySession, key: RowWalkKey): Promise<RowWalkKeyValue | undefined> {
  const order = key.columns.map((column) => sql`${own(column)} DESC`)
  const [row] = await session.query<KeyRow>(sql`SELECT ${textsOf(key)} FROM ${from(session, key)} ORDER BY ${joinSql(order)} LIMIT 1`)
  return row && keyIn(row, key)
}

/**
 * Returns the key of the row at position `rows` of the range, or `upTo` if the range has fewer rows. The function reads one
 * interval of the index after the other, in the order of the key. A single condition for all intervals would be slower: MySQL
 * could estimate more rows than the table has, and would then read the index from the beginning.
 */
async function endOf(
  session: RangeQuerySession,
  key: RowWalkKey,
  { after, upTo }: RowWalkKeyRange,
  rows: number,
): Promise<RowWalkKeyValue> {
  const intervals = after
    ? conditionAlternativesAboveKey(compared(key, own, after)).map((all) => sql`WHERE ${joinSqlConditionsWithAnd(all)}`)
    : [sql``]
  let left = rows
  for (const interval of intervals.toReversed()) {
    const row = await rowAt(session, key, interval, left, upTo)
    if (row) return Number(row.inside) === 1 ? keyIn(row, key) : upTo
    if (interval === intervals[0]) break
    const [counted] = await session.query<{ readonly n: unknown }>(sql`SELECT COUNT(*) AS n FROM ${from(session, key)} ${interval}`)
    // The position of the wanted row in the next interval is at least 1. The subtraction alone could give 0 or less, because
    // another session can insert rows between the two queries.
    left = Math.max(1, left - Number(counted?.n))
  }
  return upTo
}

type RowOfInterval = KeyRow & { readonly inside: unknown }

async function rowAt(
  session: RangeQuerySession,
  key: RowWalkKey,
  interval: SqlStatement,
  place: number,
  upTo: RowWalkKeyValue,
): Promise<RowOfInterval | undefined> {
  const [row] = await session.query<RowOfInterval>(
    sql`SELECT ${textsOf(key)}, ${keySideConditionSql('at most', compared(key, own, upTo))} AS inside FROM ${from(session, key)} ${interval}
    ORDER BY ${joinSql(key.columns.map(own))} LIMIT 1 OFFSET ${sqlValue(String(place - 1))}`,
  )
  return row
}

async function count(session: RangeQuerySession, key: RowWalkKey, range: RowWalkKeyRange): Promise<number> {
  const [row] = await session.query<{ readonly n: unknown }>(
    sql`SELECT COUNT(*) AS n FROM ${from(session, key)} WHERE ${inRange(key, own, range)}`,
  )
  return Number(row?.n ?? 0)
}

function limit(parts: readonly string[], key: RowWalkKey, range: RowWalkKeyRange | RowWithKey, alias: string): StatementLimitedToRange {
  const refer = (column: RowWalkKeyColumn) => sqlName(alias, column.name)
  const condition = sql`(${'only' in range ? keyIs(key, refer, range.only) : inRange(key, refer, range)})`
  const { text, values } = renderMysqlStatement(joinSql(parts.map(sqlVerbatim), condition))
  return { text, values: values.map(String) }
}

/**
 * Updates the server's statistics of the table. ANALYZE LOCAL does not write to the binary log, because each replica has
 * statistics of its own.
 */
async function analyze(session: RangeQuerySession, { table }: RowWalkKey): Promise<void> {
  await session.query(sql`ANALYZE LOCAL TABLE ${sqlName(session.database, table)}`)
}

type KeyRow = Readonly<Record<string, string>>
type ColumnOf = (column: RowWalkKeyColumn, index: number) => SqlStatement

const TABLE = sql`t`

function from({ database }: RangeQuerySession, { table }: RowWalkKey): SqlStatement {
  return sql`${sqlName(database, table)} AS ${TABLE}`
}

function own(column: RowWalkKeyColumn): SqlStatement {
  return sql`${TABLE}.${sqlName(column.name)}`
}

function textsOf({ columns }: RowWalkKey): SqlStatement {
  return joinSql(columns.map((column, index) => sql`${mysqlKeyValueAsTextSql(own(column), column)} AS ${sqlName(String(index))}`))
}

/**
 * Returns the condition that selects the rows of a range. The condition compares single columns and not lists of columns such as
 * `(a, b) > (x, y)`, because MySQL and MariaDB read the whole index for a comparison of lists.
 */
function inRange(key: RowWalkKey, refer: ColumnOf, { after, upTo }: RowWalkKeyRange): SqlStatement {
  const below = keySideConditionSql('at most', compared(key, refer, upTo))
  return after ? sql`${keySideConditionSql('greater', compared(key, refer, after))} AND ${below}` : below
}

function keyIs(key: RowWalkKey, refer: ColumnOf, value: RowWalkKeyValue): SqlStatement {
  return joinSqlConditionsWithAnd(compared(key, refer, value).map((pair) => columnComparisonSql(pair, '=')))
}

function compared({ columns }: RowWalkKey, refer: ColumnOf, texts: RowWalkKeyValue): readonly ComparedKeyColumn[] {
  return columns.map((column, index) => {
    return {
      column: refer(column, index),
      value: mysqlKeyValueFromTextSql(sql`${sqlValue(texts[index] ?? '')}`, column),
      operator: comparisonOperatorSql,
    }
  })
}

function keyIn(row: KeyRow, { columns }: RowWalkKey): RowWalkKeyValue {
  return columns.map((_, index) => row[String(index)] ?? '')
}
