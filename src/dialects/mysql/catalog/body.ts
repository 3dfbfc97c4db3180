import { replaceBackslashes, restoreBackslashes } from '../text/backslash.ts'
import { removeDatabaseName } from './expression.ts'

// Matches a string, a name, or a run of white space and comments. The pattern excludes executable comments, because the server
// executes their content.
const PARTS = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|((?:\s|#[^\n]*|--(?=[\s\p{Cc}]|$)[^\n]*|\/\*[^]*?\*\/)+)/gsu

/**
 * Returns the body of a trigger, a routine or an event in a normal form. The normal form omits the name of the database before the
 * names of its objects, and has one space in place of white space and comments. A client that restores a dump can change white
 * space and comments.
 */
export function normalizeRoutineBody(text: string, database: string, mode = ''): string {
  const parts = replaceBackslashes(text, mode).replaceAll(PARTS, (part, blank: string | undefined) => (blank === undefined ? part : ' '))
  return restoreBackslashes(removeDatabaseName(parts.trim(), database))
}
