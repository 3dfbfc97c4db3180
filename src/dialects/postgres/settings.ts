/** A setting of the session, by the name and in the form that pg_settings shows. */
export interface Setting {
  readonly name: string
  readonly value: string
}

/**
 * Settings that an author's file makes hold for the statements of that file alone, as if the file had a session of its own:
 * dumps empty the search path and switch timeouts off. Before a statement of the engine, all settings are taken back; before
 * the next statement of the file they are made again; with the file they end.
 */
export class FileSettings {
  readonly #own: string
  /** The session's own limits, set again after a RESET. */
  limits: readonly string[] = []
  /** The limits of the transaction that is open. */
  localLimits: readonly string[] = []
  #file: string | undefined
  /** What the file has set, as far as it was read. */
  #made: readonly Setting[] = []
  #madeAtBegin: readonly Setting[] = []
  /** A statement of the file may have set more since. */
  #unread = false
  /** The file's settings are in force. */
  #away = false
  #ended = false

  constructor(own: string) {
    this.#own = own
  }

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

  /** What to send before a statement of the engine: a text, and whether its answer goes to `note`. */
  beforeEngine(): { readonly text: string; readonly reads: boolean } | undefined {
    if (this.#ended) {
      this.#ended = false
      this.#forget()
      return { text: [...END, 'RESET ALL', this.#home()].join('; '), reads: false }
    }
    if (!this.#away) return undefined
    this.#away = false
    const reads = this.#unread
    this.#unread = false
    return { text: [...(reads ? [WHO] : []), ...AS_WHO_CONNECTED, TAKE_BACK, this.#home()].join('; '), reads }
  }

  note(made: readonly Setting[]): void {
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
    return [this.#own, ...this.limits, ...this.localLimits].join('; ')
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
