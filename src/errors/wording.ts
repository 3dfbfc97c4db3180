/** The remedy for one case of an error. */
export interface RemedyCase<Facts> {
  /** The case in words, for the page of the error: `The migration is a SQL file`. */
  readonly when: string
  readonly applies: (facts: Facts) => boolean
  readonly remedy: string
}

/** The texts of one error. `Facts` are its facts. */
export interface ErrorWording<Facts> {
  /** The exit code of the process when this error ends the command. `docs/cli.md` lists the meanings. */
  readonly exitCode: 1 | 2 | 6 | 7 | 8 | 10
  readonly says: (facts: Facts) => string
  /**
   * The first steps that help, in order, one per line. `<name>` stands for the fact with that name, and is replaced by its value. An error
   * whose cases need different steps has a list, and the reader sees only the first entry that applies.
   */
  readonly remedy: string | readonly RemedyCase<Facts>[]
  /** The text for the generated page of an error that `check` reports: the meaning, and an example of the cause. */
  readonly page?: { readonly means: string; readonly example: string }
}

/** The texts of a group of errors, by their codes. */
export type ErrorWordings<All> = { readonly [C in keyof All]: ErrorWording<All[C]> }

/** Makes an indented line of each entry. */
export const formatList = (items: readonly string[]) => items.map((item) => `\n  ${item}`).join('')

/** Puts a statement on one line of at most 200 characters. */
export const shortenStatement = (statement: string) => {
  const line = statement.replaceAll(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}

/** Makes `1 row` or `2 rows`. */
export const countRows = (rows: number) => `${rows} ${rows === 1 ? 'row' : 'rows'}`

/** Makes further lines of the message. Empty if there is no text. */
export const formatMoreLines = (text: string | undefined) => (text === undefined ? '' : `\n${text}`)

/** States which sessions wait while a statement holds its locks. */
export const describeWaiting = (blocks: string) => ({ ddl: 'other schema changes wait', writes: 'writes wait' })[blocks] ?? 'everyone waits'

/** Joins words with commas and a last `or`. */
export const joinWithOr = (items: readonly string[]) =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`

/** Makes a remedy of steps that are done one after the other. */
export function makeSteps(...all: readonly string[]): string {
  return all.map((step, index) => `${index + 1}. ${step}`).join('\n')
}

/** Makes a remedy of alternatives, the most likely one first. */
export function makeChoices(...all: readonly string[]): string {
  return all.map((choice) => `- ${choice}`).join('\n')
}

/** Makes the options of `interphase adopt` that leave out these tables. */
export function formatIgnoreOptions(names: readonly string[]): string {
  return names.map((name) => ` --ignore ${quoteForShell(name)}`).join('')
}

/** Quotes a word of a command line if the shell would read it otherwise. */
export function quoteForShell(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

// The largest number of suggestions in a message.
const MOST_SUGGESTIONS = 5

/** Suggests names for an unknown name: the known names that resemble it, or all known names if they are few. */
export function suggestNames(id: string, known: readonly string[]): string {
  const within = known.filter((one) => one.includes(id))
  const near = within.length > 0 ? within : known.filter((one) => id.includes(one))
  if (near.length > 0) return `; did you mean ${joinWithOr(near.slice(0, MOST_SUGGESTIONS))}?`
  return known.length > 0 && known.length <= MOST_SUGGESTIONS ? `; it must be ${joinWithOr(known)}` : ''
}
