import { makeLineFinder } from '../../../release/lines.ts'

/** A SQL text, and separately the rows after its statements COPY … FROM stdin. The rows end at a line `\.`, as in psql. */
export interface SqlTextWithSeparateCopyRows {
  /** The SQL text without the rows of COPY. Every line of the SQL keeps its line number. */
  readonly text: string
  /** The rows of COPY that were removed from the SQL text. The key is the line number of the COPY statement, counted from 1. */
  readonly rows: ReadonlyMap<number, string>
}

/** Separates the rows after each COPY … FROM stdin from the SQL text. */
export function separateCopyRows(text: string): SqlTextWithSeparateCopyRows {
  const rows = new Map<number, string>()
  const lineOf = makeLineFinder(text)
  const kept: string[] = []
  let at = 0
  for (const found of text.matchAll(BEGIN)) {
    const start = found.index + found[0].length
    const end = found.index < at ? -1 : endOfRows(text, start)
    if (end < 0) continue
    const data = text.slice(start, end)
    rows.set(lineOf(found.index), data)
    kept.push(text.slice(at, start), '\n'.repeat(data.split('\n').length - 1))
    at = end + END.length
  }
  return { text: [...kept, text.slice(at)].join(''), rows }
}

/** Returns the text of a COPY statement with its rows. The database session sends statement and rows as one text. */
export function joinCopyStatementWithRows(statement: string, rows: string): string {
  return `${statement};\n${rows}${END}`
}

/**
 * Splits the text of a COPY statement with rows into the statement and the rows. Returns undefined for a text that is no COPY
 * statement with rows.
 */
export function splitCopyStatementFromRows(text: string): { readonly statement: string; readonly rows: string } | undefined {
  if (!/^(?:\s*\/\*[^]*?\*\/)*\s*copy\b/i.test(text) || !text.endsWith(`\n${END}`)) return undefined
  const end = text.indexOf(';\n')
  return { statement: text.slice(0, end), rows: text.slice(end + 2, -END.length) }
}

const BEGIN = /^copy\b[^\n;]*\bfrom\s+stdin\b[^\n;]*;[ \t]*\n/gim
const END = '\\.'

function endOfRows(text: string, from: number): number {
  const end = /^\\\.[ \t]*$/gm
  end.lastIndex = from
  return end.exec(text)?.index ?? -1
}
