import { joinSql, type SqlStatement, sql } from '../dialect/sql.ts'

export type ComparisonSign = '<' | '>' | '<=' | '>=' | '='

/** One comparison of a range condition: a column of the key, the value to compare with the column, and the comparison operators. */
export interface ComparedKeyColumn {
  readonly column: SqlStatement
  readonly value: SqlStatement
  /**
   * Returns the SQL operator for a comparison sign such as `>`. The result contains the schema of the operator if the operator
   * needs a schema.
   */
  readonly operator: (sign: ComparisonSign) => SqlStatement
}

/**
 * The rows that a condition selects, by the comparison of their key with a given key. 'greater': the rows with a greater key. 'at
 * most': the rows with a smaller or equal key.
 */
export type KeyComparisonSide = 'greater' | 'at most'

/**
 * Returns the SQL condition that selects the rows on one side of a key. The condition compares single columns: `a >= x AND (a > x
 * OR (a = x AND b > y))` instead of `(a, b) > (x, y)`.
 */
export function keySideConditionSql(side: KeyComparisonSide, [first, ...rest]: readonly ComparedKeyColumn[]): SqlStatement {
  if (!first) return sql`true`
  if (rest.length === 0) return columnComparisonSql(first, side === 'greater' ? '>' : '<=')
  const [strict, inclusive] = side === 'greater' ? (['>', '>='] as const) : (['<', '<='] as const)
  return sql`${columnComparisonSql(first, inclusive)} AND (${columnComparisonSql(first, strict)} OR (${columnComparisonSql(first, '=')} AND ${keySideConditionSql(side, rest)}))`
}

/**
 * A condition as a list of alternatives. An alternative is a list of comparisons, and is true for a row if all its comparisons
 * are true. For each row, at most one alternative is true.
 */
export type ConditionAlternatives = readonly (readonly SqlStatement[])[]

/** Returns the alternatives of the condition that a key is greater than another key: `a > x`, or `a = x AND b > y`. */
export function conditionAlternativesAboveKey([first, ...rest]: readonly ComparedKeyColumn[]): ConditionAlternatives {
  return first
    ? [[columnComparisonSql(first, '>')], ...conditionAlternativesAboveKey(rest).map((all) => [columnComparisonSql(first, '='), ...all])]
    : []
}

/** Returns the alternatives of the condition that a key is at most another key: `a < x`, or `a = x AND b <= y`. */
export function conditionAlternativesUpToKey([first, ...rest]: readonly ComparedKeyColumn[]): ConditionAlternatives {
  if (!first) return []
  return rest.length === 0
    ? [[columnComparisonSql(first, '<=')]]
    : [[columnComparisonSql(first, '<')], ...conditionAlternativesUpToKey(rest).map((all) => [columnComparisonSql(first, '='), ...all])]
}

export function columnComparisonSql({ column, value, operator }: ComparedKeyColumn, sign: ComparisonSign): SqlStatement {
  return sql`${column} ${operator(sign)} ${value}`
}

/** Joins SQL conditions with AND. */
export function joinSqlConditionsWithAnd(conditions: readonly SqlStatement[]): SqlStatement {
  return joinSql(conditions, sql` AND `)
}

/** Returns the SQL of a comparison operator, without the schema of the operator. */
export function comparisonOperatorSql(sign: ComparisonSign): SqlStatement {
  return OPERATORS[sign]
}

const OPERATORS = { '<': sql`<`, '>': sql`>`, '<=': sql`<=`, '>=': sql`>=`, '=': sql`=` } as const
