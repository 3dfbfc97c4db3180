import { joinSql, type SqlStatement, sql } from '../dialect/sql.ts'

export type ComparisonSign = '<' | '>' | '<=' | '>=' | '='

/** A column of a key, the value with which the column is compared, and the operators for the comparison. */
export interface ComparedKeyColumn {
  readonly column: SqlStatement
  readonly value: SqlStatement
  /** Returns the SQL operator with this sign, with its schema if the operator needs one. */
  readonly operator: (sign: ComparisonSign) => SqlStatement
}

/** On which side of a given key the rows of a condition are: greater than the key, or at most the key. */
export type KeyComparisonSide = 'greater' | 'at most'

/** Makes the condition that a key is on this side of another key, without row values: `a >= x AND (a > x OR (a = x AND b > y))`. */
export function conditionOnSide(side: KeyComparisonSide, [first, ...rest]: readonly ComparedKeyColumn[]): SqlStatement {
  if (!first) return sql`true`
  if (rest.length === 0) return columnComparison(first, side === 'greater' ? '>' : '<=')
  const [strict, inclusive] = side === 'greater' ? (['>', '>='] as const) : (['<', '<='] as const)
  return sql`${columnComparison(first, inclusive)} AND (${columnComparison(first, strict)} OR (${columnComparison(first, '=')} AND ${conditionOnSide(side, rest)}))`
}

/** The alternatives of a condition, each a list of comparisons that must all hold. At most one of the alternatives holds for a row. */
export type ConditionAlternatives = readonly (readonly SqlStatement[])[]

/** Makes the alternatives in which a key is greater than another key: `a > x`, or `a = x AND b > y`. */
export function alternativesAbove([first, ...rest]: readonly ComparedKeyColumn[]): ConditionAlternatives {
  return first ? [[columnComparison(first, '>')], ...alternativesAbove(rest).map((all) => [columnComparison(first, '='), ...all])] : []
}

/** Makes the alternatives in which a key is at most another key: `a < x`, or `a = x AND b <= y`. */
export function alternativesUpTo([first, ...rest]: readonly ComparedKeyColumn[]): ConditionAlternatives {
  if (!first) return []
  return rest.length === 0
    ? [[columnComparison(first, '<=')]]
    : [[columnComparison(first, '<')], ...alternativesUpTo(rest).map((all) => [columnComparison(first, '='), ...all])]
}

export function columnComparison({ column, value, operator }: ComparedKeyColumn, sign: ComparisonSign): SqlStatement {
  return sql`${column} ${operator(sign)} ${value}`
}

/** Makes the condition that all of the given conditions hold. */
export function allConditionsHold(conditions: readonly SqlStatement[]): SqlStatement {
  return joinSql(conditions, sql` AND `)
}

/** Makes the operator that the server finds by its sign, without a schema. */
export function comparisonOperatorSql(sign: ComparisonSign): SqlStatement {
  return OPERATORS[sign]
}

const OPERATORS = { '<': sql`<`, '>': sql`>`, '<=': sql`<=`, '>=': sql`>=`, '=': sql`=` } as const
