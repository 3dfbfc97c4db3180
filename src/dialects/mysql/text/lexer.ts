/** One token of a SQL text by the rules of MySQL and MariaDB. `start` and `end` are positions in the text. */
export interface MysqlToken {
  /**
   * The kind of the token. 'name': a name in backticks. 'string': a text in quotes. 'mark': the beginning or end of an executable
   * comment (`/*!80023`), whose content is code. 'broken': a quote or comment without an end.
   */
  readonly kind: 'word' | 'name' | 'string' | 'symbol' | 'mark' | 'broken'
  /** The value of the token: a name without its quotes, a word in upper case, and every other token unchanged. */
  readonly value: string
  readonly start: number
  readonly end: number
}

/** Splits a SQL text into tokens, without white space and comments. */
export function tokenizeMysql(text: string): readonly MysqlToken[] {
  const found: MysqlToken[] = []
  for (let token = nextMysqlTokenAt(text, 0); token; token = nextMysqlTokenAt(text, token.end)) found.push(token)
  return found
}

/** Returns the next token of the SQL text at or after a position. Returns undefined when only white space and comments remain. */
export function nextMysqlTokenAt(text: string, from: number): MysqlToken | undefined {
  const start = skipMysqlSpaceAndComments(text, from)
  if (start >= text.length) return undefined
  if (startsUnendedComment(text, start)) return { kind: 'broken', value: '/*', start, end: text.length }
  return quoted(text, start) ?? marked(text, start) ?? worded(text, start) ?? symbol(text, start)
}

// Matches white space and comments, and an executable comment for a version that no server has. No server executes the content of
// such a comment. mariadb-dump writes one, with a command of the client, at the beginning of its output.
const SPACE_AND_COMMENTS = /(?:\s+|#[^\n]*|--(?=[\s\p{Cc}]|$)[^\n]*|\/\*(?:(?!!|M!)|M?!9999\d+)[^]*?\*\/)*/uy

/** Returns the first position of the SQL text at or after `from` that is outside of white space and comments. */
export function skipMysqlSpaceAndComments(text: string, from: number): number {
  SPACE_AND_COMMENTS.lastIndex = from
  SPACE_AND_COMMENTS.exec(text)
  return Math.max(from, SPACE_AND_COMMENTS.lastIndex)
}

function startsUnendedComment(text: string, start: number): boolean {
  return text.startsWith('/*', start) && !/^\/\*M?!/.test(text.slice(start, start + 4))
}

function quoted(text: string, start: number): MysqlToken | undefined {
  const quote = text[start]
  if (quote !== "'" && quote !== '"' && quote !== '`') return undefined
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\' && quote !== '`') at++
    else if (text[at] === quote && text[at + 1] === quote) at++
    else if (text[at] === quote) return quotedToken(text, start, at + 1, quote)
  }
  return { kind: 'broken', value: quote, start, end: text.length }
}

function quotedToken(text: string, start: number, end: number, quote: string): MysqlToken {
  const whole = text.slice(start, end)
  if (quote !== '`') return { kind: 'string', value: whole, start, end }
  return { kind: 'name', value: whole.slice(1, -1).replaceAll('``', '`'), start, end }
}

const MARK = /\/\*M?!\d*|\*\//y

function marked(text: string, start: number): MysqlToken | undefined {
  return matched(text, start, MARK, 'mark')
}

const WORD = /@{0,2}[\w$\u0080-\uffff]+/y

function worded(text: string, start: number): MysqlToken | undefined {
  return matched(text, start, WORD, 'word')
}

function matched(text: string, start: number, pattern: RegExp, kind: 'mark' | 'word'): MysqlToken | undefined {
  pattern.lastIndex = start
  const found = pattern.exec(text)?.[0]
  if (found === undefined) return undefined
  return { kind, value: kind === 'word' ? found.toUpperCase() : found, start, end: start + found.length }
}

function symbol(text: string, start: number): MysqlToken {
  return { kind: 'symbol', value: text[start] ?? '', start, end: start + 1 }
}

/** Returns the value of a quoted string, without the quotes and with escapes resolved. */
export function unquoteMysqlString(literal: string): string {
  const quote = literal[0] ?? "'"
  return literal.slice(1, -1).replace(/\\(.)|''|""/gs, (whole, escaped: string | undefined) => {
    if (escaped !== undefined) return ESCAPES[escaped] ?? escaped
    return whole[0] === quote ? quote : whole
  })
}

const ESCAPES: Readonly<Record<string, string>> = { 'n': '\n', 't': '\t', 'r': '\r', '0': '\0', 'b': '\b', 'Z': '\x1a' }
