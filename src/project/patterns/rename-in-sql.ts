import type { DialectName } from '../../schema/object.ts'

/** A column that gets another name in the SQL text of an index, a check or a view. */
export interface ColumnToRename {
  readonly dialect: DialectName
  /** The name of the table, as a schema state contains it. */
  readonly table: string
  readonly from: string
  /** The new name of the column, quoted for the server. */
  readonly to: string
}

interface Token {
  readonly text: string
  /** The identifier that the SQL token contains. The field is absent for a token that is not an identifier. */
  readonly name?: string
}

/**
 * Returns an expression about one table, such as the key of an index or a CHECK constraint, with the new name of the column. The
 * expression is a text that the server has printed.
 */
export function renameColumnInExpression(column: ColumnToRename, expression: string): string {
  const tokens = tokensOf(column.dialect, expression)
  return tokens.map((token, at) => (isColumn(column, tokens, at) ? column.to : token.text)).join('')
}

/** Returns true if the text contains the name as an identifier or as a word. */
export function textMentionsName(text: string, name: string): boolean {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_$]+/u)
    .includes(name.toLowerCase())
}

/**
 * Returns the query of a view with the new name of the column. Returns undefined if the text does not show which names mean the
 * column: two tables can have columns with equal names, and a subquery can give the name another meaning.
 */
export function renameColumnInQuery(column: ColumnToRename, query: string): string | undefined {
  const tokens = tokensOf(column.dialect, query)
  const words = tokens.map(({ text }) => text.toUpperCase())
  const count = (word: string) => words.filter((one) => one === word).length
  // On PostgreSQL, a column of a subquery has the name of the selected column, so a renamed column would also change the name
  // outside the subquery.
  const isSimple = count('SELECT') === 1 && count('FROM') === 1
  if (column.dialect === 'postgres' && !isSimple) return undefined
  const aliases = aliasesOf(column, tokens)
  const isOnly = aliases.size === 1 && isSimple && count('JOIN') === 0
  let renamed = 0
  const texts = tokens.map((token, at) => {
    const dot = before(tokens, at)
    const isQualified = dot !== undefined && tokens[dot]?.text === '.'
    const qualifier = isQualified ? tokens[before(tokens, dot) ?? -1]?.name : undefined
    if (!isSame(column, token.name, column.from)) return token.text
    const isOfTable = isQualified
      ? qualifier !== undefined && aliases.has(keyOf(column, qualifier))
      : isOnly && column.dialect === 'postgres' && isColumn(column, tokens, at) && !isAlias(tokens, at)
    if (!isOfTable) return token.text
    renamed++
    return column.to
  })
  const isUnclear = !isOnly && tokens.some((_, at) => column.dialect === 'postgres' && isColumn(column, tokens, at) && !isAlias(tokens, at))
  return renamed === 0 || isUnclear ? undefined : texts.join('')
}

const POSTGRES_TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|::|\s+|[^]/gu
const MYSQL_TOKENS = /'(?:[^'\\]|''|\\[^])*'|"(?:[^"\\]|""|\\[^])*"|`(?:[^`]|``)*`|[\p{L}_][\p{L}\p{N}_$]*|\s+|[^]/gu

function tokensOf(dialect: DialectName, text: string): readonly Token[] {
  const quote = dialect === 'postgres' ? '"' : '`'
  return [...text.matchAll(dialect === 'postgres' ? POSTGRES_TOKENS : MYSQL_TOKENS)].map(([token]) => {
    if (token.startsWith(quote) && token.length > 1) return { text: token, name: token.slice(1, -1).replaceAll(quote + quote, quote) }
    // MySQL and MariaDB print every identifier in backticks, so every name in a printed definition is in backticks.
    return dialect === 'postgres' && /^[\p{L}_]/u.test(token) ? { text: token, name: token } : { text: token }
  })
}

/**
 * Returns true if the token at position `at` is the column without a qualifier, and not a function, a type or a column of another
 * table.
 */
function isColumn(column: ColumnToRename, tokens: readonly Token[], at: number): boolean {
  if (!isSame(column, tokens[at]?.name, column.from)) return false
  const [previous, next] = [tokens[before(tokens, at) ?? -1]?.text, tokens[after(tokens, at) ?? -1]?.text]
  const isRelation = /^(?:FROM|JOIN|ONLY)$/i.test(previous ?? '')
  return !isRelation && previous !== '.' && previous !== '::' && next !== '(' && next !== '.'
}

/** Returns true if the token at position `at` is a new name in the query, which means that the token follows AS. */
function isAlias(tokens: readonly Token[], at: number): boolean {
  return tokens[before(tokens, at) ?? -1]?.text.toUpperCase() === 'AS'
}

/** Returns the names by which a query calls the table: its own name, or the aliases after FROM and JOIN. */
function aliasesOf(column: ColumnToRename, tokens: readonly Token[]): ReadonlySet<string> {
  const name = column.table.slice(column.dialect === 'postgres' ? column.table.lastIndexOf('.') + 1 : 0)
  const aliases = new Set<string>()
  for (const [at, token] of tokens.entries()) {
    if (!isSame(column, token.name, name)) continue
    const next = after(tokens, at)
    if (next !== undefined && tokens[next]?.text === '.') continue
    if (!followsFrom(tokens, at)) continue
    const [second, third] = [tokens[next ?? -1], tokens[after(tokens, next ?? tokens.length) ?? -1]]
    const given = second?.text.toUpperCase() === 'AS' ? third : second
    const isGiven = given?.name !== undefined && !/^[A-Z]+$/.test(given.text)
    aliases.add(keyOf(column, isGiven ? (given.name ?? name) : name))
  }
  return aliases
}

/**
 * Returns true if the token at position `at` names a table after FROM or JOIN, also after a comma or parenthesis or with its
 * schema.
 */
function followsFrom(tokens: readonly Token[], at: number): boolean {
  const previous = before(tokens, at)
  const text = tokens[previous ?? -1]?.text.toUpperCase() ?? ''
  if (text === '.') return followsFrom(tokens, before(tokens, previous ?? 0) ?? 0)
  if (text === '(') return previous !== undefined && followsFrom(tokens, previous)
  return text === 'FROM' || text === 'JOIN' || text === ',' || text === 'ONLY'
}

function before(tokens: readonly Token[], at: number): number | undefined {
  for (let place = at - 1; place >= 0; place--) if (tokens[place]?.text.trim() !== '') return place
  return undefined
}

function after(tokens: readonly Token[], at: number): number | undefined {
  for (let place = at + 1; place < tokens.length; place++) if (tokens[place]?.text.trim() !== '') return place
  return undefined
}

function isSame(column: ColumnToRename, name: string | undefined, wanted: string): boolean {
  return name !== undefined && keyOf(column, name) === keyOf(column, wanted)
}

/**
 * Returns a column name in a form for comparisons. MySQL and MariaDB compare the names of columns without regard to upper and
 * lower case.
 */
function keyOf({ dialect }: ColumnToRename, name: string): string {
  return dialect === 'postgres' ? name : name.toLowerCase()
}
