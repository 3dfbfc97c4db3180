import { stripVTControlCharacters } from 'node:util'
import { eastAsianWidth } from 'get-east-asian-width'

// Continuation lines start at most at this part of the width; otherwise the last column would be too narrow.
const DEEPEST_HANG = 0.6

/**
 * The text with each long line wrapped between words. Continuation lines start below the last column of a table, or two spaces
 * in. Lines that `kept` selects are not wrapped, and without `columns` nothing is.
 */
export function wrapLines(text: string, columns: number | undefined, kept: (line: string) => boolean = () => false): string {
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
// Made when it is needed: making it takes 20 ms.
let segmenter: Intl.Segmenter | undefined

/** The columns of a terminal that the text fills. A character with its combining marks counts once, an East Asian one twice. */
function widthOf(text: string): number {
  const plain = stripVTControlCharacters(text)
  if (ASCII.test(plain)) return plain.length
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return [...segmenter.segment(plain)].reduce((sum, { segment }) => sum + eastAsianWidth(segment.codePointAt(0) ?? 0), 0)
}
