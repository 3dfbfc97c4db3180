import type { MysqlToken } from './lexer.ts'
import { isModeActiveAfter } from './mode.ts'

// A private-use character that stands for a backslash. Neither server reads the character as anything but a letter.
export const PLAIN_BACKSLASH = '\ue05c'

const NO_ESCAPES = /\bNO_BACKSLASH_ESCAPES\b/i

/**
 * Replaces each backslash by another character if the text belongs to the SQL mode NO_BACKSLASH_ESCAPES, where a backslash has no
 * special meaning. The text can then be read as in every other mode. `restoreBackslashes` puts the backslashes back.
 */
export function replaceBackslashes(text: string, mode: string): string {
  return NO_ESCAPES.test(mode) ? text.replaceAll('\\', PLAIN_BACKSLASH) : text
}

export function restoreBackslashes(text: string): string {
  return text.replaceAll(PLAIN_BACKSLASH, '\\')
}

/** The text of a SQL file, in which backslashes are replaced as long as the file sets NO_BACKSLASH_ESCAPES. */
export class BackslashReader {
  readonly #written: string
  readonly #saved = new Map<string, boolean>()
  #isPlain = false
  text: string

  constructor(written: string) {
    this.#written = written
    this.text = written
  }

  /** Must be called after each statement, with the position at which the next one begins. */
  passed(tokens: readonly MysqlToken[], end: number): void {
    if (!NO_ESCAPES.test(this.#written)) return
    const isPlain = isModeActiveAfter(tokens, NO_ESCAPES, this.#isPlain, this.#saved)
    if (isPlain === this.#isPlain) return
    this.#isPlain = isPlain
    const rest = this.#written.slice(end)
    this.text = this.text.slice(0, end) + (isPlain ? rest.replaceAll('\\', PLAIN_BACKSLASH) : rest)
  }
}
