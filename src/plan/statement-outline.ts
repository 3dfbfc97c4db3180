import type { DialectName } from '../schema/object.ts'

/**
 * Returns a SQL text of the same length in which comments are blank, and each string literal and quoted name is a word of
 * underscores. The code can then search for keywords without a grammar of the server.
 */
export function maskSqlLiterals(text: string, dialect: DialectName): string {
  return text.replaceAll(TOKENS[dialect], (token) => {
    return /^(?:--|#|\/\*)/.test(token) ? blank(token) : '_'.repeat(token.length)
  })
}

/**
 * Returns a SQL text of the same length in which the content of all parentheses is blank. The parentheses themselves stay. The
 * input must be a result of `maskSqlLiterals`.
 */
export function blankInsideParentheses(masked: string): string {
  let depth = 0
  return masked.replaceAll(/[^]/g, (character) => {
    if (character === ')') depth--
    const shown = depth > 0 && !/\s/.test(character) ? ' ' : character
    if (character === '(') depth++
    return shown
  })
}

/**
 * Returns the names in a SQL text in lower case: the words, and the content of quoted names. The input must not be a result of
 * `maskSqlLiterals`.
 */
export function namesInSqlText(text: string, dialect: DialectName): readonly string[] {
  const found: string[] = []
  for (const [token] of text.matchAll(new RegExp(`${TOKENS[dialect].source}|[\\p{L}_][\\p{L}\\p{N}_$]*`, 'gu'))) {
    if (/^["`]/.test(token)) found.push(token.slice(1, -1).toLowerCase())
    else if (/^[\p{L}_]/u.test(token) && !token.endsWith("'")) found.push(token.toLowerCase())
  }
  return found
}

const COMMON = String.raw`\/\*[^]*?\*\/|"(?:[^"]|"")*"`

// Matches the tokens of MySQL whose content is not code. A string of MySQL, and an E'' string of PostgreSQL, can contain
// backslash escapes.
const MYSQL = new RegExp(String.raw`--(?=\s|$)[^\n]*|#[^\n]*|'(?:[^'\\]|\\[^]|'')*'|\x60(?:[^\x60]|\x60\x60)*\x60|${COMMON}`, 'gu')
const POSTGRES = new RegExp(
  String.raw`--[^\n]*|[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|(?<![\w$])\$(?<tag>\w*)\$[^]*?\$\k<tag>\$|${COMMON}`,
  'gu',
)
const TOKENS: { readonly [D in DialectName]: RegExp } = { postgres: POSTGRES, mysql: MYSQL, mariadb: MYSQL }

function blank(token: string): string {
  return token.replaceAll(/[^\n]/g, ' ')
}
