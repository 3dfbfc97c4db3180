/** The names of the engine's prepared statements in one session. A text receives a name when it is sent for the second time. */
export class PreparedNames {
  /** The texts that were sent before, with their names. */
  readonly #names = new Map<string, string | undefined>()
  #count = 0

  /** Records that the text is sent. Returns the name of the text, or undefined when the text is sent for the first time. */
  nameFor(text: string): string | undefined {
    if (!this.#names.has(text)) {
      this.#names.set(text, undefined)
      return undefined
    }
    const name = this.#names.get(text) ?? `interphase_${(this.#count += 1)}`
    this.#names.set(text, name)
    return name
  }

  /** Returns true if the server will prepare the text when it is sent next. */
  isPreparedNext(text: string): boolean {
    return this.#names.has(text) && this.#names.get(text) === undefined
  }

  /** Removes the name of a text whose prepared statement the server refuses. */
  forget(text: string): void {
    this.#names.delete(text)
  }

  /** Removes all names, because the server removed all prepared statements. */
  forgetAll(): void {
    this.#names.clear()
  }
}
