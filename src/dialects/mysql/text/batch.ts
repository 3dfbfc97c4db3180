import { tokenizeMysql } from './lexer.ts'

/**
 * Splits a statement at each placeholder `:batch`, which stands for the range of rows of one batch. The content of an executable
 * comment counts as code.
 */
export function splitMysqlAtBatchPlaceholder(text: string): readonly string[] {
  const tokens = tokenizeMysql(text)
  const colons = tokens.filter(({ kind, value, end }, index) => {
    const next = tokens[index + 1]
    return kind === 'symbol' && value === ':' && next?.kind === 'word' && next.start === end && text.slice(next.start, next.end) === 'batch'
  })
  const ends = colons.map(({ end }) => end + 'batch'.length)
  return [0, ...ends].map((from, index) => text.slice(from, colons[index]?.start))
}
