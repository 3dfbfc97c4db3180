import type { KeyColumn, KeyRange, KeyValue } from '../../../dialect/ranges.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import {
  type Alternatives,
  allOf,
  alternativesAbove,
  alternativesUpTo,
  type ComparedColumn,
  comparison,
  conditionOnSide,
  plainOperator,
  type Side,
} from '../../keyset.ts'

/** The columns of a key, as the statement refers to them, in order. */
export type ColumnOf = (column: KeyColumn, index: number) => SqlStatement

/**
 * The condition that a key is on this side of another one, as row values: with them, the server reads the rows in the order of the
 * index from there on.
 */
export function isOnSide(columns: readonly KeyColumn[], refer: ColumnOf, side: Side, key: KeyValue): SqlStatement {
  const pairs = compared(columns, refer, key)
  // Row values have one operator for all columns.
  if (pairs.length === 1 || columns.some(({ operators }) => operators !== undefined)) return conditionOnSide(side, pairs)
  const row = (of: 'column' | 'value') => sql`(${joinSql(pairs.map((pair) => pair[of]))})`
  return sql`${row('column')} ${side === 'greater' ? sql`>` : sql`<=`} ${row('value')}`
}

/**
 * The condition that a key is in the range, as alternatives of plain comparisons. The planner estimates the rows of each alternative
 * with the statistics of all columns. Of row values, it uses only the first column, and can decide to read the whole table.
 */
export function inRange(columns: readonly KeyColumn[], refer: ColumnOf, { after, upTo }: KeyRange): SqlStatement {
  const below = compared(columns, refer, upTo)
  const alternatives = after ? between(compared(columns, refer, after), below, isEqual(after, upTo)) : alternativesUpTo(below)
  return joinSql(alternatives.map(allOf), sql` OR `)
}

function between(
  [low, ...lows]: readonly ComparedColumn[],
  [high, ...highs]: readonly ComparedColumn[],
  [isSame, ...same]: readonly boolean[],
): Alternatives {
  if (!low || !high) return []
  if (lows.length === 0) return [[comparison(low, '>'), comparison(high, '<=')]]
  const both = between(lows, highs, same)
  if (isSame) return both.map((all) => [comparison(high, '='), ...all])
  return [
    ...alternativesAbove(lows).map((all) => [comparison(low, '='), comparison(high, '<'), ...all]),
    [comparison(low, '>'), comparison(high, '<')],
    ...alternativesUpTo(highs).map((all) => [comparison(low, '>'), comparison(high, '='), ...all]),
    // Two texts can be equal for the server: 'a' and 'A' in a collation without case.
    ...both.map((all) => [comparison(low, '='), comparison(high, '='), ...all]),
  ]
}

function isEqual(one: KeyValue, other: KeyValue): readonly boolean[] {
  return one.map((text, index) => text === other[index])
}

function compared(columns: readonly KeyColumn[], refer: ColumnOf, key: KeyValue): readonly ComparedColumn[] {
  return columns.map((column, index) => ({
    column: refer(column, index),
    value: sql`${sqlValue(key[index] ?? '')}::${sqlVerbatim(column.type)}`,
    operator: (sign) =>
      column.operators === undefined ? plainOperator(sign) : sql`OPERATOR(${sqlName(column.operators)}.${plainOperator(sign)})`,
  }))
}
