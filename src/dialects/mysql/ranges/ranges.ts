import type {
  KeyRangeWalker,
  RangeQuerySession,
  RowWalkKey,
  RowWalkKeyColumn,
  RowWalkKeyRange,
  RowWalkKeyValue,
  StatementLimitedToRange,
} from '../../../dialect/ranges.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import { allOf, alternativesAbove, type ComparedKeyColumn, comparisonOperatorSql, conditionOnSide } from '../../keyset.ts'
import { compileMysqlStatement } from '../text/notation.ts'
import { chooseMysqlWalkKey } from './key.ts'
import { keepKey, keyValueAsTextSql, keyValueFromTextSql } from './value.ts'

export const mysqlRanges: KeyRangeWalker = { keyOf: chooseMysqlWalkKey, last, endOf, limit }

async function last(session: RangeQuerySession, key: RowWalkKey): Promise<RowWalkKeyValue | undefined> {
  const texts = key.columns.map((column, index) => sql`${keyValueAsTextSql(own(column), column)} AS ${numbered(index)}`)
  const order = key.columns.map((column) => sql`${own(column)} DESC`)
  const [row] = await session.query<KeyRow>(sql`SELECT ${joinSql(texts)} FROM ${from(session, key)} ORDER BY ${joinSql(order)} LIMIT 1`)
  return row && keyIn(row, key)
}

/**
 * Reads the end of a range with one query for each alternative. Each alternative is one interval of the index, of which the server
 * reads at most `rows` rows. For all alternatives in one condition, MySQL can expect more rows than the table has, and then reads the
 * index from its beginning.
 */
async function endOf(
  session: RangeQuerySession,
  key: RowWalkKey,
  { after, upTo }: RowWalkKeyRange,
  rows: number,
): Promise<RowWalkKeyValue> {
  const found = key.columns.map((column, index) => sql`${keepKey(own(column), column)} AS ${numbered(index)}`)
  const intervals = after ? alternativesAbove(compared(key, own, after)).map((all) => sql`WHERE ${allOf(all)}`) : [sql``]
  const order = joinSql(key.columns.map(own))
  const pages = intervals.map(
    (where) => sql`(SELECT ${joinSql(found)} FROM ${from(session, key)} ${where} ORDER BY ${order} LIMIT ${sqlValue(String(rows))})`,
  )
  const texts = key.columns.map((column, index) => sql`${keyValueAsTextSql(paged(column, index), column)} AS ${numbered(index)}`)
  const [row] = await session.query<KeyRow & { readonly inside: number }>(
    sql`SELECT ${joinSql(texts)}, ${conditionOnSide('at most', compared(key, paged, upTo))} AS inside
    FROM (${joinSql(pages, sql` UNION ALL `)}) AS page ORDER BY ${joinSql(key.columns.map(paged))} LIMIT 1 OFFSET ${sqlValue(String(rows - 1))}`,
  )
  return Number(row?.inside) === 1 && row ? keyIn(row, key) : upTo
}

function limit(parts: readonly string[], key: RowWalkKey, range: RowWalkKeyRange, alias: string): StatementLimitedToRange {
  const condition = sql`(${inRange(key, (column) => sqlName(alias, column.name), range)})`
  const { text, values } = compileMysqlStatement(joinSql(parts.map(sqlVerbatim), condition))
  return { text, values: values.map(String) }
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

function paged(_: RowWalkKeyColumn, index: number): SqlStatement {
  return sql`page.${numbered(index)}`
}

function numbered(index: number): SqlStatement {
  return sqlName(String(index))
}

/** Makes the condition of a range without row values, because MySQL and MariaDB read the whole index for row values. */
function inRange(key: RowWalkKey, refer: ColumnOf, { after, upTo }: RowWalkKeyRange): SqlStatement {
  const below = conditionOnSide('at most', compared(key, refer, upTo))
  return after ? sql`${conditionOnSide('greater', compared(key, refer, after))} AND ${below}` : below
}

function compared({ columns }: RowWalkKey, refer: ColumnOf, texts: RowWalkKeyValue): readonly ComparedKeyColumn[] {
  return columns.map((column, index) => {
    return {
      column: refer(column, index),
      value: keyValueFromTextSql(sql`${sqlValue(texts[index] ?? '')}`, column),
      operator: comparisonOperatorSql,
    }
  })
}

function keyIn(row: KeyRow, { columns }: RowWalkKey): RowWalkKeyValue {
  return columns.map((_, index) => row[String(index)] ?? '')
}
