import type { KeyColumn, KeyRange, KeyValue, LimitedStatement, QuerySession, Ranges, WalkKey } from '../../../dialect/ranges.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import { allOf, alternativesAbove, type ComparedColumn, conditionOnSide, plainOperator } from '../../keyset.ts'
import { splitAtBatch } from '../text/batch.ts'
import { compileMysqlStatement } from '../text/notation.ts'
import { chooseMysqlWalkKey } from './key.ts'
import { keepKey, readKey, writeKey } from './value.ts'

export const mysqlRanges: Ranges = { keyOf: chooseMysqlWalkKey, last, endOf, split: splitAtBatch, limit }

async function last(session: QuerySession, key: WalkKey): Promise<KeyValue | undefined> {
  const texts = key.columns.map((column, index) => sql`${readKey(own(column), column)} AS ${numbered(index)}`)
  const order = key.columns.map((column) => sql`${own(column)} DESC`)
  const [row] = await session.query<KeyRow>(sql`SELECT ${joinSql(texts)} FROM ${from(session, key)} ORDER BY ${joinSql(order)} LIMIT 1`)
  return row && keyIn(row, key)
}

/**
 * Each alternative is one interval of the index, of which the server reads at most `rows` rows. For all of them in one condition, MySQL
 * can expect more rows than the table has, and then reads the index from its beginning.
 */
async function endOf(session: QuerySession, key: WalkKey, { after, upTo }: KeyRange, rows: number): Promise<KeyValue> {
  const found = key.columns.map((column, index) => sql`${keepKey(own(column), column)} AS ${numbered(index)}`)
  const intervals = after ? alternativesAbove(compared(key, own, after)).map((all) => sql`WHERE ${allOf(all)}`) : [sql``]
  const order = joinSql(key.columns.map(own))
  const pages = intervals.map(
    (where) => sql`(SELECT ${joinSql(found)} FROM ${from(session, key)} ${where} ORDER BY ${order} LIMIT ${sqlValue(String(rows))})`,
  )
  const texts = key.columns.map((column, index) => sql`${readKey(paged(column, index), column)} AS ${numbered(index)}`)
  const [row] = await session.query<KeyRow & { readonly inside: number }>(
    sql`SELECT ${joinSql(texts)}, ${conditionOnSide('at most', compared(key, paged, upTo))} AS inside
    FROM (${joinSql(pages, sql` UNION ALL `)}) AS page ORDER BY ${joinSql(key.columns.map(paged))} LIMIT 1 OFFSET ${sqlValue(String(rows - 1))}`,
  )
  return Number(row?.inside) === 1 && row ? keyIn(row, key) : upTo
}

function limit(parts: readonly string[], key: WalkKey, range: KeyRange, alias: string): LimitedStatement {
  const condition = sql`(${inRange(key, (column) => sqlName(alias, column.name), range)})`
  const { text, values } = compileMysqlStatement(joinSql(parts.map(sqlVerbatim), condition))
  return { text, values: values.map(String) }
}

type KeyRow = Readonly<Record<string, string>>
type ColumnOf = (column: KeyColumn, index: number) => SqlStatement

const TABLE = sql`t`

function from({ database }: QuerySession, { table }: WalkKey): SqlStatement {
  return sql`${sqlName(database, table)} AS ${TABLE}`
}

function own(column: KeyColumn): SqlStatement {
  return sql`${TABLE}.${sqlName(column.name)}`
}

function paged(_: KeyColumn, index: number): SqlStatement {
  return sql`page.${numbered(index)}`
}

function numbered(index: number): SqlStatement {
  return sqlName(String(index))
}

/** For row values, these servers read the whole index. */
function inRange(key: WalkKey, refer: ColumnOf, { after, upTo }: KeyRange): SqlStatement {
  const below = conditionOnSide('at most', compared(key, refer, upTo))
  return after ? sql`${conditionOnSide('greater', compared(key, refer, after))} AND ${below}` : below
}

function compared({ columns }: WalkKey, refer: ColumnOf, texts: KeyValue): readonly ComparedColumn[] {
  return columns.map((column, index) => {
    return { column: refer(column, index), value: writeKey(sql`${sqlValue(texts[index] ?? '')}`, column), operator: plainOperator }
  })
}

function keyIn(row: KeyRow, { columns }: WalkKey): KeyValue {
  return columns.map((_, index) => row[String(index)] ?? '')
}
