/**
 * What a file sets with SET ends with the file, as it would end with psql's session: dumps empty the search path and
 * switch timeouts off. While the file is in hand, the engine's own statements still see the path they began with.
 */
export class FileSettings {
  readonly #own: string
  readonly #home: string
  /** The session's own limits, set again after a RESET. */
  limits: readonly string[] = []
  /** The limits of the transaction that is open. */
  localLimits: readonly string[] = []
  #file: string | undefined
  #touched = false
  #repairedInTransaction = false
  /** The path that the file chose, while the engine's is in force. */
  #away: string | undefined
  #leavingHome = false

  constructor(own: string, home: string) {
    this.#own = own
    this.#home = home
  }

  /** What to send before an author's statement. */
  beforeAuthor(text: string, file: string): readonly string[] {
    const isNewFile = file !== this.#file
    const repairs: string[] = []
    if (isNewFile && this.#touched) {
      repairs.push(['RESET ALL', this.#own, ...this.limits, ...this.localLimits].join('; '))
      this.#touched = false
      this.#repairedInTransaction = true
      this.#away = undefined
      this.#leavingHome = false
    }
    if (this.#away !== undefined) {
      repairs.push(pathTo(this.#away))
      this.#away = undefined
      this.#leavingHome = true
    }
    this.#file = file
    if (SETS.test(text)) {
      this.#touched = true
      if (/search_path/i.test(text)) this.#leavingHome = true
    }
    return repairs
  }

  /** What to send before a statement of the engine; what the first gives goes to `note`. */
  beforeEngine(): readonly string[] {
    if (!this.#leavingHome) return []
    this.#leavingHome = false
    return ["SELECT current_setting('search_path') AS path", pathTo(this.#home)]
  }

  note(result: { readonly rows: readonly { readonly path?: string }[] }): void {
    const path = result.rows[0]?.path
    if (path !== undefined && path !== this.#home) this.#away = path
  }

  ended(how: 'commit' | 'rollback'): void {
    // A rollback takes the repair back with the rest.
    if (how === 'rollback' && this.#repairedInTransaction) this.#touched = true
    if (how === 'rollback') this.#away = undefined
    this.#repairedInTransaction = false
    this.localLimits = []
  }
}

const SETS = /(^|;)\s*(set|reset)\b|\bset_config\b/i

function pathTo(path: string): string {
  return `SET search_path TO ${path === '' ? "''" : path}`
}
