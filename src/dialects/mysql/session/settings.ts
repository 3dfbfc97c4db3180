import { join, name, type Sql, sql, verbatim } from '../../../dialect/sql.ts'
import { literal } from '../text/notation.ts'

/** Variables by name, with their values, as the server tells of every change that a statement makes. */
export type Changes = Readonly<Record<string, string>>

/** They hold for one statement, or nobody can set them: there is nothing to take back, and nothing to make again. */
const PASSING: ReadonlySet<string> = new Set(['statement_id', 'insert_id', 'last_insert_id', 'identity', 'rand_seed1', 'rand_seed2'])

/**
 * Settings that an author's file makes hold for the statements of that file alone, as if the file had a session of its own.
 * Before a statement of the engine, all of them are taken back; before the next statement of the file they are made again; with
 * the file they end.
 */
export class FileSettings {
  readonly #made = new Map<string, string>()
  #pinned: ReadonlyMap<string, Sql> = new Map()
  /** The file's settings are in force. */
  #away = false

  /** What the engine has set where the server's default is another value. */
  pin(values: ReadonlyMap<string, Sql>): void {
    this.#pinned = values
  }

  note(changes: Changes): void {
    for (const [variable, value] of Object.entries(changes)) if (!PASSING.has(variable)) this.#made.set(variable, value)
    this.#away ||= this.#made.size > 0
  }

  /** A statement that failed does not tell what it had set before. */
  failed(): void {
    this.#away = true
  }

  /** What to send before a statement of the engine, ahead of what it relies on itself. */
  takeBack(): Sql | undefined {
    if (!this.#away) return undefined
    this.#away = false
    return sql`${join(
      [...this.#made.keys()].map((variable) => sql`SESSION ${name(variable)} = ${this.#pinned.get(variable) ?? sql`DEFAULT`}, `),
      sql``,
    )}`
  }

  /** What to send before the next statement of the file. */
  makeAgain(): Sql | undefined {
    if (this.#away || this.#made.size === 0) return undefined
    this.#away = true
    return sql`SET ${join([...this.#made].map(([variable, value]) => sql`SESSION ${name(variable)} = ${verbatim(written(variable, value))}`))}`
  }

  /** What the file has set a variable to; undefined where it is as the engine has it. */
  made(variable: string): string | undefined {
    return this.#made.get(variable)
  }

  end(): void {
    this.#made.clear()
  }
}

const OF_SESSIONS = new WeakMap<object, FileSettings>()

/** Lets others than the session read what a file has set in it. */
export function keepSettings(session: object, settings: FileSettings): void {
  OF_SESSIONS.set(session, settings)
}

export function madeSetting(session: object, variable: string): string | undefined {
  return OF_SESSIONS.get(session)?.made(variable)
}

function written(variable: string, value: string): string {
  if (value === '' && variable.startsWith('character_set_')) return 'NULL'
  return /^-?\d+(?:\.\d+)?$/.test(value) ? value : literal(value)
}
