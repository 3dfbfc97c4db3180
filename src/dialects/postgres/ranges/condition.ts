import type { RowWalkKeyColumn, RowWalkKeyRange, RowWalkKeyValue } from '../../../dialect/ranges.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import {
  type ComparedKeyColumn,
  type ConditionAlternatives,
  columnComparisonSql,
  comparisonOperatorSql,
  conditionAlternativesAboveKey,
  conditionAlternativesUpToKey,
  joinSqlConditionsWithAnd,
  type KeyComparisonSide,
  keySideConditionSql,
} from '../../keyset.ts'

/** Returns the SQL with which a statement refers to a column of the key that divides the rows into ranges. */
export type ReferToKeyColumn = (column: RowWalkKeyColumn, index: number) => SqlStatement

/**
 * Returns the SQL condition that selects the rows on one side of a key. The condition uses row values if possible: `(a, b) > (x,
 * y)`. For row values, the server reads the rows in the order of the index, and begins at the key.
 */
export function postgresKeySideConditionSql(
  columns: readonly RowWalkKeyColumn[],
  refer: ReferToKeyColumn,
  side: KeyComparisonSide,
  key: RowWalkKeyValue,
): SqlStatement {
  const pairs = compared(columns, refer, key)
  // A comparison of row values has one operator for all columns. If a column needs an operator of its own, the condition
  // therefore compares single columns.
  if (pairs.length === 1 || columns.some(({ operators }) => operators !== undefined)) return keySideConditionSql(side, pairs)
  const row = (of: 'column' | 'value') => sql`(${joinSql(pairs.map((pair) => pair[of]))})`
  return sql`${row('column')} ${side === 'greater' ? sql`>` : sql`<=`} ${row('value')}`
}

/**
 * Returns the SQL condition that selects the rows of a range. The condition consists of single comparisons in alternatives that
 * OR connects. The planner estimates the rows of each alternative with the statistics of all columns. For row values, the planner
 * would use only the first column, and could decide to read the whole table.
 */
export function postgresKeyRangeConditionSql(
  columns: readonly RowWalkKeyColumn[],
  refer: ReferToKeyColumn,
  { after, upTo }: RowWalkKeyRange,
): SqlStatement {
  const below = compared(columns, refer, upTo)
  const alternatives = after ? between(compared(columns, refer, after), below, isEqual(after, upTo)) : conditionAlternativesUpToKey(below)
  return joinSql(alternatives.map(joinSqlConditionsWithAnd), sql` OR `)
}

/** Returns the SQL condition that selects the row with the given key. */
export function postgresKeyEqualityConditionSql(
  columns: readonly RowWalkKeyColumn[],
  refer: ReferToKeyColumn,
  key: RowWalkKeyValue,
): SqlStatement {
  return joinSqlConditionsWithAnd(compared(columns, refer, key).map((pair) => columnComparisonSql(pair, '=')))
}

function between(
  [low, ...lows]: readonly ComparedKeyColumn[],
  [high, ...highs]: readonly ComparedKeyColumn[],
  [isSame, ...same]: readonly boolean[],
): ConditionAlternatives {
  if (!low || !high) return []
  if (lows.length === 0) return [[columnComparisonSql(low, '>'), columnComparisonSql(high, '<=')]]
  const both = between(lows, highs, same)
  if (isSame) return both.map((all) => [columnComparisonSql(high, '='), ...all])
  return [
    ...conditionAlternativesAboveKey(lows).map((all) => [columnComparisonSql(low, '='), columnComparisonSql(high, '<'), ...all]),
    [columnComparisonSql(low, '>'), columnComparisonSql(high, '<')],
    ...conditionAlternativesUpToKey(highs).map((all) => [columnComparisonSql(low, '>'), columnComparisonSql(high, '='), ...all]),
    // The two bounds of the range can begin with different texts that the server treats as equal, such as 'a' and 'A' in a
    // collation that ignores case. The last alternatives contain the rows whose value equals both texts.
    ...both.map((all) => [columnComparisonSql(low, '='), columnComparisonSql(high, '='), ...all]),
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
