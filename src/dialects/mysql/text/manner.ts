import type { Statement } from '../../../dialect/statement.ts'
import type { Token } from './lexer.ts'
import { kindAt } from './statements/phrase.ts'

export function mannerOf(tokens: readonly Token[]): Statement['manner'] {
  const found = kindAt(tokens)
  if (found?.words === 'SET' && setsAutocommit(tokens)) return 'control'
  return found?.kind.manner ?? 'bare'
}

/** True when a statement commits implicitly, does not change the schema, and may be executed twice. */
export function isRepeatable(tokens: readonly Token[]): boolean {
  return kindAt(tokens)?.kind.repeatable === true
}

/** Returns the first words of a statement, without a parenthesis or the mark of an executable comment before them. */
export function leadingWords(tokens: readonly Token[]): readonly string[] {
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
    // The name `@@session.autocommit` consists of three tokens.
    return AUTOCOMMIT.test(token.value) && token.kind === 'word' && /^(?:SET|,|SESSION|LOCAL|GLOBAL|\.)$/.test(before)
  })
}
