import { stripVTControlCharacters } from 'node:util'
import { eastAsianWidth } from 'get-east-asian-width'

// The maximum indentation of a wrapped line, as a fraction of the width of the terminal. With a larger indentation, the last
// column of a table would be too narrow.
const DEEPEST_HANG = 0.6

/**
 * Returns a text with its long lines wrapped between words. A continuation line begins below the last column of a table, or with
 * two spaces. The function does not wrap lines for which `kept` returns true. If `columns` is undefined, it wraps no line.
 */
export function wrapLongLines(text: string, columns: number | undefined, kept: (line: string) => boolean = () => false): string {
  if (!columns) return text
  return text
    .split('\n')
    .map((line) => (widthOf(line) > columns && !kept(line) ? broken(line, columns) : line))
    .join('\n')
}

function broken(line: string, columns: number): string {
  const hang = ' '.repeat(hangOf(stripVTControlCharacters(line), columns))
  const lines = ['']
  for (const word of line.match(/\s*\S+/g) ?? []) {
    const last = lines.at(-1) ?? ''
    if (last.trim() === '' || widthOf(last) + widthOf(word) <= columns) lines.splice(-1, 1, last + word)
    else lines.push(hang + word.trimStart())
  }
  return lines.join('\n')
}

function hangOf(line: string, columns: number): number {
  const columnsBegin = [...line.matchAll(/ {2,}(?=\S)/g)].map((gap) => gap.index + gap[0].length)
  return columnsBegin.findLast((begin) => begin <= columns * DEEPEST_HANG) ?? 2
}

const ASCII = /^[\x20-\x7e]*$/
// The segmenter is created only when it is used for the first time, because its creation takes 20 ms.
let segmenter: Intl.Segmenter | undefined

/**
 * Returns the number of terminal columns that a text fills. A character with its combining marks fills one column. An East Asian
 * character fills two columns.
 */
function widthOf(text: string): number {
  const plain = stripVTControlCharacters(text)
  if (ASCII.test(plain)) return plain.length
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return [...segmenter.segment(plain)].reduce((sum, { segment }) => sum + eastAsianWidth(segment.codePointAt(0) ?? 0), 0)
}
