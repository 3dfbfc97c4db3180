import type { DialectName } from '../schema/object.ts'

/**
 * Returns a text of the same length in which comments are blank, and each string literal and quoted name is a word of underscores.
 * Words can then be searched without the grammar of the server.
 */
export function maskLiterals(text: string, dialect: DialectName): string {
  return text.replaceAll(TOKENS[dialect], (token) => {
    return /^(?:--|#|\/\*)/.test(token) ? blank(token) : '_'.repeat(token.length)
  })
}

/** Returns a text of the same length in which the content of all parentheses is blank, too. */
export function maskParentheses(masked: string): string {
  let depth = 0
  return masked.replaceAll(/[^]/g, (character) => {
    if (character === ')') depth--
    const shown = depth > 0 && !/\s/.test(character) ? ' ' : character
    if (character === '(') depth++
    return shown
  })
}

/** Returns the names in a text that is not masked: its words, and the content of its quoted names, in lower case. */
export function namesIn(text: string, dialect: DialectName): readonly string[] {
  const found: string[] = []
  for (const [token] of text.matchAll(new RegExp(`${TOKENS[dialect].source}|[\\p{L}_][\\p{L}\\p{N}_$]*`, 'gu'))) {
    if (/^["`]/.test(token)) found.push(token.slice(1, -1).toLowerCase())
    else if (/^[\p{L}_]/u.test(token) && !token.endsWith("'")) found.push(token.toLowerCase())
  }
  return found
}

const COMMON = String.raw`\/\*[^]*?\*\/|"(?:[^"]|"")*"`

// Matches the tokens whose content is not code. An E'' string and a string of MySQL contain backslash escapes.
const MYSQL = new RegExp(String.raw`--(?=\s|$)[^\n]*|#[^\n]*|'(?:[^'\\]|\\[^]|'')*'|\x60(?:[^\x60]|\x60\x60)*\x60|${COMMON}`, 'gu')
const POSTGRES = new RegExp(
  String.raw`--[^\n]*|[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|(?<![\w$])\$(?<tag>\w*)\$[^]*?\$\k<tag>\$|${COMMON}`,
  'gu',
)
const TOKENS: { readonly [D in DialectName]: RegExp } = { postgres: POSTGRES, mysql: MYSQL, mariadb: MYSQL }

function blank(token: string): string {
  return token.replaceAll(/[^\n]/g, ' ')
}
