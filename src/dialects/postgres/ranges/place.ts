import type { RangeQuerySession, RowWalkKey, RowWalkKeyRange, RowWalkKeyValue } from '../../../dialect/ranges.ts'
import { sql, sqlName, sqlTableName, sqlValue } from '../../../dialect/sql.ts'
import { quotePostgresIdentifier, splitQualifiedTableName } from '../text/notation.ts'
import { postgresKeyRangeConditionSql } from './condition.ts'

// The largest number that a row can have within a block of a table.
const LAST_OF_BLOCK = 65_535

/**
 * Reads the last physical position (ctid) that a row of the table can have. For a partitioned table, the result is the last
 * position in the largest partition. Returns undefined if the table has no block.
 */
export async function readLastPossibleCtid(session: RangeQuerySession, table: string): Promise<RowWalkKeyValue | undefined> {
  const quoted = splitQualifiedTableName(table).map(quotePostgresIdentifier).join('.')
  const [row] = await session.query<{ readonly blocks: number | null }>(sql`
    SELECT (max(pg_relation_size(oid)) / current_setting('block_size')::int8)::float8 AS blocks
    FROM (SELECT ${sqlValue(quoted)}::regclass::oid UNION SELECT relid::oid FROM pg_partition_tree(${sqlValue(quoted)}::regclass)) AS part (oid)`)
  const blocks = row?.blocks ?? 0
  return blocks === 0 ? undefined : [`(${blocks - 1},${LAST_OF_BLOCK})`]
}

/**
 * Returns the position at which the first `rows` rows of a range end. The range is a range of physical positions (ctid). If the
 * range has fewer rows, returns the end of the range. The inner query has no ORDER BY, because ORDER BY would sort the whole range.
 * Without ORDER BY, the server reads the blocks in their order. If the server read the blocks in another order, the found part
 * would only contain more rows.
 */
export async function readEndOfCtidRange(
  session: RangeQuerySession,
  { table, columns }: RowWalkKey,
  range: RowWalkKeyRange,
  rows: number,
): Promise<RowWalkKeyValue> {
  const place = sqlName('t', 'ctid')
  const [row] = await session.query<{ readonly found: number; readonly end: string }>(sql`
    SELECT (count(*) OVER ())::float8 AS found, place::text AS "end"
    FROM (SELECT ${place} AS place FROM ${sqlTableName(table)} AS t WHERE ${postgresKeyRangeConditionSql(columns, () => place, range)} LIMIT ${sqlValue(rows)}) AS page
    ORDER BY page.place DESC LIMIT 1`)
  return row && row.found >= rows ? [row.end] : range.upTo
}
