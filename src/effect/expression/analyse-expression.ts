import {
  functionCanReturnNull,
  functionFailsForSomeArguments,
  functionReturnsNullOnlyForAllNull,
  resultTypeOfSafeFunction,
} from './safe-functions.ts'
import { isSafeCast, isSafeOperation, type OperandProperties, typeOfOperation } from './safe-operations.ts'
import { type ExpressionToken as Token, tokenizeExpression } from './tokens.ts'

/** The properties of a column whose name occurs in an expression. */
export interface ColumnInExpression {
  readonly type: string
  readonly nullable: boolean
}

/** The properties of the values of an expression: its type, and whether it can fail or be NULL. */
export interface ExpressionProperties {
  /**
   * A phrase that names the first part of the expression that fails for some values, such as `the cast to integer`. The field is
   * absent if the server can compute a value for every row.
   */
  readonly fails?: string
  /** The type of the values, as the server prints the type. The field is absent if the engine cannot determine the type. */
  readonly type?: string
  /** True if the expression can be NULL for some rows. */
  readonly nullable: boolean
  /** The names of the columns in the expression, without repetitions. */
  readonly columns: readonly string[]
}

/** Returns the column with the given name, or undefined if no column has the name. */
export type FindColumnByName = (name: string) => ColumnInExpression | undefined

/**
 * Analyses an expression of a schema. The result contains the type, the nullability and the columns of the expression, and the part
 * that can fail for some rows. The text is the expression as a server prints it, with parentheses around its operations. The
 * function treats an operator, function or cast as safe only if it is known to return a value for every row. A part without columns
 * and functions is also safe: it has the same value in every row, and the shadow has already executed it.
 */
export function analyseExpression(expression: string, columns: FindColumnByName): ExpressionProperties {
  const reader = new ExpressionReader(expression, columns)
  const { type, nullable } = reader.sequence()
  return {
    nullable,
    columns: [...reader.columns],
    ...(type !== undefined && { type }),
    ...(reader.fails !== undefined && { fails: reader.fails }),
  }
}

const TYPE =
  /^\s*(?:"(?:[^"]|"")+"|\w+)(?:\.(?:"(?:[^"]|"")+"|\w+))?(?: varying| precision)?(?:\(\d+(?:, ?-?\d+)?\))?(?: unsigned)?(?: with(?:out)? time zone)?(?: charset \w+| array)?(?:\[\])*/i

const WORD_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['div', '/'],
  ['mod', '%'],
  ['regexp', '~'],
  ['rlike', '~'],
  ['and', '='],
  ['or', '='],
  ['xor', '='],
  ['like', '='],
])
/** The words that end an operand inside a CASE expression. */
const ENDS: ReadonlySet<string> = new Set(['when', 'then', 'else', 'end'])

class ExpressionReader {
  fails: string | undefined
  readonly columns = new Set<string>()
  readonly #find: FindColumnByName
  readonly #text: string
  #tokens: readonly Token[]
  #at = 0

  constructor(text: string, find: FindColumnByName) {
    this.#text = text
    this.#find = find
    this.#tokens = tokenizeExpression(text)
  }

  /** Parses the operands and operators of an expression up to a comma, a closing bracket or a word of CASE. */
  sequence(): OperandProperties {
    let left: OperandProperties | undefined
    for (let token = this.#peek(); token !== undefined && !isEnd(token); token = this.#peek()) {
      const operator = operatorOf(token)
      if (operator !== undefined) {
        this.#at += 1
        left = this.#operation(operator, left, this.#operand())
      } else left = this.#clause(token, left) ?? this.#operand()
    }
    return left ?? { nullable: false, isConstant: true }
  }

  /**
   * Parses a clause of an expression that follows an operand but is not an operator, such as IS NULL, IN (…), BETWEEN, AT TIME
   * ZONE or COLLATE.
   */
  #clause(token: Token, left: OperandProperties | undefined): OperandProperties | undefined {
    if (token.is !== 'word' || left === undefined) return undefined
    const word = token.text.toLowerCase()
    this.#at += 1
    if (word === 'is') {
      while (/^(?:not|null|true|false|unknown|distinct|from|json)$/i.test(this.#peek()?.text ?? '')) this.#at += 1
      return { type: 'boolean', nullable: false, isConstant: left.isConstant }
    }
    if (word === 'at') {
      this.#at += 2
      const zone = this.#operand()
      if (!zone.isConstant) this.#fail('AT TIME ZONE of a column')
      return { type: left.type === undefined ? undefined : 'timestamp without time zone', ...both(left, zone) }
    }
    if (word === 'collate') {
      this.#at += 1
      return left
    }
    if (word === 'operator') this.#fail('an operator of the project')
    // The remaining words cannot make an expression fail, such as NOT IN, BETWEEN, and the options of an index key. The only
    // exception is FROM or FOR in SUBSTRING, because a length from a column can be negative.
    const next = this.#peek()
    if (next === undefined || isEnd(next)) return left
    const right = this.#operand()
    if (/^(?:from|for)$/.test(word) && !left.isConstant && !right.isConstant) this.#fail('SUBSTRING with a length from a column')
    return { type: undefined, ...both(left, right) }
  }

  #operand(): OperandProperties {
    let operand = this.#primary()
    for (let token = this.#peek(); token?.is === 'cast' || token?.text === '['; token = this.#peek()) {
      this.#at += 1
      operand = token.is === 'cast' ? this.#cast(operand, this.#type()) : this.#subscript(operand)
    }
    return operand
  }

  #primary(): OperandProperties {
    const token = this.#peek()
    if (token === undefined || isEnd(token)) return { nullable: false, isConstant: true }
    this.#at += 1
    if (token.is === 'operator') return this.#operation(token.text, undefined, this.#operand())
    if (token.is === 'text' || token.is === 'number') return literalOf(token)
    if (token.text === '(') return this.#list()[0] ?? { nullable: false, isConstant: true }
    if (token.is === 'word' && token.text.toLowerCase() === 'array' && this.#peek()?.text === '[') return this.#array()
    return this.#named(token)
  }

  /** Parses an operand of an expression that begins with a name: a column, a function call, or a word of the grammar. */
  #named(token: Token): OperandProperties {
    let name = token.text
    for (; this.#peek()?.text === '.'; this.#at += 2) name += `.${this.#tokens[this.#at + 1]?.text ?? ''}`
    // PostgreSQL prints the function names left and right in quotation marks, because these names are reserved words.
    const word = token.is === 'word' || /^"(?:left|right)"$/.test(name) ? unquoted(name).toLowerCase() : ''
    if (word === 'case') return this.#case()
    if (this.#peek()?.text === '(' && !GROUPS.has(word)) return this.#call(name, word)
    if (word === 'null') return { nullable: true, isConstant: true }
    if (word === 'true' || word === 'false') return { type: 'boolean', nullable: false, isConstant: true }
    if (WORDS.has(word)) return this.#operand()
    const column = this.#find(unquoted(name))
    if (column) {
      this.columns.add(unquoted(name))
      return { type: column.type, nullable: column.nullable, isConstant: false }
    }
    // A word such as CURRENT_DATE, or the unit of EXTRACT and INTERVAL, counts as a constant.
    return { nullable: false, isConstant: true }
  }

  #call(name: string, word: string): OperandProperties {
    this.#at += 1
    const given = this.#list(false)
    if (word === 'cast') return given[0] ?? { nullable: true, isConstant: false }
    const varying = given.filter(({ isConstant }) => !isConstant)
    const total = resultTypeOfSafeFunction(word, (varying[0] ?? given[0])?.type)
    const takesMany = /^(?:coalesce|ifnull|if|nullif|greatest|least|concat|concat_ws|replace|num_nulls|num_nonnulls|jsonb_build_array|age)$/
    if (!total && varying.length === 0 && functionFailsForSomeArguments(word)) return { nullable: false, isConstant: true }
    if (!total || (word === 'current_setting' && given.length < 2) || (varying.length > 1 && !takesMany.test(word)))
      this.#fail(`the function ${name}`)
    const nullable = functionReturnsNullOnlyForAllNull(word) ? given.every((one) => one.nullable) : given.some((one) => one.nullable)
    return { type: total?.type, nullable: nullable || !total || functionCanReturnNull(word), isConstant: false }
  }

  /** Parses the rest of `CASE … END` after the word CASE. */
  #case(): OperandProperties {
    const branches: OperandProperties[] = []
    let hasElse = false
    for (let token = this.#peek(); token !== undefined; token = this.#peek()) {
      const word = token.text.toLowerCase()
      if (token.is !== 'word' || !ENDS.has(word)) {
        if (token.text === ')') break
        this.sequence()
        continue
      }
      this.#at += 1
      if (word === 'end') break
      hasElse ||= word === 'else'
      const read = this.sequence()
      if (word !== 'when') branches.push(read)
    }
    const [first] = branches
    const type = branches.every((one) => one.type === first?.type) ? first?.type : undefined
    return { type, nullable: !hasElse || branches.some((one) => one.nullable), isConstant: false }
  }

  /** Parses a list of operands after its opening parenthesis. `CAST (… AS type)` counts as a list with one operand. */
  #list(isGroup = true): readonly OperandProperties[] {
    const found: OperandProperties[] = []
    while (this.#peek() !== undefined && this.#peek()?.text !== ')') {
      let operand = this.sequence()
      const next = this.#peek()
      if (next?.text.toLowerCase() === 'as') {
        this.#at += 1
        operand = this.#cast(operand, this.#type())
      } else if (next !== undefined && next.text !== ')') this.#at += 1
      found.push(operand)
    }
    this.#at += 1
    const [first] = found
    return isGroup && first && found.length > 1 ? [found.reduce((one, other) => ({ type: first.type, ...both(one, other) }))] : found
  }

  #array(): OperandProperties {
    this.#at += 1
    const elements: OperandProperties[] = []
    while (this.#peek() !== undefined && this.#peek()?.text !== ']') {
      elements.push(this.sequence())
      if (this.#peek()?.text === ',') this.#at += 1
    }
    this.#at += 1
    const [first] = elements
    return {
      type: first?.type === undefined ? undefined : `${first.type}[]`,
      nullable: false,
      isConstant: elements.every(({ isConstant }) => isConstant),
    }
  }

  #subscript(operand: OperandProperties): OperandProperties {
    while (this.#peek() !== undefined && this.#peek()?.text !== ']') this.#at += 1
    this.#at += 1
    return { type: operand.type?.replace(/\[\]$/, ''), nullable: true, isConstant: operand.isConstant }
  }

  #cast(operand: OperandProperties, type: string): OperandProperties {
    if (!operand.isConstant && !isSafeCast(operand.type, type)) this.#fail(`the cast to ${type}`)
    // A value that is cast to text keeps its maximum length. The server itself adds such casts: it prints lower((name)::text) for a
    // column of the type varchar(50).
    return { ...operand, type: type === 'text' && operand.type?.startsWith('character varying(') ? operand.type : type }
  }

  #operation(operator: string, left: OperandProperties | undefined, right: OperandProperties): OperandProperties {
    const joined = left ? both(left, right) : { nullable: right.nullable, isConstant: right.isConstant }
    if (operator === '-' && !left && right.literal !== undefined) return { ...right, literal: `-${right.literal}` }
    if (!joined.isConstant && !isSafeOperation(operator, left, right)) this.#fail(NAMES.get(operator) ?? `the operator ${operator}`)
    const type = typeOfOperation(operator, left ?? right, right)
    return { type, ...joined, nullable: joined.nullable || /^[-#]>/.test(operator) }
  }

  /** Parses the name of a type at the current token. */
  #type(): string {
    const from = this.#tokens[this.#at - 1]?.end ?? 0
    const found = TYPE.exec(this.#text.slice(from))?.[0] ?? ''
    this.#tokens = [...this.#tokens.slice(0, this.#at), ...tokenizeExpression(this.#text, from + found.length)]
    return found.trim().toLowerCase()
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  #fail(part: string): void {
    this.fails ??= part
  }
}

/** The words of the SQL grammar after which parentheses only group operands. */
const GROUPS: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'in',
  'any',
  'all',
  'some',
  'like',
  'between',
  'from',
  'for',
  'when',
  'then',
  'else',
  'is',
])
/** The words of the SQL grammar that can precede an operand without making the operand fail. */
const WORDS: ReadonlySet<string> = new Set([
  'not',
  'distinct',
  'from',
  'for',
  'both',
  'leading',
  'trailing',
  'binary',
  'in',
  'any',
  'all',
  'some',
  'between',
  'symmetric',
])

const NAMES: ReadonlyMap<string, string> = new Map([
  ['/', 'the division'],
  ['%', 'the division'],
])

function isEnd({ is, text }: Token): boolean {
  return text === ')' || text === ']' || text === ',' || (is === 'word' && (ENDS.has(text.toLowerCase()) || /^as|using$/i.test(text)))
}

function operatorOf({ is, text }: Token): string | undefined {
  return is === 'operator' ? text : is === 'word' ? WORD_OPERATORS.get(text.toLowerCase()) : undefined
}

function both(left: OperandProperties, right: OperandProperties): Pick<OperandProperties, 'nullable' | 'isConstant'> {
  return { nullable: left.nullable || right.nullable, isConstant: left.isConstant && right.isConstant }
}

function literalOf({ is, text }: Token): OperandProperties {
  const type = is === 'text' ? undefined : /[.eE]/.test(text) ? 'numeric' : 'integer'
  return { type, nullable: false, isConstant: true, literal: is === 'text' ? text.slice(text.indexOf("'") + 1, -1) : text }
}

function unquoted(name: string): string {
  return /^["`]/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name
}
