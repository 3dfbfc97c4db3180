import { removeDatabaseName } from './expression.ts'

// Matches a string, a name, or a run of white space and comments. The content of an executable comment is code.
const PARTS = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|((?:\s|#[^\n]*|--(?=[\s\p{Cc}]|$)[^\n]*|\/\*[^]*?\*\/)+)/gsu

/**
 * Brings the body of a trigger, a routine or an event into one form. The database's name is removed, and one space replaces white
 * space and comments, because the clients that restore a dump change both.
 */
export function normalizeRoutineBody(text: string, database: string, mode = ''): string {
  const parts = replaceBackslashes(text, mode).replaceAll(PARTS, (part, blank: string | undefined) => (blank === undefined ? part : ' '))
  return removeDatabaseName(parts.trim(), database).replaceAll(PLAIN_BACKSLASH, '\\')
}

// A private-use character that stands for a backslash. Neither server reads the character as anything but a letter.
const PLAIN_BACKSLASH = '\ue05c'

/**
 * Replaces each backslash by another character if the object was created under NO_BACKSLASH_ESCAPES, where a backslash has no special
 * meaning. `normalizeRoutineBody` puts the backslashes back.
 */
export function replaceBackslashes(text: string, mode: string): string {
  return /\bNO_BACKSLASH_ESCAPES\b/.test(mode) ? text.replaceAll('\\', PLAIN_BACKSLASH) : text
}
