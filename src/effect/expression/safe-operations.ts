import { compareColumnTypes } from '../widening.ts'

/** The properties of one operand of an expression. */
export interface OperandProperties {
  readonly type?: string | undefined
  readonly nullable: boolean
  /** True if the operand contains no column and no function. */
  readonly isConstant: boolean
  /** The text of the literal, if the operand is a literal. */
  readonly literal?: string
}

const COMPARES = /^(?:=|<>|!=|<|>|<=|>=|<=>|@>|<@|&&|\?|\?\||\?&|~~|!~~|~~\*|!~~\*|~|~\*|!~|!~\*|@@|\^@)$/
const BY_PATTERN = /~/
const UNBOUNDED = /^(?:numeric|decimal)$/
const EXACT = /^(?:numeric|decimal|smallint|integer|int|bigint)\b/
const IN_TIME = /^(?:date|datetime|timestamp|time|interval)\b/

/**
 * Returns true if an operation is safe, which means that it has a value for all values of its operands. `left` is undefined for
 * an operator with one operand.
 */
export function isSafeOperation(operator: string, left: OperandProperties | undefined, right: OperandProperties): boolean {
  // A comparison with a pattern is safe only if the pattern is constant, because a column can contain an invalid pattern.
  if (COMPARES.test(operator)) return !BY_PATTERN.test(operator) || right.isConstant
  // The operator || counts as unsafe for arrays, because arrays with different dimensions cannot be concatenated.
  if (operator === '||') return [left, right].every((one) => one?.type === undefined || !one.type.endsWith('[]'))
  if (/^(?:->|->>|#>|#>>|&|\||#|<<|>>|!)$/.test(operator)) return true
  const operands = left ? [left, right] : [right]
  if (/^[-+*]$/.test(operator)) {
    if (operator !== '*' && operands.some(({ type }) => type !== undefined && IN_TIME.test(type))) return true
    return operands.every((one) => isUnlimited(one)) && operands.some(({ type }) => type !== undefined && UNBOUNDED.test(bare(type)))
  }
  if (operator === '/' || operator === '%')
    return right.isConstant && /^[\d.]*[1-9]/.test(right.literal ?? '') && left?.type !== undefined && EXACT.test(left.type)
  return false
}

/**
 * Returns true if the operand is a constant, or has an exact numeric type such as integer. If all operands of `+`, `-` or `*` are
 * of this kind, and one of them is a numeric without a size, the operation cannot overflow.
 */
function isUnlimited({ type, isConstant }: OperandProperties): boolean {
  return isConstant || (type !== undefined && EXACT.test(type))
}

/** Returns the name of a SQL type without its size. */
function bare(type: string): string {
  return type.replace(/\(.*\)$/, '')
}

/** Returns the result type of an operation. Returns undefined if the type is unknown. */
export function typeOfOperation(operator: string, left: OperandProperties, right: OperandProperties): string | undefined {
  if (COMPARES.test(operator)) return 'boolean'
  if (operator === '||') return left.type !== undefined && /^jsonb$|\[\]$/.test(left.type) ? left.type : 'text'
  if (operator === '->>' || operator === '#>>') return 'text'
  if (operator === '->' || operator === '#>') return left.type
  const known = [left.type, right.type].filter((type) => type !== undefined)
  return known.find((type) => IN_TIME.test(type)) ?? known.map(bare).find((type) => UNBOUNDED.test(type))
}

const WHOLE = ['smallint', 'integer', 'bigint']

/**
 * Returns true if a cast is safe, which means that it has a result for all values of its operand. A cast to varchar(n) of
 * PostgreSQL is safe, because it shortens the text instead of failing.
 */
export function isSafeCast(from: string | undefined, to: string): boolean {
  if (/^(?:text|name|character varying|character|varchar|bpchar|"char")(?:\(\d+\))?(?:\[\])?$/.test(to)) return true
  if (/^char(?: charset \w+)?$/.test(to)) return true
  if (from === undefined) return false
  if (from === to || compareColumnTypes(from, to) !== 'no') return true
  const whole = WHOLE.indexOf(from)
  if (whole >= 0) return WHOLE.indexOf(to) > whole || /^(?:numeric|decimal|double precision|real|boolean|signed|oid)$/.test(to)
  if (/^(?:tinyint|smallint|mediumint|int|bigint)\b/.test(from)) return to === (from.includes('unsigned') ? 'unsigned' : 'signed')
  if (from === 'boolean') return to === 'integer'
  if (from === 'real') return to === 'double precision'
  if (/^(?:date|timestamp|datetime)\b/.test(from)) return IN_TIME.test(to)
  return false
}

/**
 * Returns true if a column of the type `to` can store every value of an expression of the type `from`. A type without a limit,
 * such as text, can store every value. For a limited type, the result is true only if the engine knows that the type includes all
 * values of `from`.
 */
export function doesColumnTypeHoldEveryValue(to: string, from: string | undefined): boolean {
  if (from !== undefined && (from === to || compareColumnTypes(from, to) !== 'no' || (WHOLE.includes(from) && to === 'int'))) return true
  // MySQL and MariaDB represent the result of a comparison as the integer 0 or 1, which every integer type can store.
  if (from === 'boolean' && /^(?:tinyint|smallint|mediumint|int|bigint)\b/.test(to)) return true
  return !LIMITED.test(to)
}

const LIMITED =
  /^(?:(?:character varying|character|varchar|char|bit|bit varying|binary|varbinary|numeric|decimal)\(|tinyint|smallint|mediumint|integer|int\b|bigint|real|float|date$|enum|set\()/
