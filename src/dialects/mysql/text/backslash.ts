import type { MysqlToken } from './lexer.ts'
import { isSqlModeActiveAfterStatement } from './mode.ts'

// A character of the private-use area of Unicode that replaces a backslash. MySQL and MariaDB read this character as a letter.
export const BACKSLASH_SUBSTITUTE = '\ue05c'

const NO_ESCAPES = /\bNO_BACKSLASH_ESCAPES\b/i

/**
 * Replaces each backslash by another character if the SQL mode contains NO_BACKSLASH_ESCAPES. In this mode, a backslash has no
 * special meaning. After the replacement, the tokenizer can read the text as in every other mode. `restoreBackslashes` restores
 * the backslashes.
 */
export function replaceBackslashes(text: string, mode: string): string {
  return NO_ESCAPES.test(mode) ? text.replaceAll('\\', BACKSLASH_SUBSTITUTE) : text
}

export function restoreBackslashes(text: string): string {
  return text.replaceAll(BACKSLASH_SUBSTITUTE, '\\')
}

/**
 * The text of a SQL file for the tokenizer. After the statement that sets NO_BACKSLASH_ESCAPES, the text contains another character
 * instead of each backslash.
 */
export class BackslashReplacer {
  readonly #written: string
  // True if the file contains the name of the SQL mode NO_BACKSLASH_ESCAPES. The class searches the file only once, and does not
  // repeat the search for each statement.
  readonly #canChange: boolean
  readonly #saved = new Map<string, boolean>()
  #isPlain = false
  text: string

  constructor(written: string) {
    this.#written = written
    this.#canChange = NO_ESCAPES.test(written)
    this.text = written
  }

  /**
   * Replaces or restores the backslashes of the remaining text if the statement has changed the SQL mode. The caller calls this
   * method after each statement. `end` is the position after the statement.
   */
  passed(tokens: readonly MysqlToken[], end: number): void {
    if (!this.#canChange) return
    const isPlain = isSqlModeActiveAfterStatement(tokens, NO_ESCAPES, this.#isPlain, this.#saved)
    if (isPlain === this.#isPlain) return
    this.#isPlain = isPlain
    const rest = this.#written.slice(end)
    this.text = this.text.slice(0, end) + (isPlain ? rest.replaceAll('\\', BACKSLASH_SUBSTITUTE) : rest)
  }
}
