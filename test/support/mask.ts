/** The patterns of texts that differ between runs and machines, each with the text that a page shows instead. */
const VARIES: readonly { readonly pattern: RegExp; readonly shown: string }[] = [
  { pattern: /\b\d+ ms\b|\b\d+\.\d s\b|\b\d+ min \d+ s\b/g, shown: '' },
  { pattern: /\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b/g, shown: '' },
  { pattern: /(?<=\bpostgres )\d+\.\d+(?: \([^)]*\))?/g, shown: '18.4' },
  { pattern: /127\.0\.0\.1:\d+\/\w+/g, shown: '127.0.0.1:5432/shop' },
  { pattern: /\b[\w.-]+@[\w.-]+(?=,|$| {2,}| as )/gm, shown: 'ann@build' },
]

// Matches the lines about a statement that waits for a lock of the application. These lines occur by chance.
const CHANCE = /^.*(?:did not get its lock|blocked by: ).*\n?/gm

/** Returns a text for comparisons: without times, names of machines, and column widths that depend on them. */
export function masked(text: string): string {
  return VARIES.reduce((rest, { pattern }) => rest.replace(pattern, '<>'), text.replace(CHANCE, ''))
    .replace(/\b\d+ (row|write|time|round|widget)s?\b/g, '<> $1')
    .replace(/ +/g, ' ')
    .trim()
}

/** Returns a text for a page: with fixed versions, addresses and users. */
export function presentable(text: string): string {
  return VARIES.reduce((rest, { pattern, shown }) => (shown === '' ? rest : rest.replace(pattern, shown)), text)
}
