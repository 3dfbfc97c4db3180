import type { Statement } from '../../dialect/statement.ts'
import type { Token } from './lexer.ts'

/**
 * Statements that run in a transaction. Everything else commits by itself, or may: EXECUTE sends what no reader can see,
 * most often an ALTER TABLE that was put together as text.
 */
const ATOMIC: ReadonlySet<string> = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'REPLACE',
  'WITH',
  'VALUES',
  'TABLE',
  'CALL',
  'SET',
  'DO',
  'SHOW',
  'DESC',
  'DESCRIBE',
  'EXPLAIN',
  'PREPARE',
  'DEALLOCATE',
  'SIGNAL',
  'GET',
  'CHECKSUM',
  'HANDLER',
])

const CONTROL: ReadonlySet<string> = new Set(['COMMIT', 'ROLLBACK', 'SAVEPOINT', 'XA'])

/** Statements that commit by themselves, leave no trace in the schema, and do no harm the second time. */
const REPEATABLE: ReadonlySet<string> = new Set(['ANALYZE', 'OPTIMIZE', 'CHECK', 'REPAIR', 'GRANT', 'REVOKE', 'FLUSH', 'UNLOCK', 'CACHE'])

export function mannerOf(tokens: readonly Token[]): Statement['manner'] {
  const [first = '', second = '', third = ''] = leading(tokens)
  if (CONTROL.has(first)) return 'control'
  switch (first) {
    case 'BEGIN':
      // BEGIN NOT ATOMIC is MariaDB's block outside of a routine.
      return second === 'NOT' ? 'atomic' : 'control'
    case 'START':
      return second === 'TRANSACTION' ? 'control' : 'bare'
    case 'RELEASE':
      return 'control'
    case 'SET':
      if (setsAutocommit(tokens)) return 'control'
      return second === 'PASSWORD' ? 'bare' : 'atomic'
    case 'LOAD':
      return second === 'DATA' || second === 'XML' ? 'atomic' : 'bare'
    case 'CREATE':
    case 'DROP':
      return second === 'TEMPORARY' || (second === 'OR' && third === 'REPLACE' && leading(tokens)[3] === 'TEMPORARY') ? 'atomic' : 'bare'
    default:
      return ATOMIC.has(first) ? 'atomic' : 'bare'
  }
}

export function repeatable(tokens: readonly Token[]): boolean {
  const [first = '', second = ''] = leading(tokens)
  return REPEATABLE.has(first) || (first === 'SET' && second === 'PASSWORD') || (first === 'LOAD' && second === 'INDEX')
}

/** The first words, without what may stand around them: a parenthesis, the mark of an executable comment. */
export function leading(tokens: readonly Token[]): readonly string[] {
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'mark' || (words.length === 0 && token.value === '(')) continue
    if (token.kind !== 'word' || words.length === 4) break
    words.push(token.value)
  }
  return words
}

const AUTOCOMMIT = /^(?:@@)?AUTOCOMMIT$/

function setsAutocommit(tokens: readonly Token[]): boolean {
  return tokens.some((token, index) => {
    const before = tokens[index - 1]?.value ?? ''
    // @@session.autocommit comes in three tokens.
    return AUTOCOMMIT.test(token.value) && token.kind === 'word' && /^(?:SET|,|SESSION|LOCAL|GLOBAL|\.)$/.test(before)
  })
}
