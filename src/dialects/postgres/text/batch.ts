/** Splits a SQL statement at each placeholder `:batch`, which stands for the range of rows of one batch. */
export function splitPostgresAtBatchPlaceholder(text: string): readonly string[] {
  const parts: string[] = []
  const open: string[] = []
  let from = 0
  for (let at = 0; at < text.length; ) {
    const end = endOfPostgresToken(text, at)
    const token = text.slice(at, end)
    if (token === '(' || token === '[') open.push(token)
    if (token === ')' || token === ']') open.pop()
    // A colon directly inside square brackets separates the bounds of an array slice, so `:batch` is not the placeholder there.
    if (token === PLACEHOLDER && open.at(-1) !== '[') {
      parts.push(text.slice(from, at))
      from = end
    }
    at = end
  }
  return [...parts, text.slice(from)]
}

const PLACEHOLDER = ':batch'

// Matches the continuation of an E'' string: another string constant on a later line, with the same escapes.
const CONTINUATION = String.raw`(?:[ \t\f\v]*[\r\n](?:\s|--[^\r\n]*[\r\n])*'(?:[^'\\]|\\[^]|'')*')*`

const TOKENS = new RegExp(
  [
    String.raw`--[^\r\n]*`,
    String.raw`[eE]'(?:[^'\\]|\\[^]|'')*'${CONTINUATION}`,
    String.raw`'[^']*'`,
    String.raw`"[^"]*"`,
    String.raw`\$(?<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[^]*?\$\k<tag>\$`,
    String.raw`[\w\u0080-\uffff][\w$\u0080-\uffff]*`,
    String.raw`:batch(?![\w$\u0080-\uffff])`,
    '::',
  ].join('|'),
  'y',
)

/**
 * Returns the end of the SQL token that begins at position `at`. A quote or comment without an end extends to the end of the
 * text.
 */
export function endOfPostgresToken(text: string, at: number): number {
  if (text.startsWith('/*', at)) return endOfComment(text, at)
  TOKENS.lastIndex = at
  if (TOKENS.test(text)) return TOKENS.lastIndex
  return /^(?:'|"|[eE]'|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)/.test(text.slice(at, at + 100)) ? text.length : at + 1
}

/** Returns the end of a block comment, which can contain other block comments. */
function endOfComment(text: string, start: number): number {
  const marks = /\/\*|\*\//g
  marks.lastIndex = start
  for (let depth = 0, mark = marks.exec(text); mark; mark = marks.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return text.length
}
