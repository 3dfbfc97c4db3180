/** One case of an error, and its remedy. */
export interface ErrorRemedyCase<Facts> {
  /** The description of the case on the page of the error, such as `If the migration is a SQL file`. */
  readonly when: string
  /** Returns true if an error with the given facts belongs to this case, so that the error shows the remedy of the case. */
  readonly applies: (facts: Facts) => boolean
  readonly remedy: string
}

/** The exit code, message and remedy of one error. `Facts` is the type of the facts of the error. */
export interface ErrorWording<Facts> {
  /** The exit code of the process when the error ends the command. `docs/cli.md` lists the meanings of the codes. */
  readonly exitCode: 1 | 2 | 6 | 7 | 8 | 10
  /** Returns the message of the error. */
  readonly message: (facts: Facts) => string
  /**
   * The remedy of an error: one step per line. The value of the fact `name` replaces a placeholder `<name>`. A list contains a
   * remedy for each case of the error, and the user reads only the remedy of the first case that applies.
   */
  readonly remedy: string | readonly ErrorRemedyCase<Facts>[]
  /** The meaning of an error that `check` reports, and an example of its cause, for the generated page of the error. */
  readonly page?: { readonly means: string; readonly example: string }
}

/** The exit codes, messages and remedies of a group of errors, by the code of the error. */
export type ErrorWordings<All> = { readonly [C in keyof All]: ErrorWording<All[C]> }

/** Returns the items as indented lines. A line break precedes each line. */
export const formatIndentedLines = (items: readonly string[]) => items.map((item) => `\n  ${item}`).join('')

/** Returns a SQL statement on one line of at most 200 characters. */
export const shortenStatement = (statement: string) => {
  const line = statement.replaceAll(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}

/** Returns a number of rows with its noun, such as `1 row` or `2 rows`. */
export const formatRowCount = (rows: number) => `${rows} ${rows === 1 ? 'row' : 'rows'}`

/** Returns a line break followed by the text. Returns an empty string if the text is undefined. */
export const formatTextAfterLineBreak = (text: string | undefined) => (text === undefined ? '' : `\n${text}`)

/** Returns a clause about the sessions that a statement blocks, such as `writes of other sessions wait`. */
export const describeBlockedSessions = (blocks: string) =>
  ({ ddl: 'schema changes of other sessions wait', writes: 'writes of other sessions wait' })[blocks] ?? 'all other sessions wait'

/** Returns the items as an alternative, such as `a, b or c`. */
export const joinWordsWithOr = (items: readonly string[]) =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`

/** Returns a remedy of numbered steps, one per line, which the user executes in the given order. */
export function formatRemedySteps(...all: readonly string[]): string {
  return all.map((step, index) => `${index + 1}. ${step}`).join('\n')
}

/** Returns a remedy of alternatives, one per line. The caller passes the most likely alternative first. */
export function formatRemedyAlternatives(...all: readonly string[]): string {
  return all.map((choice) => `- ${choice}`).join('\n')
}

/** A step of a remedy that lists the sessions which can hold a lock. */
export const LIST_SESSIONS_REMEDY_STEP =
  'To list the open sessions, execute SELECT pid, state, xact_start, query FROM pg_stat_activity on PostgreSQL, or SHOW FULL PROCESSLIST on MySQL and MariaDB. Wait until long transactions on the same table end, or end these sessions.'

/**
 * Matches the hint of PostgreSQL that proposes DROP … CASCADE. The remedy of an error with this hint warns the user against
 * CASCADE.
 */
export const CASCADE_HINT_PATTERN = /Use DROP \.\.\. CASCADE/

/** The remedy for a DROP of an object on which other objects depend. */
export const DROP_WITHOUT_CASCADE_REMEDY =
  'Do not follow the hint of the server without a check: CASCADE also drops the objects that the detail lists, such as a view that the application reads. Before the DROP in <file>, drop these objects one by one. If the application still needs such an object, create it again without the dropped column, in the same file.'

/** Returns the options `--ignore <name>` of `interphase adopt`, one for each table name. */
export function formatIgnoreOptions(names: readonly string[]): string {
  return names.map((name) => ` --ignore ${quoteForShell(name)}`).join('')
}

/** Returns the word for a command line: in single quotes if a shell would split or expand the word. */
export function quoteForShell(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

// The largest number of suggestions in a message.
const MOST_SUGGESTIONS = 5

/**
 * Returns the end of a message about an unknown name. The text suggests at most five known names that contain the unknown name or
 * are contained in it. If no known name is similar, the text lists all known names, or is empty if they are more than five.
 */
export function formatNameSuggestions(id: string, known: readonly string[]): string {
  const within = known.filter((one) => one.includes(id))
  const near = within.length > 0 ? within : known.filter((one) => id.includes(one))
  if (near.length > 0) return `; did you mean ${joinWordsWithOr(near.slice(0, MOST_SUGGESTIONS))}?`
  return known.length > 0 && known.length <= MOST_SUGGESTIONS ? `; the name must be ${joinWordsWithOr(known)}` : ''
}
