import { joinSql, type SqlStatement, sql } from '../dialect/sql.ts'

export type Sign = '<' | '>' | '<=' | '>=' | '='

/** A column of a key, the value with which it is compared, and the operators between both. */
export interface ComparedColumn {
  readonly column: SqlStatement
  readonly value: SqlStatement
  /** The operator with this sign, which can need a schema. */
  readonly operator: (sign: Sign) => SqlStatement
}

/** The side of a key on which the rows of a condition are: greater than the key, or at most the key. */
export type Side = 'greater' | 'at most'

/** The condition that a key is on this side of another one, without row values: `a >= x AND (a > x OR (a = x AND b > y))`. */
export function conditionOnSide(side: Side, [first, ...rest]: readonly ComparedColumn[]): SqlStatement {
  if (!first) return sql`true`
  if (rest.length === 0) return comparison(first, side === 'greater' ? '>' : '<=')
  const [strict, inclusive] = side === 'greater' ? (['>', '>='] as const) : (['<', '<='] as const)
  return sql`${comparison(first, inclusive)} AND (${comparison(first, strict)} OR (${comparison(first, '=')} AND ${conditionOnSide(side, rest)}))`
}

/** Alternatives, each a list of comparisons that all hold. At most one of the alternatives holds for a row. */
export type Alternatives = readonly (readonly SqlStatement[])[]

/** The alternatives in which a key is greater than another one: `a > x`, or `a = x AND b > y`. */
export function alternativesAbove([first, ...rest]: readonly ComparedColumn[]): Alternatives {
  return first ? [[comparison(first, '>')], ...alternativesAbove(rest).map((all) => [comparison(first, '='), ...all])] : []
}

/** The alternatives in which a key is at most another one: `a < x`, or `a = x AND b <= y`. */
export function alternativesUpTo([first, ...rest]: readonly ComparedColumn[]): Alternatives {
  if (!first) return []
  return rest.length === 0
    ? [[comparison(first, '<=')]]
    : [[comparison(first, '<')], ...alternativesUpTo(rest).map((all) => [comparison(first, '='), ...all])]
}

export function comparison({ column, value, operator }: ComparedColumn, sign: Sign): SqlStatement {
  return sql`${column} ${operator(sign)} ${value}`
}

/** The condition that all of these hold. */
export function allOf(conditions: readonly SqlStatement[]): SqlStatement {
  return joinSql(conditions, sql` AND `)
}

/** The operator that the server finds by its sign. */
export function plainOperator(sign: Sign): SqlStatement {
  return OPERATORS[sign]
}

const OPERATORS = { '<': sql`<`, '>': sql`>`, '<=': sql`<=`, '>=': sql`>=`, '=': sql`=` } as const
