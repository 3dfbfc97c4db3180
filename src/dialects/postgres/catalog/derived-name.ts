import { isBracketedDefinitionPart, isPrintedWord as isWord, type PrintedDefinitionPart } from './printed.ts'

/**
 * Returns true if the name after AS equals the name that PostgreSQL derives from the expression before AS, as in `'x'::text AS
 * text`. In a subquery or a function body, PostgreSQL first prints `'x'::text` without a name, and adds the name only after it has
 * read its own output. The canonical form therefore omits the name. In all other places PostgreSQL always prints the name.
 */
export function isNameDerivedFromExpression(text: string, items: readonly PrintedDefinitionPart[], at: number): boolean {
  const [before, name] = [items[at - 1], items[at + 1]]
  if (before === undefined || name === undefined || isBracketedDefinitionPart(name)) return false
  const expression = items.slice(startOf(items, at), at)
  return (nameOfConstant(text, expression) ?? nameOfParameter(expression)) === unquoted(name.text)
}

/** Returns the index of the first token of the expression that ends before the index `end`. */
function startOf(items: readonly PrintedDefinitionPart[], end: number): number {
  return items.findLastIndex((item, index) => index < end && STARTS.some((word) => isWord(item, word))) + 1
}

// The words after which an expression in a list of columns begins. If an expression itself contains one of these words,
// PostgreSQL prints parentheses around the expression.
const STARTS = ['SELECT', 'DISTINCT', 'RETURNING', ','] as const

/**
 * Returns the name that PostgreSQL derives for the column of a constant, such as `'x'::text`, `NULL::text` or `('x'::text COLLATE
 * "C")`. The derived name is the name of the type. Returns undefined for every other expression.
 */
function nameOfConstant(text: string, expression: readonly PrintedDefinitionPart[]): string | undefined {
  const [first, colons, ...type] = expression
  if (first === undefined) return undefined
  if (isBracketedDefinitionPart(first)) {
    const collate = first.items.findIndex((item) => isWord(item, 'COLLATE'))
    return expression.length === 1 && collate >= 0 ? nameOfConstant(text, first.items.slice(0, collate)) : undefined
  }
  const isConstant = first.text.startsWith("'") || first.text === 'NULL'
  const [start, end] = [type[0], type.findLast((part) => !isBracketedDefinitionPart(part))]
  if (!isConstant || !isWord(colons, '::') || start === undefined || end === undefined) return undefined
  return nameOfType(text.slice(start.start, end.end))
}

/** Returns the name that PostgreSQL derives for a column that is a parameter of a function, such as `a` or `f.a`. */
function nameOfParameter([only, ...rest]: readonly PrintedDefinitionPart[]): string | undefined {
  return only === undefined || isBracketedDefinitionPart(only) || rest.length > 0
    ? undefined
    : unquoted(only.text.slice(only.text.lastIndexOf('.') + 1))
}

function nameOfType(printed: string): string {
  const withoutLength = printed.replace(/\(\d+(?:,\d+)?\)/, '')
  return NAMES[withoutLength] ?? unquoted(/(?:"(?:[^"]|"")*"|[^."]*)$/.exec(withoutLength)?.[0] ?? withoutLength)
}

// The types that PostgreSQL prints by their names in the SQL standard, each with its internal name.
const NAMES: Readonly<Record<string, string>> = {
  bigint: 'int8',
  'bit varying': 'varbit',
  boolean: 'bool',
  character: 'bpchar',
  'character varying': 'varchar',
  'double precision': 'float8',
  integer: 'int4',
  real: 'float4',
  smallint: 'int2',
  'time with time zone': 'timetz',
  'time without time zone': 'time',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}
