/** What differs from one run and one machine to the next, and how a page shows it. */
const VARIES: readonly { readonly pattern: RegExp; readonly shown: string }[] = [
  { pattern: /\b\d+ ms\b|\b\d+\.\d s\b|\b\d+ min \d+ s\b/g, shown: '' },
  { pattern: /\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b/g, shown: '' },
  { pattern: /(?<=\bpostgres )\d+\.\d+(?: \([^)]*\))?/g, shown: '18.4' },
  { pattern: /127\.0\.0\.1:\d+\/\w+/g, shown: '127.0.0.1:5432/shop' },
  { pattern: /\b[\w.-]+@[\w.-]+(?=,|$| {2,})/gm, shown: 'ann@build' },
]

// A version of the application may stand in the way of a statement for a moment; whether it does is chance.
const CHANCE = /^.*(?:did not get its lock|blocked by: ).*\n?/gm

/** The text as it is compared: without times, names of machines and the widths of columns that depend on them. */
export function masked(text: string): string {
  return VARIES.reduce((rest, { pattern }) => rest.replace(pattern, '<>'), text.replace(CHANCE, ''))
    .replace(/\b\d+ (row|write|time|round|widget)s?\b/g, '<> $1')
    .replace(/ +/g, ' ')
    .trim()
}

/** The text as a page shows it: somebody else's machine. */
export function presentable(text: string): string {
  return VARIES.reduce((rest, { pattern, shown }) => (shown === '' ? rest : rest.replace(pattern, shown)), text)
}
