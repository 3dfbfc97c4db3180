import type { FileStatement } from '../../../dialect/statement.ts'
import type { MysqlToken } from './lexer.ts'
import { mysqlStatementKindAt } from './statements/phrase.ts'

/**
 * Returns the behaviour of a statement in a transaction. 'atomic': the statement can run in a transaction. 'bare': the statement
 * cannot run in a transaction. 'control': the statement begins or ends a transaction. A statement of an unknown kind counts as
 * 'bare'.
 */
export function transactionBehaviourOfMysqlStatement(tokens: readonly MysqlToken[]): FileStatement['manner'] {
  const found = mysqlStatementKindAt(tokens)
  if (found?.words === 'SET' && setsAutocommit(tokens)) return 'control'
  return found?.kind.manner ?? 'bare'
}

/**
 * Returns true when the engine can send a statement a second time. Such a statement commits implicitly, does not change the schema,
 * and has the same result both times.
 */
export function isRepeatableMysqlStatement(tokens: readonly MysqlToken[]): boolean {
  return mysqlStatementKindAt(tokens)?.kind.repeatable === true
}

/**
 * Returns the first words of a statement, at most four. The function skips a parenthesis or the mark of an executable comment
 * before the words.
 */
export function leadingWordsOfStatement(tokens: readonly MysqlToken[]): readonly string[] {
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'mark' || (words.length === 0 && token.value === '(')) continue
    if (token.kind !== 'word' || words.length === 4) break
    words.push(token.value)
  }
  return words
}

const AUTOCOMMIT = /^(?:@@)?AUTOCOMMIT$/

function setsAutocommit(tokens: readonly MysqlToken[]): boolean {
  return tokens.some((token, index) => {
    const before = tokens[index - 1]?.value ?? ''
    // The session variable `@@session.autocommit` consists of three tokens, so the search looks for the token `autocommit` and
    // the token before it.
    return AUTOCOMMIT.test(token.value) && token.kind === 'word' && /^(?:SET|,|SESSION|LOCAL|GLOBAL|\.)$/.test(before)
  })
}

const EXPLAINS = /^(?:EXPLAIN|DESCRIBE|DESC)$/
const WRITING: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'LOAD', 'TRUNCATE'])

/**
 * Returns true when a statement itself writes rows. The keyword of the write can follow WITH or ANALYZE. The writes of a called
 * routine do not count.
 */
export function doesMysqlStatementItselfWriteRows(tokens: readonly MysqlToken[]): boolean {
  const [first = '', second = ''] = leadingWordsOfStatement(tokens)
  // ANALYZE of MariaDB and EXPLAIN ANALYZE of MySQL execute the statement that they contain. ANALYZE TABLE contains no keyword of
  // a write.
  if (first === 'ANALYZE' || (EXPLAINS.test(first) && second === 'ANALYZE'))
    return tokens.some(({ kind, value }) => kind === 'word' && WRITING.has(value))
  if (first !== 'WITH') return WRITING.has(first)
  return tokens.some(({ kind, value }, index) => kind === 'word' && /^(?:UPDATE|DELETE)$/.test(value) && tokens[index - 1]?.value === ')')
}
