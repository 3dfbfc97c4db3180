/** Returns a number with its noun, such as `1 migration`, `3 migrations` or `0 rows`. */
export function formatCountWithNoun(number: number | string, word: string, plural = `${word}s`): string {
  return `${number} ${Number(number) === 1 ? word : plural}`
}

/** Returns a duration as text, such as `40 ms`, `3.2 s`, `4 min 10 s` or `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Returns an ISO 8601 time in UTC without its time zone, such as `2026-01-31 13:05:09`. */
export function formatUtcTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ')
}

/** Returns a text with every line indented. */
export function indentLines(text: string, by: number): string {
  const space = ' '.repeat(by)
  return text
    .split('\n')
    .map((line) => (line === '' ? line : `${space}${line}`))
    .join('\n')
}

/**
 * Returns an indented reason for a message. The second line and later lines can contain SQL, so they have the indentation of SQL
 * and are not wrapped.
 */
export function formatIndentedReason(reason: string): string {
  const [first = '', ...rest] = reason.split('\n')
  return [`  ${first}`, ...rest.map((line) => `      ${line}`)].join('\n')
}

// The largest number of objects of other applications that a text names. The JSON output contains all of them.
const NEIGHBOURS_SHOWN = 12

/**
 * Returns a line that names at most 12 objects outside the project, each with the reason why it does not belong to the project.
 */
export function formatNeighbourObjects(neighbours: readonly { readonly what: string; readonly because: string }[]): string {
  const shown = neighbours.slice(0, NEIGHBOURS_SHOWN).map(({ what, because }) => `${what} (${because})`)
  const left = neighbours.length - shown.length
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(', ')
}
