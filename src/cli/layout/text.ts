/** A number with its noun: `1 migration`, `3 migrations`, `0 rows`. */
export function formatCount(number: number | string, word: string, plural = `${word}s`): string {
  return `${number} ${Number(number) === 1 ? word : plural}`
}

/** A duration: `40 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** An ISO 8601 time as UTC: `2026-01-31 13:05:09`. */
export function formatTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ')
}

/** Indents every line of a text. */
export function indentLines(text: string, by: number): string {
  const space = ' '.repeat(by)
  return text
    .split('\n')
    .map((line) => (line === '' ? line : `${space}${line}`))
    .join('\n')
}

/** A reason, indented. Its further lines can contain SQL, and have the indentation of SQL, so that they are not wrapped. */
export function formatReason(reason: string): string {
  const [first = '', ...rest] = reason.split('\n')
  return [`  ${first}`, ...rest.map((line) => `      ${line}`)].join('\n')
}

// The number of neighbour objects that are named. More would fill a page on a large server; the JSON output contains all of them.
const NEIGHBOURS_SHOWN = 12

/** One line that names the objects that do not belong to the project, with the reasons. */
export function formatNeighbours(neighbours: readonly { readonly what: string; readonly because: string }[]): string {
  const shown = neighbours.slice(0, NEIGHBOURS_SHOWN).map(({ what, because }) => `${what} (${because})`)
  const left = neighbours.length - shown.length
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(', ')
}
