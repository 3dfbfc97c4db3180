/**
 * Chooses the names of the engine's prepared statements in one session. A SQL text receives a name when the engine sends the text
 * for the second time.
 */
export class PostgresPreparedStatementNamer {
  /** The SQL texts that the engine sent before, with their names as prepared statements. */
  readonly #names = new Map<string, string | undefined>()
  #count = 0

  /**
   * Records that the engine sends a SQL text. Returns the name for the prepared statement, or undefined when the text is sent for
   * the first time.
   */
  nameFor(text: string): string | undefined {
    if (!this.#names.has(text)) {
      this.#names.set(text, undefined)
      return undefined
    }
    const name = this.#names.get(text) ?? `interphase_${(this.#count += 1)}`
    this.#names.set(text, name)
    return name
  }

  /**
   * Returns true if the engine has sent the SQL text exactly once. The server will prepare the text when the engine sends the text
   * again.
   */
  isPreparedNext(text: string): boolean {
    return this.#names.has(text) && this.#names.get(text) === undefined
  }

  /** Removes the name of a SQL text whose prepared statement the server refuses to execute. */
  forget(text: string): void {
    this.#names.delete(text)
  }

  /** Removes the names of all prepared statements, because the server itself removed all prepared statements. */
  forgetAll(): void {
    this.#names.clear()
  }
}
