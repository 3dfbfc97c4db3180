import type { Token } from '../lexer.ts'

/** A name, or several with full stops between them: `t`, `t.c`, `d.t`, `d.t.c`, `t.*`. */
export interface Chain {
  readonly parts: readonly string[]
  /** What stands before the object, where it is a table: `d` of `d.t`. */
  readonly database: string | undefined
  readonly name: string
  /** The index behind it. */
  readonly end: number
}

export function isName(token: Token | undefined): boolean {
  if (token?.kind === 'name') return true
  return token?.kind === 'word' && !token.value.startsWith('@') && !NUMBER.test(token.value)
}

// 1.5 comes as a chain of two words.
const NUMBER = /^(?:\d+(?:E\d*)?|0X[\dA-F]+)$/

/**
 * The chain that begins at this token; undefined where none does. A string in double quotes is a name under ANSI_QUOTES, and in a place
 * where a name is expected it can be nothing else.
 */
export function chainAt(text: string, tokens: readonly Token[], at: number, isExpected = false): Chain | undefined {
  const first = tokens[at]
  if (!isName(first) && !(isQuoted(first) && (isExpected || tokens[at + 1]?.value === '.'))) return undefined
  if (tokens[at - 1]?.value === '.' || tokens[at - 1]?.value === '@') return undefined
  const parts = [spelled(text, first)]
  let end = at + 1
  while (tokens[end]?.value === '.' && isPart(tokens[end + 1])) {
    parts.push(spelled(text, tokens[end + 1]))
    end += 2
  }
  // `t.*` names a table, and `d.t.*` one of another database.
  const names = parts.at(-1) === '*' && parts.length > 1 ? parts.slice(0, -1) : parts
  return { parts, database: names.length > 1 ? names[0] : undefined, name: names[names.length > 1 ? 1 : 0] ?? '', end }
}

function isPart(token: Token | undefined): boolean {
  return isName(token) || isQuoted(token) || token?.kind === 'word' || token?.value === '*'
}

function isQuoted(token: Token | undefined): boolean {
  return token?.kind === 'string' && token.value.startsWith('"')
}

/** A name as it was written, without its quotes. */
function spelled(text: string, token: Token | undefined): string {
  if (token?.kind === 'word') return text.slice(token.start, token.end)
  return token?.kind === 'string' ? token.value.slice(1, -1) : (token?.value ?? '')
}
