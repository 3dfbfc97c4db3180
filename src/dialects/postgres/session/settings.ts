/** A setting of the session: its name and its value, as pg_settings shows them. */
export interface SessionSetting {
  readonly name: string
  readonly value: string
}

export interface MigrationFileSetting extends SessionSetting {
  /** The value that RESET would restore. */
  readonly reset: string
}

/**
 * The settings of every engine session. They make texts and values equal on every machine, and let the server use one plan for every
 * table.
 */
const OWN = [
  // A statement_timeout of the role or database is meant for the application. It would cancel a count over a large table. The limits of
  // the policies apply instead.
  'SET statement_timeout = 0',
  "SET TimeZone = 'UTC'",
  "SET DateStyle = 'ISO, MDY'",
  "SET IntervalStyle = 'postgres'",
  'SET extra_float_digits = 1',
  "SET bytea_output = 'hex'",
  'SET quote_all_identifiers = off',
  'SET standard_conforming_strings = on',
  // The settings below are set explicitly, because a role or a database can have other values, under which the same text means something
  // else.
  'SET array_nulls = on',
  'SET transform_null_equals = off',
  "SET xmloption = 'content'",
  // A transaction with one snapshot does not see the rows that the application commits after its first statement, so a count before the
  // commit would miss rows that break a rule.
  "SET default_transaction_isolation = 'read committed'",
  'SET plan_cache_mode = force_generic_plan',
  'SET jit = off',
]

export const ENGINE_SESSION_SETTINGS_SQL = OWN.join('; ')

/** The change of the settings that must come before a statement of the engine. */
export type SettingsChangeBeforeEngine =
  /** The text resets every setting of the session to the engine's value. Its result shows the values before. */
  | { readonly way: 'read'; readonly text: string }
  /** Sets these settings, which the file is known to have changed, to the engine's values. */
  | { readonly way: 'set'; readonly settings: readonly SessionSetting[] }
  /** Resets the settings of the file at its end. */
  | { readonly way: 'end'; readonly text: string }

/**
 * Keeps the settings of a migration file from affecting the engine's statements. Dumps, for example, empty the search path and disable
 * timeouts. All settings are reset before a statement of the engine, and set again before the next statement of the file. They end
 * with the file.
 */
export class MigrationFileSettings {
  readonly #pinned: readonly string[]
  /** The statements that set the session's time limits again after a RESET. */
  limits: readonly string[] = []
  /** The statements that set the time limits of the open transaction. */
  localLimits: readonly string[] = []
  #file: string | undefined
  /** The settings that the migration file has made in its session, as far as the engine knows them. */
  #made: readonly MigrationFileSetting[] = []
  #madeAtBegin: readonly MigrationFileSetting[] = []
  /** True when a statement of the migration file may have changed settings since the last reading. */
  #unread = false
  /** True while the settings of the migration file are active. */
  #away = false
  #ended = false

  /** Returns the settings to set again before a statement of the file. `beforeEngine` must be called first when another file begins. */
  beforeAuthor(text: string, file: string): readonly SessionSetting[] {
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

  beforeEngine(): SettingsChangeBeforeEngine | undefined {
    if (this.#ended) {
      this.#ended = false
      this.#forget()
      return { way: 'end', text: [...END, 'RESET ALL', this.#home()].join('; ') }
    }
    if (!this.#away) return undefined
    this.#away = false
    // The settings must be read from the server if a role is set, because only the server knows the session's login user and role.
    const mustRead = this.#unread || this.#made.some(({ name }) => name === 'role' || name === 'session_authorization')
    this.#unread = false
    if (!mustRead) {
      const homes = this.homes()
      const settings = this.#made.map(({ name, reset }) => ({ name, value: homes.get(name) ?? reset }))
      return settings.length === 0 ? undefined : { way: 'set', settings }
    }
    return { way: 'read', text: [WHO, ...AS_WHO_CONNECTED, TAKE_BACK, this.#home()].join('; ') }
  }

  /** `pinned` holds further statements that give a setting the engine's value in place of the default of the role or database. */
  constructor(pinned: readonly string[] = []) {
    this.#pinned = pinned
  }

  /** Returns the engine's values of the settings that the engine itself changes. */
  homes(): ReadonlyMap<string, string> {
    const found = [...OWN, ...this.#pinned, ...this.limits, ...this.localLimits].flatMap((statement) => {
      const [, name, value] = /^SET (?:LOCAL )?(\w+) = '?(.*?)'?$/.exec(statement) ?? []
      return name === undefined || value === undefined || value === 'DEFAULT' ? [] : [[name, value] as const]
    })
    return new Map(found)
  }

  note(made: readonly MigrationFileSetting[]): void {
    this.#made = made
  }

  /** Forgets the settings of the migration file at its end. */
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
    // A rollback restores the settings from the beginning of the transaction, which were the engine's.
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
    return [ENGINE_SESSION_SETTINGS_SQL, ...this.#pinned, ...this.limits, ...this.localLimits].join('; ')
  }
}

// Matches a statement that can change a setting. Queries and blocks can call a function that does.
const SETS = /(?:^|;|\*\/)\s*(?:set|reset|discard|select|with|do|call|execute|load)\b|\bset_config\b/i

const WHO = "SELECT session_user AS connected, pg_catalog.current_setting('role') AS role"

const AS_WHO_CONNECTED = ['RESET SESSION AUTHORIZATION', 'RESET ROLE']

// The query that resets every setting. Unlike RESET ALL, it keeps an application's own settings (app.tenant), which pg_settings does
// not show.
const TAKE_BACK = `SELECT name, setting, reset_val AS reset, pg_catalog.set_config(name, reset_val, false) FROM pg_catalog.pg_settings
  WHERE source = 'session' AND name NOT LIKE 'transaction\\_%'`

const END = [...AS_WHO_CONNECTED, 'CLOSE ALL', 'UNLISTEN *', 'DISCARD TEMP', 'DISCARD SEQUENCES']
