/** A line and a column in a text, both counted from 1. */
export interface LineAndColumn {
  readonly line: number
  readonly column: number
}

export function lineAndColumnAt(text: string, at: number): LineAndColumn {
  const before = text.slice(0, at)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: at - lineStart + 1 }
}

// The width of the quoted line of SQL in characters. A line of this width shows enough text around the position of an error, and
// fits the width of a terminal.
const WIDTH = 120

/** Returns the line of a SQL text with its line number, and below the line a caret at the column. */
export function formatLineWithCaret(text: string, { line, column }: LineAndColumn): string {
  const whole = (text.split('\n')[line - 1] ?? '').trimEnd()
  const from = Math.max(0, column - WIDTH / 2)
  const shown = whole.slice(from, from + WIDTH)
  const gutter = `${String(line).padStart(5)} | `
  const indent = shown.slice(0, column - 1 - from).replaceAll(/[^\t]/g, ' ')
  return `${gutter}${shown}\n${' '.repeat(gutter.length - 2)}| ${indent}^`
}

/**
 * Returns the offset of the first word of a SQL text after white space and comments. Returns the length of the text if the text
 * has no word.
 */
export function offsetOfFirstWord(text: string): number {
  let at = 0
  while (at < text.length) {
    const rest = text.slice(at)
    const blank = /^(?:[\s;\uFEFF]+|--[^\n]*)/.exec(rest)?.[0].length ?? (rest.startsWith('/*') ? commentLength(rest) : 0)
    if (blank === 0) return at
    at += blank
  }
  return at
}

// Returns the length of a block comment. The block comments of PostgreSQL can contain other block comments.
function commentLength(text: string): number {
  let depth = 0
  for (const mark of text.matchAll(/\/\*|\*\//g)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.index + 2
  }
  return 0
}
