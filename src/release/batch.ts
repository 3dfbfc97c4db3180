/** The declaration of a data step that runs in batches: `batch <table> [as <alias>] [by (<columns>)] …`. */
export interface BatchDeclaration {
  /** The table whose rows the data step divides into batches, by its name in a schema state. */
  readonly table: string
  /** The name of the table in the statements of the data step: the alias, or the name of the table without the schema. */
  readonly alias: string
  /**
   * The columns of the key by which the data step divides the rows into batches. The field is absent if the engine chooses the
   * key.
   */
  readonly by?: readonly string[]
  /** The largest number of rows in a batch of the data step. */
  readonly size?: number
  /**
   * The target duration of one batch in milliseconds. The engine chooses the size of a batch so that the batch takes about this
   * time.
   */
  readonly targetMs?: number
  /** The number of workers that share the data step. The field is absent if one session runs the data step alone. */
  readonly workers?: number
  /** The number of rows that can fail without ending the data step. If the field is absent, the policy determines the number. */
  readonly quarantine?: number
  /** The number of the line in the file that contains the declaration `batch`. */
  readonly line: number
}

/**
 * The largest number of workers in one Node process. If the server has fewer processors than workers, additional workers only wait
 * for each other.
 */
export const MAX_WORKERS_PER_PROCESS = 16

export function isValidWorkerCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= MAX_WORKERS_PER_PROCESS
}

/** The placeholder in a statement of a data step. The engine replaces the placeholder by the condition of a batch. */
export const BATCH_PLACEHOLDER = ':batch'

/**
 * A SQL condition that is true for every row and has the same length as the placeholder `:batch`. The engine parses a file with
 * this condition instead of each placeholder, so that positions in the text stay the same.
 */
export const EVERY_ROW_CONDITION = '(TRUE)'

const SHAPE =
  'batch <table> [as <alias>] [by (<column>, …)] [size <rows>] [target-ms <milliseconds>] [workers <number>] [quarantine <rows>]'

/** Parses a declaration `batch`. Returns a problem as a text if the declaration is invalid. */
export function parseBatchDeclaration(words: string, line: number): BatchDeclaration | string {
  const tokens = [...words.matchAll(TOKEN)].map(([token]) => token)
  const [, named, ...rest] = tokens
  // The words after the table form pairs of an option and its value. If the table is missing, an option stands in its place, and
  // the number of the words after this option is odd.
  const isOption = named !== undefined && OPTIONS.has(named) && rest.length % 2 === 1
  if (named === undefined || !isName(named) || isOption) return `"${words}" names no table; write: ${SHAPE}`
  const table = unquoted(named)
  const found: { -readonly [K in keyof BatchDeclaration]: BatchDeclaration[K] } = { table, alias: lastPart(named), line }
  for (let at = 0; at < rest.length; at += 2) {
    const problem = take(found, rest[at], rest[at + 1])
    if (problem !== undefined) return `"${words}": ${problem}; write: ${SHAPE}`
  }
  return found
}

const OPTIONS: ReadonlySet<string> = new Set(['as', 'by', 'size', 'target-ms', 'workers', 'quarantine'])

const PART = String.raw`(?:"(?:[^"]|"")+"|\x60(?:[^\x60]|\x60\x60)+\x60|[\p{L}_][\p{L}\p{N}_$]*)`
const TOKEN = new RegExp(String.raw`${PART}(?:\.${PART})?(?:-ms)?|\([^)]*\)|\S+`, 'gu')

function isName(token: string): boolean {
  return new RegExp(`^${PART}(?:\\.${PART})?$`, 'u').test(token)
}

function unquoted(token: string): string {
  return [...token.matchAll(new RegExp(PART, 'gu'))].map(([part]) => plain(part)).join('.')
}

function lastPart(token: string): string {
  return plain([...token.matchAll(new RegExp(PART, 'gu'))].at(-1)?.[0] ?? token)
}

function plain(part: string): string {
  const [mark = ''] = part
  return mark === '"' || mark === '`' ? part.slice(1, -1).replaceAll(mark + mark, mark) : part
}

type Words = { -readonly [K in keyof BatchDeclaration]: BatchDeclaration[K] }

function take(found: Words, word: string | undefined, said: string | undefined): string | undefined {
  if (said === undefined) return `nothing follows "${word}"`
  switch (word) {
    case 'as':
      if (!isName(said)) return `"${said}" is not an alias`
      found.alias = plain(said)
      return undefined
    case 'by': {
      const columns = said.startsWith('(') ? said.slice(1, -1).split(',') : [said]
      if (columns.some((column) => !isName(column.trim()))) return `"${said}" is not a list of columns`
      found.by = columns.map((column) => plain(column.trim()))
      return undefined
    }
    case 'size':
    case 'target-ms': {
      const number = /^[1-9]\d{0,8}$/.test(said) ? Number(said) : undefined
      if (number === undefined) return `"${said}" is not a whole number above zero`
      found[word === 'size' ? 'size' : 'targetMs'] = number
      return undefined
    }
    case 'workers':
      if (!isValidWorkerCount(Number(said))) return `"${said}" is not a number of workers from 1 to ${MAX_WORKERS_PER_PROCESS}`
      found.workers = Number(said)
      return undefined
    case 'quarantine': {
      if (!/^\d{1,9}$/.test(said)) return `"${said}" is not a whole number`
      found.quarantine = Number(said)
      return undefined
    }
    default:
      return `"${word}" is unknown`
  }
}

/**
 * A SQL text in which a condition that is true for every row replaces each placeholder `:batch`. `placeholders` contains the
 * offsets of these conditions.
 */
export interface TextWithoutPlaceholders {
  readonly text: string
  readonly placeholders: readonly number[]
}

/**
 * Joins the parts of a SQL text that was split at its placeholders. Between two parts, the function writes a condition that is true
 * for every row. The condition is as long as the placeholder, so positions in the text stay the same.
 */
export function joinWithEveryRowCondition(parts: readonly string[]): TextWithoutPlaceholders {
  const placeholders: number[] = []
  let end = 0
  for (const part of parts.slice(0, -1)) {
    placeholders.push(end + part.length)
    end += part.length + BATCH_PLACEHOLDER.length
  }
  return { text: parts.join(EVERY_ROW_CONDITION), placeholders }
}
