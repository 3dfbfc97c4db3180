import { replaceBackslashes, restoreBackslashes } from '../text/backslash.ts'
import { removeMysqlDatabaseName } from './expression.ts'

// Matches a string, a name, or a run of white space and comments. The pattern does not match executable comments, because the
// server executes their content.
const PARTS = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|((?:\s|#[^\n]*|--(?=[\s\p{Cc}]|$)[^\n]*|\/\*[^]*?\*\/)+)/gsu

/**
 * Returns the body of a trigger, a routine or an event in a normal form. In the normal form, the name of the database does not
 * precede the names of its objects, and each run of white space and comments is one space. The normal form is needed because a
 * client that restores a dump can change white space and comments.
 */
export function normalizeMysqlRoutineBody(text: string, database: string, mode = ''): string {
  const parts = replaceBackslashes(text, mode).replaceAll(PARTS, (part, blank: string | undefined) => (blank === undefined ? part : ' '))
  return restoreBackslashes(removeMysqlDatabaseName(parts.trim(), database))
}
