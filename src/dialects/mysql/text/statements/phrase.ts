import type { MysqlToken } from '../lexer.ts'
import { MYSQL_STATEMENT_KINDS, type MysqlStatementKind, type MysqlStatementKindVariant } from './kinds.ts'

/** The kind of a SQL statement, and the key of the kind in `MYSQL_STATEMENT_KINDS`. */
export interface MatchedMysqlStatementKind {
  readonly words: string
  readonly kind: MysqlStatementKind
  /**
   * The variant of the kind that applies to the statement, such as ALTER TABLE with a certain clause. The field is absent if no
   * variant applies.
   */
  readonly form?: MysqlStatementKindVariant
}

/**
 * Returns the kind of the statement that begins at the token `from`. Returns undefined if `MYSQL_STATEMENT_KINDS` does not
 * contain the kind.
 */
export function mysqlStatementKindAt(tokens: readonly MysqlToken[], from = 0): MatchedMysqlStatementKind | undefined {
  const phrase = phraseAt(tokens, from)
  for (let length = phrase.length; length > 0; length--) {
    const words = phrase.slice(0, length).join(' ')
    const kind = Object.hasOwn(MYSQL_STATEMENT_KINDS, words) ? MYSQL_STATEMENT_KINDS[words] : undefined
    if (!kind) continue
    const own = statementFrom(tokens, from)
    const form = kind.forms?.find(({ when }) => when(wordsOf(own), own))
    return { words, kind, ...(form && { form }) }
  }
  return undefined
}

/**
 * The optional words that can stand between the first word of a statement and the kind of its object, as in CREATE OR REPLACE
 * VIEW.
 */
const BETWEEN: ReadonlySet<string> = new Set([
  'OR',
  'REPLACE',
  'IF',
  'NOT',
  'EXISTS',
  'AGGREGATE',
  'UNIQUE',
  'FULLTEXT',
  'ONLINE',
  'OFFLINE',
  'IGNORE',
])
const MAKES: ReadonlySet<string> = new Set(['CREATE', 'ALTER', 'DROP'])
// The largest number of words in a key of `MYSQL_STATEMENT_KINDS`, such as CREATE JSON RELATIONAL DUALITY VIEW.
const LONGEST = 5

function phraseAt(tokens: readonly MysqlToken[], from: number): readonly string[] {
  let at = from
  while (tokens[at]?.kind === 'mark' || tokens[at]?.value === '(') at++
  const words: string[] = []
  while (words.length < LONGEST) {
    const token = tokens[at]
    if (token?.kind === 'mark') at++
    else if (token?.kind !== 'word') break
    else if (words.length === 1 && MAKES.has(words[0] ?? '') && isBetween(tokens, at)) at = afterBetween(tokens, at)
    else {
      words.push(token.value)
      at++
    }
  }
  return words
}

function isBetween(tokens: readonly MysqlToken[], at: number): boolean {
  const { value = '' } = tokens[at] ?? {}
  // In CREATE SPATIAL INDEX, the word SPATIAL is optional. In CREATE SPATIAL REFERENCE SYSTEM, the word is a part of the kind of
  // the object.
  if (value === 'SPATIAL') return nextWord(tokens, at + 1) === 'INDEX'
  return BETWEEN.has(value) || value === 'DEFINER' || value === 'ALGORITHM' || value === 'SQL'
}

/**
 * Returns the index of the token after optional words such as `OR`, `DEFINER = root@localhost`, `ALGORITHM = MERGE` and `SQL
 * SECURITY INVOKER`.
 */
function afterBetween(tokens: readonly MysqlToken[], at: number): number {
  const { value = '' } = tokens[at] ?? {}
  if (value === 'SQL') return after(tokens, after(tokens, at + 1))
  if (value !== 'DEFINER' && value !== 'ALGORITHM') return at + 1
  let next = after(tokens, after(tokens, at + 1))
  // The name of an account consists of one or several tokens: root, @localhost; 'a', @, 'b'; CURRENT_USER, (, ). The loop skips
  // all of them.
  while (/^[@().]/.test(tokens[next]?.value ?? '') || /^[@.]$/.test(tokens[next - 1]?.value ?? '')) next++
  return next
}

function after(tokens: readonly MysqlToken[], at: number): number {
  let next = at
  while (tokens[next]?.kind === 'mark') next++
  return next + 1
}

function nextWord(tokens: readonly MysqlToken[], at: number): string | undefined {
  return tokens.slice(at).find(({ kind }) => kind !== 'mark')?.value
}

function statementFrom(tokens: readonly MysqlToken[], from: number): readonly MysqlToken[] {
  if (from === 0) return tokens
  const end = tokens.findIndex(({ kind, value }, index) => index >= from && kind === 'symbol' && value === ';')
  return tokens.slice(from, end < 0 ? undefined : end)
}

function wordsOf(tokens: readonly MysqlToken[]): readonly string[] {
  return tokens.flatMap(({ kind, value }) => (kind === 'word' ? [value] : []))
}
