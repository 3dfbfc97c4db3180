import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'

/**
 * Returns the normal form of an expression that the server printed. The normal form has no name of the database, and no
 * parentheses around the whole expression or around a single operand. The normal form also has no character set introducer, such
 * as `_utf8mb4`, that does not change the value of its string.
 */
export function normalizeMysqlExpression(text: string, database: string): string {
  return withoutParentheses(withoutParenthesesOfOne(removeMysqlDatabaseName(withoutIntroducers(text), database)))
}

/** Removes the name of the database, with its dot, before the names of objects. */
export function removeMysqlDatabaseName(text: string, database: string): string {
  const tokens = tokenizeMysql(text)
  return withoutTokens(text, (token, index) => {
    if (tokens[index + 1]?.value !== '.') return token.value === '.' && index > 0 && qualifies(tokens, index - 1, text, database)
    return qualifies(tokens, index, text, database)
  })
}

/**
 * The keywords that precede the name of a table or routine. After other words, an unquoted word that equals the name of the
 * database can be an alias.
 */
const BEFORE_AN_OBJECT: ReadonlySet<string> = new Set(['FROM', 'JOIN', 'INTO', 'UPDATE', 'TABLE', 'CALL'])

function qualifies(tokens: readonly MysqlToken[], index: number, text: string, database: string): boolean {
  const token = tokens[index]
  if (!token || tokens[index + 1]?.value !== '.' || tokens[index - 1]?.value === '.') return false
  if (token.kind === 'name') return token.value === database
  const bare = token.kind === 'word' && text.slice(token.start, token.end) === database
  return bare && BEFORE_AN_OBJECT.has(tokens[index - 1]?.value ?? '')
}

function withoutIntroducers(text: string): string {
  const tokens = tokenizeMysql(text)
  return withoutTokens(text, (token, index) => {
    const string = tokens[index + 1]
    if (token.kind !== 'word' || string?.kind !== 'string') return false
    return UTF8.test(token.value) || (OF_A_BYTE.test(token.value) && isAscii(string.value))
  })
}

// Matches the UTF-8 introducers, which the normal form omits. Before each string, MySQL prints the character set of the session
// that created the object, and sessions of different clients use different character sets.
const UTF8 = /^_UTF8(?:MB[34])?$/
const OF_A_BYTE = /^_(?:ASCII|LATIN[1257]|CP(?:850|852|866|125[0167])|HEBREW|GREEK|KOI8[RU]|TIS620)$/

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text)
}

function withoutTokens(text: string, unwanted: (token: MysqlToken, index: number) => boolean): string {
  let result = ''
  let at = 0
  tokenizeMysql(text).forEach((token, index) => {
    if (!unwanted(token, index)) return
    result += text.slice(at, token.start)
    at = token.end
  })
  return result + text.slice(at)
}

/**
 * Removes the parentheses around an operand that is a single token. MySQL prints `(false)` for a statement that a person wrote,
 * and `false` for the same statement after MySQL has printed and read it.
 */
function withoutParenthesesOfOne(text: string): string {
  const tokens = tokenizeMysql(text)
  const wrapped = new Set(
    tokens.flatMap((token, index) =>
      token.value === '(' && tokens[index + 2]?.value === ')' && wraps(tokens, index) ? [index, index + 2] : [],
    ),
  )
  return wrapped.size === 0 ? text : withoutTokens(text, (_, index) => wrapped.has(index))
}

/**
 * Returns true when a parenthesis encloses an expression. After a name or a word, a parenthesis can also begin a list or the
 * arguments of a function.
 */
function wraps(tokens: readonly MysqlToken[], index: number): boolean {
  const [before, one] = [tokens[index - 1], tokens[index + 1]]
  if (one?.kind === 'symbol' || one?.kind === 'mark') return false
  return before === undefined || before.kind === 'symbol' || (before.kind === 'word' && BEFORE_AN_OPERAND.has(before.value))
}

const BEFORE_AN_OPERAND: ReadonlySet<string> = new Set('AND OR XOR NOT WHEN THEN ELSE CASE BETWEEN LIKE DIV'.split(' '))

function withoutParentheses(text: string): string {
  const tokens = tokenizeMysql(text)
  const wraps = tokens[0]?.value === '(' && closingOf(tokens) === tokens.length - 1
  return wraps ? withoutParentheses(text.slice(tokens[0]?.end, tokens.at(-1)?.start).trim()) : text
}

function closingOf(tokens: readonly MysqlToken[]): number {
  let depth = 0
  return tokens.findIndex((token) => {
    if (token.kind !== 'symbol') return false
    if (token.value === '(') depth++
    if (token.value === ')') depth--
    return depth === 0
  })
}

/** Returns the names in backticks in an expression. */
export function findNamesInBackticks(text: string): ReadonlySet<string> {
  return new Set(tokenizeMysql(text).flatMap((token) => (token.kind === 'name' ? [token.value] : [])))
}
