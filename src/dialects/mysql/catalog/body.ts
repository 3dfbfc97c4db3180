import { withoutDatabase } from './expression.ts'

// Matches strings and names, or a run of white space and comments. The content of an executable comment is code.
const PARTS = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|((?:\s|#[^\n]*|--(?=[\s\p{Cc}]|$)[^\n]*|\/\*[^]*?\*\/)+)/gsu

/**
 * The body of a trigger, a routine or an event without the database's name, with one space in place of white space and comments. The
 * clients that restore a dump remove comments and change the white space around them.
 */
export function plainBody(text: string, database: string, mode = ''): string {
  const parts = withPlainBackslashes(text, mode).replaceAll(PARTS, (part, blank: string | undefined) => (blank === undefined ? part : ' '))
  return withoutDatabase(parts.trim(), database).replaceAll(PLAIN_BACKSLASH, '\\')
}

// A character for private use, which neither server reads as anything but a letter.
const PLAIN_BACKSLASH = '\ue05c'

/**
 * The text with another character in place of each backslash, if the object was created under NO_BACKSLASH_ESCAPES: there a backslash in a
 * string is a character like any other. `plainBody` puts the backslashes back.
 */
export function withPlainBackslashes(text: string, mode: string): string {
  return /\bNO_BACKSLASH_ESCAPES\b/.test(mode) ? text.replaceAll('\\', PLAIN_BACKSLASH) : text
}
