/** A setting of the session: its name and its value, as pg_settings shows them. */
export interface PostgresSessionSetting {
  readonly name: string
  readonly value: string
}

export interface MigrationFileSetting extends PostgresSessionSetting {
  /** The value that RESET would give the setting. */
  readonly reset: string
}

/**
 * The settings of every engine session. With these settings, the server prints equal values as equal texts on every machine, and
 * plans a prepared statement only once.
 */
const OWN = [
  // A statement_timeout of the role or database is meant for the application. This limit would cancel a count of the engine over a
  // large table. The limits of the policies apply instead.
  'SET statement_timeout = 0',
  "SET TimeZone = 'UTC'",
  "SET DateStyle = 'ISO, MDY'",
  "SET IntervalStyle = 'postgres'",
  'SET extra_float_digits = 1',
  "SET bytea_output = 'hex'",
  'SET quote_all_identifiers = off',
  'SET standard_conforming_strings = on',
  // The engine sets array_nulls and the following settings explicitly, because a role or a database can have other values. With
  // other values, the same SQL text can have another meaning.
  'SET array_nulls = on',
  'SET transform_null_equals = off',
  "SET xmloption = 'content'",
  // A transaction with the isolation level repeatable read does not see the rows that the application commits after the first
  // statement of the transaction. A count before the commit would then miss rows that violate a rule.
  "SET default_transaction_isolation = 'read committed'",
  // If row_security is on, the server hides the rows that a row-level security policy excludes. A data step would then leave these
  // rows unchanged, and a count before contract would leave them out. If row_security is off, the server reports an error instead.
  'SET row_security = off',
  // With a value other than 0, the server can leave out some of the rows that it finds with a GIN index.
  'SET gin_fuzzy_search_limit = 0',
  'SET plan_cache_mode = force_generic_plan',
  'SET jit = off',
]

export const POSTGRES_ENGINE_SESSION_STATEMENTS_SQL = OWN.join('; ')

/** The change of the session settings that the engine makes before one of its own statements. */
export type SettingsChangeBeforeEngineStatement =
  /**
   * If the engine does not know which settings the migration file has changed, the session resets all its settings. `text` resets
   * every setting to the engine's value, and returns the previous values.
   */
  | { readonly way: 'read'; readonly text: string }
  /**
   * If the engine knows the settings that the migration file has changed, the session resets only these settings. `settings`
   * contains these settings with the engine's values.
   */
  | { readonly way: 'set'; readonly settings: readonly PostgresSessionSetting[] }
  /** A change of settings at the end of a migration file: `text` resets the settings that the file has set. */
  | { readonly way: 'end'; readonly text: string }

/**
 * Restricts the settings of a migration file to the statements of that file. Dumps, for example, empty the search path and
 * disable timeouts. Before a statement of the engine, the session resets all settings. Before the next statement of the file, the
 * session sets the settings of the file again. The settings end with the file.
 */
export class PostgresMigrationFileSettingsSwitcher {
  readonly #pinned: readonly string[]
  /** The statements that set the session's time limits again after a RESET. */
  limits: readonly string[] = []
  /** The statements that set the time limits of the open transaction. */
  localLimits: readonly string[] = []
  #file: string | undefined
  /** The settings that the migration file has changed in its session, as far as the engine knows them. */
  #made: readonly MigrationFileSetting[] = []
  #madeAtBegin: readonly MigrationFileSetting[] = []
  /** True when a statement of the migration file can have changed settings since the engine last read the settings. */
  #unread = false
  /** True while the session can have the settings of the migration file. */
  #away = false
  #ended = false

  /**
   * Returns the settings that the session must set again before a statement of the migration file. Before the first statement of
   * another file, the caller first calls `beforeEngine`.
   */
  beforeAuthor(text: string, file: string): readonly PostgresSessionSetting[] {
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

  beforeEngine(): SettingsChangeBeforeEngineStatement | undefined {
    if (this.#ended) {
      this.#ended = false
      this.#forget()
      return { way: 'end', text: [...END, 'RESET ALL', this.#home()].join('; ') }
    }
    if (!this.#away) return undefined
    this.#away = false
    // If the migration file sets a role, the engine reads the settings from the server, because only the server knows the login
    // user and the role of the session.
    const mustRead = this.#unread || this.#made.some(({ name }) => name === 'role' || name === 'session_authorization')
    this.#unread = false
    if (!mustRead) {
      const homes = this.homes()
      const settings = this.#made.map(({ name, reset }) => ({ name, value: homes.get(name) ?? reset }))
      return settings.length === 0 ? undefined : { way: 'set', settings }
    }
    return { way: 'read', text: [WHO, ...AS_WHO_CONNECTED, TAKE_BACK, this.#home()].join('; ') }
  }

  /**
   * Creates the settings of one session. Each statement in `pinned` sets one setting to the engine's value, and is needed because
   * the role or the database has another default.
   */
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

  /** Ends the settings of the migration file. The next statement of the engine resets the settings. */
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
    // A rollback restores the settings that the session had at the beginning of the transaction. At the beginning of a
    // transaction, the engine's settings apply.
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
    return [POSTGRES_ENGINE_SESSION_STATEMENTS_SQL, ...this.#pinned, ...this.limits, ...this.localLimits].join('; ')
  }
}

// Matches a statement that can change a setting. A query or a block can call a function that changes a setting.
const SETS = /(?:^|;|\*\/)\s*(?:set|reset|discard|select|with|do|call|execute|load)\b|\bset_config\b/i

const WHO = "SELECT session_user AS connected, pg_catalog.current_setting('role') AS role"

const AS_WHO_CONNECTED = ['RESET SESSION AUTHORIZATION', 'RESET ROLE']

// The query that resets every setting of the session. The query does not reset an application's own settings (app.tenant),
// because pg_settings does not contain them. RESET ALL would reset them.
const TAKE_BACK = `SELECT name, setting, reset_val AS reset, pg_catalog.set_config(name, reset_val, false) FROM pg_catalog.pg_settings
  WHERE source = 'session' AND name NOT LIKE 'transaction\\_%'`

const END = [...AS_WHO_CONNECTED, 'CLOSE ALL', 'UNLISTEN *', 'DISCARD TEMP', 'DISCARD SEQUENCES']
