import { joinSql, type SqlStatement, sql } from '../dialect/sql.ts'

export type ComparisonSign = '<' | '>' | '<=' | '>=' | '='

/** A column of a key, the value to compare with the column, and the comparison operators. */
export interface ComparedKeyColumn {
  readonly column: SqlStatement
  readonly value: SqlStatement
  /** Returns the SQL operator for this sign, with the schema of the operator if the operator needs a schema. */
  readonly operator: (sign: ComparisonSign) => SqlStatement
}

/**
 * The side of a given key on which the rows of a condition are. 'greater': the key of the row is greater. 'at most': the key of
 * the row is smaller or equal.
 */
export type KeyComparisonSide = 'greater' | 'at most'

/**
 * Returns the condition that a key is on this side of another key, without row values: `a >= x AND (a > x OR (a = x AND b > y))`.
 */
export function conditionOnSide(side: KeyComparisonSide, [first, ...rest]: readonly ComparedKeyColumn[]): SqlStatement {
  if (!first) return sql`true`
  if (rest.length === 0) return columnComparison(first, side === 'greater' ? '>' : '<=')
  const [strict, inclusive] = side === 'greater' ? (['>', '>='] as const) : (['<', '<='] as const)
  return sql`${columnComparison(first, inclusive)} AND (${columnComparison(first, strict)} OR (${columnComparison(first, '=')} AND ${conditionOnSide(side, rest)}))`
}

/**
 * The alternatives of a condition. An alternative is a list of comparisons, and is true for a row if all its comparisons are
 * true. At most one alternative is true for a row.
 */
export type ConditionAlternatives = readonly (readonly SqlStatement[])[]

/** Returns the alternatives of the condition that a key is greater than another key: `a > x`, or `a = x AND b > y`. */
export function alternativesAbove([first, ...rest]: readonly ComparedKeyColumn[]): ConditionAlternatives {
  return first ? [[columnComparison(first, '>')], ...alternativesAbove(rest).map((all) => [columnComparison(first, '='), ...all])] : []
}

/** Returns the alternatives of the condition that a key is at most another key: `a < x`, or `a = x AND b <= y`. */
export function alternativesUpTo([first, ...rest]: readonly ComparedKeyColumn[]): ConditionAlternatives {
  if (!first) return []
  return rest.length === 0
    ? [[columnComparison(first, '<=')]]
    : [[columnComparison(first, '<')], ...alternativesUpTo(rest).map((all) => [columnComparison(first, '='), ...all])]
}

export function columnComparison({ column, value, operator }: ComparedKeyColumn, sign: ComparisonSign): SqlStatement {
  return sql`${column} ${operator(sign)} ${value}`
}

/** Returns the condition that all given conditions are true. */
export function allConditionsHold(conditions: readonly SqlStatement[]): SqlStatement {
  return joinSql(conditions, sql` AND `)
}

/** Returns a comparison operator without a schema. The server then searches for the operator in the search path. */
export function comparisonOperatorSql(sign: ComparisonSign): SqlStatement {
  return OPERATORS[sign]
}

const OPERATORS = { '<': sql`<`, '>': sql`>`, '<=': sql`<=`, '>=': sql`>=`, '=': sql`=` } as const
