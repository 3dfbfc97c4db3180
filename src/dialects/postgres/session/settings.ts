/** A setting of the session, by the name and in the form that pg_settings shows. */
export interface Setting {
  readonly name: string
  readonly value: string
}

export interface Made extends Setting {
  /** The value to which the server would reset it. */
  readonly reset: string
}

/** What every session of the engine is set to. Texts and values are the same on every machine, and a plan made once serves every table. */
const OWN = [
  "SET TimeZone = 'UTC'",
  "SET DateStyle = 'ISO, MDY'",
  "SET IntervalStyle = 'postgres'",
  'SET extra_float_digits = 1',
  "SET bytea_output = 'hex'",
  'SET quote_all_identifiers = off',
  'SET standard_conforming_strings = on',
  'SET plan_cache_mode = force_generic_plan',
  'SET jit = off',
]

export const SETTINGS = OWN.join('; ')

/** What is sent before a statement of the engine. */
export type WayHome =
  /** Takes everything back that is set; its answer tells what that was. */
  | { readonly way: 'read'; readonly text: string }
  /** Sets these to their values at home. */
  | { readonly way: 'set'; readonly settings: readonly Setting[] }
  /** Ends the file. */
  | { readonly way: 'end'; readonly text: string }

/**
 * Settings that an author's file makes hold for the statements of that file alone, as if the file had a session of its own:
 * dumps empty the search path and switch timeouts off. Before a statement of the engine, all settings are taken back; before
 * the next statement of the file they are made again; with the file they end.
 */
export class FileSettings {
  /** The session's own limits, set again after a RESET. */
  limits: readonly string[] = []
  /** The limits of the transaction that is open. */
  localLimits: readonly string[] = []
  #file: string | undefined
  /** What the file has set, as far as it was read. */
  #made: readonly Made[] = []
  #madeAtBegin: readonly Made[] = []
  /** A statement of the file may have set more since. */
  #unread = false
  /** The file's settings are in force. */
  #away = false
  #ended = false

  /** What to set again before an author's statement, once `beforeEngine` was asked where another file begins. */
  beforeAuthor(text: string, file: string): readonly Setting[] {
    this.#file = file
    const again = this.#away ? [] : this.#made
    if (SETS.test(text)) this.#unread = true
    this.#away ||= this.#unread || again.length > 0
    return again
  }

  get isEnded(): boolean {
    return this.#ended
  }

  begins(file: string): boolean {
    return this.#file !== undefined && this.#file !== file
  }

  beforeEngine(): WayHome | undefined {
    if (this.#ended) {
      this.#ended = false
      this.#forget()
      return { way: 'end', text: [...END, 'RESET ALL', this.#home()].join('; ') }
    }
    if (!this.#away) return undefined
    this.#away = false
    // Only the server knows whom a session was opened as, and with which role.
    const mustRead = this.#unread || this.#made.some(({ name }) => name === 'role' || name === 'session_authorization')
    this.#unread = false
    if (!mustRead) {
      const homes = this.homes()
      const settings = this.#made.map(({ name, reset }) => ({ name, value: homes.get(name) ?? reset }))
      return settings.length === 0 ? undefined : { way: 'set', settings }
    }
    return { way: 'read', text: [WHO, ...AS_WHO_CONNECTED, TAKE_BACK, this.#home()].join('; ') }
  }

  /** The values at home of the settings that the engine makes itself. */
  homes(): ReadonlyMap<string, string> {
    const found = [...OWN, ...this.limits, ...this.localLimits].flatMap((statement) => {
      const [, name, value] = /^SET (?:LOCAL )?(\w+) = '?(.*?)'?$/.exec(statement) ?? []
      return name === undefined || value === undefined || value === 'DEFAULT' ? [] : [[name, value] as const]
    })
    return new Map(found)
  }

  note(made: readonly Made[]): void {
    this.#made = made
  }

  /** The file is over: nothing that it left in the session is there for the next statement of the engine. */
  end(): void {
    if (this.#file === undefined) return
    this.#ended = true
    this.#file = undefined
  }

  began(): void {
    this.#madeAtBegin = this.#made
  }

  finished(how: 'commit' | 'rollback'): void {
    this.localLimits = []
    if (how === 'commit') return
    // A rollback brings the settings back that there were when the transaction began, and those were the engine's.
    this.#made = this.#madeAtBegin
    this.#unread = false
    this.#away = false
  }

  #forget(): void {
    this.#made = []
    this.#madeAtBegin = []
    this.#unread = false
    this.#away = false
  }

  #home(): string {
    return [SETTINGS, ...this.limits, ...this.localLimits].join('; ')
  }
}

// A query and a block may call what sets something.
const SETS = /(?:^|;|\*\/)\s*(?:set|reset|discard|select|with|do|call|execute|load)\b|\bset_config\b/i

const WHO = "SELECT session_user AS connected, pg_catalog.current_setting('role') AS role"

const AS_WHO_CONNECTED = ['RESET SESSION AUTHORIZATION', 'RESET ROLE']

// RESET ALL would also take back settings of an application's own making (app.tenant), which pg_settings does not show.
const TAKE_BACK = `SELECT name, setting, reset_val AS reset, pg_catalog.set_config(name, reset_val, false) FROM pg_catalog.pg_settings
  WHERE source = 'session' AND name NOT LIKE 'transaction\\_%'`

const END = [...AS_WHO_CONNECTED, 'CLOSE ALL', 'UNLISTEN *', 'DISCARD TEMP', 'DISCARD SEQUENCES']
