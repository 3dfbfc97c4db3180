/** The names of the engine's prepared statements in one session. A text gets a name the second time it is sent. */
export class PreparedNames {
  /** The texts that were sent before, with their names. */
  readonly #names = new Map<string, string | undefined>()
  #count = 0

  /** Notes that the text is sent. Returns its name, or undefined the first time. */
  nameFor(text: string): string | undefined {
    if (!this.#names.has(text)) {
      this.#names.set(text, undefined)
      return undefined
    }
    const name = this.#names.get(text) ?? `interphase_${(this.#count += 1)}`
    this.#names.set(text, name)
    return name
  }

  /** True if the server will prepare the text when it is sent next. */
  isPreparedNext(text: string): boolean {
    return this.#names.has(text) && this.#names.get(text) === undefined
  }

  /** Forgets a text whose prepared statement no longer fits. */
  forget(text: string): void {
    this.#names.delete(text)
  }

  /** Forgets every text, because the server removed all prepared statements. */
  forgetAll(): void {
    this.#names.clear()
  }
}
