import type { RowWalkKeyColumn, RowWalkKeyRange, RowWalkKeyValue } from '../../../dialect/ranges.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import {
  alternativesAboveKey,
  alternativesUpToKey,
  type ComparedKeyColumn,
  type ConditionAlternatives,
  columnComparison,
  comparisonOperatorSql,
  joinWithAnd,
  type KeyComparisonSide,
  keySideCondition,
} from '../../keyset.ts'

/** Returns the SQL with which a statement refers to a column of the key that divides the rows into ranges. */
export type ReferToKeyColumn = (column: RowWalkKeyColumn, index: number) => SqlStatement

/**
 * Returns the SQL condition that selects the rows on one side of a key. The condition uses row values if possible: `(a, b) > (x,
 * y)`. For row values, the server reads the rows in the order of the index, and begins at the key.
 */
export function keyIsOnSideSql(
  columns: readonly RowWalkKeyColumn[],
  refer: ReferToKeyColumn,
  side: KeyComparisonSide,
  key: RowWalkKeyValue,
): SqlStatement {
  const pairs = compared(columns, refer, key)
  // A comparison of row values has one operator for all columns. If a column needs an operator of its own, the condition
  // therefore compares single columns.
  if (pairs.length === 1 || columns.some(({ operators }) => operators !== undefined)) return keySideCondition(side, pairs)
  const row = (of: 'column' | 'value') => sql`(${joinSql(pairs.map((pair) => pair[of]))})`
  return sql`${row('column')} ${side === 'greater' ? sql`>` : sql`<=`} ${row('value')}`
}

/**
 * Returns the SQL condition that selects the rows of a range. The condition consists of single comparisons in alternatives that
 * OR connects. The planner estimates the rows of each alternative with the statistics of all columns. For row values, the planner
 * would use only the first column, and could decide to read the whole table.
 */
export function keyIsInRangeSql(
  columns: readonly RowWalkKeyColumn[],
  refer: ReferToKeyColumn,
  { after, upTo }: RowWalkKeyRange,
): SqlStatement {
  const below = compared(columns, refer, upTo)
  const alternatives = after ? between(compared(columns, refer, after), below, isEqual(after, upTo)) : alternativesUpToKey(below)
  return joinSql(alternatives.map(joinWithAnd), sql` OR `)
}

/** Returns the SQL condition that selects the row with the given key. */
export function keyEqualsSql(columns: readonly RowWalkKeyColumn[], refer: ReferToKeyColumn, key: RowWalkKeyValue): SqlStatement {
  return joinWithAnd(compared(columns, refer, key).map((pair) => columnComparison(pair, '=')))
}

function between(
  [low, ...lows]: readonly ComparedKeyColumn[],
  [high, ...highs]: readonly ComparedKeyColumn[],
  [isSame, ...same]: readonly boolean[],
): ConditionAlternatives {
  if (!low || !high) return []
  if (lows.length === 0) return [[columnComparison(low, '>'), columnComparison(high, '<=')]]
  const both = between(lows, highs, same)
  if (isSame) return both.map((all) => [columnComparison(high, '='), ...all])
  return [
    ...alternativesAboveKey(lows).map((all) => [columnComparison(low, '='), columnComparison(high, '<'), ...all]),
    [columnComparison(low, '>'), columnComparison(high, '<')],
    ...alternativesUpToKey(highs).map((all) => [columnComparison(low, '>'), columnComparison(high, '='), ...all]),
    // The server can treat two different texts as equal, such as 'a' and 'A' in a collation without case. The last alternatives
    // contain the rows of a range whose two bounds begin with such texts.
    ...both.map((all) => [columnComparison(low, '='), columnComparison(high, '='), ...all]),
  ]
}

function isEqual(one: RowWalkKeyValue, other: RowWalkKeyValue): readonly boolean[] {
  return one.map((text, index) => text === other[index])
}

function compared(columns: readonly RowWalkKeyColumn[], refer: ReferToKeyColumn, key: RowWalkKeyValue): readonly ComparedKeyColumn[] {
  return columns.map((column, index) => ({
    column: refer(column, index),
    value: sql`${sqlValue(key[index] ?? '')}::${sqlVerbatim(column.type)}`,
    operator: (sign) =>
      column.operators === undefined
        ? comparisonOperatorSql(sign)
        : sql`OPERATOR(${sqlName(column.operators)}.${comparisonOperatorSql(sign)})`,
  }))
}
