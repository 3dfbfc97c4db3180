import { replaceBackslashes, restoreBackslashes } from '../text/backslash.ts'
import { removeDatabaseName } from './expression.ts'

// Matches a string, a name, or a run of white space and comments. The content of an executable comment is code.
const PARTS = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|((?:\s|#[^\n]*|--(?=[\s\p{Cc}]|$)[^\n]*|\/\*[^]*?\*\/)+)/gsu

/**
 * Brings the body of a trigger, a routine or an event into one form. The database's name is removed, and one space replaces white
 * space and comments, because the clients that restore a dump change both.
 */
export function normalizeRoutineBody(text: string, database: string, mode = ''): string {
  const parts = replaceBackslashes(text, mode).replaceAll(PARTS, (part, blank: string | undefined) => (blank === undefined ? part : ' '))
  return restoreBackslashes(removeDatabaseName(parts.trim(), database))
}
