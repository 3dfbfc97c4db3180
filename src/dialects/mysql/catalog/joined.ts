import { type MysqlToken, tokenizeMysql } from '../text/lexer.ts'

// The SQL keywords that end the list of tables after FROM.
const ENDS = /^(?:WHERE|GROUP|HAVING|ORDER|LIMIT|WINDOW|UNION|EXCEPT|INTERSECT)$/

/**
 * Adds parentheses around every join after FROM in the definition of a view. MySQL prints some joins without parentheses, such as
 * a join with JSON_TABLE, and prints the same join with parentheses after a dump has created the view again. The added
 * parentheses make both definitions equal.
 */
export function parenthesizeMysqlJoins(text: string): string {
  if (!/\bjoin\b/i.test(text)) return text
  const tokens = tokenizeMysql(text)
  const opens = new Set<number>()
  const closes = new Set<number>()
  const isQuery = [true]
  tokens.forEach(({ kind, value }, index) => {
    if (kind === 'symbol' && value === '(') isQuery.push(/^(?:SELECT|WITH)$/.test(tokens[index + 1]?.value ?? ''))
    if (kind === 'symbol' && value === ')') isQuery.pop()
    const range = kind === 'word' && value === 'FROM' && isQuery.at(-1) === true ? joinedFrom(tokens, index + 1) : undefined
    if (!range) return
    opens.add(tokens[range.first]?.start ?? 0)
    closes.add(tokens[range.last]?.end ?? 0)
  })
  return opens.size === 0 ? text : inserted(text, opens, closes)
}

/**
 * Returns the indexes of the first and the last token of the table list that begins at the token `first`. Returns undefined if
 * the list contains no JOIN outside parentheses.
 */
function joinedFrom(tokens: readonly MysqlToken[], first: number): { readonly first: number; readonly last: number } | undefined {
  let depth = 0
  let isJoined = false
  let at = first
  for (; at < tokens.length; at++) {
    const { kind, value } = tokens[at] ?? { kind: 'symbol', value: '' }
    if (kind === 'symbol' && value === '(') depth++
    if (kind === 'symbol' && value === ')' && --depth < 0) break
    if (depth > 0 || kind !== 'word') continue
    if (ENDS.test(value)) break
    isJoined ||= value === 'JOIN' || value === 'STRAIGHT_JOIN'
  }
  return isJoined ? { first, last: at - 1 } : undefined
}

function inserted(text: string, opens: ReadonlySet<number>, closes: ReadonlySet<number>): string {
  return [...Array(text.length + 1).keys()]
    .map((at) => `${closes.has(at) ? ')' : ''}${opens.has(at) ? '(' : ''}${text.charAt(at)}`)
    .join('')
}
