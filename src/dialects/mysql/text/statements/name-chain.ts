import type { MysqlToken } from '../lexer.ts'

/** A name, or several names joined by dots: `t`, `t.c`, `d.t`, `d.t.c`, `t.*`. */
export interface DottedName {
  readonly parts: readonly string[]
  /**
   * The first of several names that dots join. If the joined names refer to a table, the first name is the database of the table:
   * `d` of `d.t`.
   */
  readonly database: string | undefined
  readonly name: string
  /** The index of the first token after the names that dots join. */
  readonly end: number
}

export function isNameToken(token: MysqlToken | undefined): boolean {
  if (token?.kind === 'name') return true
  return token?.kind === 'word' && !token.value.startsWith('@') && !NUMBER.test(token.value)
}

// Matches a word that is a number. The number 1.5 consists of two such words with a dot between them.
const NUMBER = /^(?:\d+(?:E\d*)?|0X[\dA-F]+)$/

/**
 * Returns the names joined by dots that begin at a token. Returns undefined when no name begins there. A string in double quotes
 * counts as a name if a dot follows or `isExpected` is true, because ANSI_QUOTES permits names in double quotes.
 */
export function dottedNameAt(text: string, tokens: readonly MysqlToken[], at: number, isExpected = false): DottedName | undefined {
  const first = tokens[at]
  if (!isNameToken(first) && !(isQuoted(first) && (isExpected || tokens[at + 1]?.value === '.'))) return undefined
  if (tokens[at - 1]?.value === '.' || tokens[at - 1]?.value === '@') return undefined
  const parts = [spelled(text, first)]
  let end = at + 1
  while (tokens[end]?.value === '.' && isPart(tokens[end + 1])) {
    parts.push(spelled(text, tokens[end + 1]))
    end += 2
  }
  // `t.*` refers to a table, and `d.t.*` refers to a table of another database.
  const names = parts.at(-1) === '*' && parts.length > 1 ? parts.slice(0, -1) : parts
  return { parts, database: names.length > 1 ? names[0] : undefined, name: names[names.length > 1 ? 1 : 0] ?? '', end }
}

function isPart(token: MysqlToken | undefined): boolean {
  return isNameToken(token) || isQuoted(token) || token?.kind === 'word' || token?.value === '*'
}

function isQuoted(token: MysqlToken | undefined): boolean {
  return token?.kind === 'string' && token.value.startsWith('"')
}

/** Returns a name of the statement without quotes, with the capital letters of the text. */
function spelled(text: string, token: MysqlToken | undefined): string {
  if (token?.kind === 'word') return text.slice(token.start, token.end)
  return token?.kind === 'string' ? token.value.slice(1, -1) : (token?.value ?? '')
}
