import { withoutDatabase } from './expression.ts'

// Strings and names as they stand, or a run of white space and comments. What a server keeps of an executable comment is its code.
const PARTS = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|((?:\s|#[^\n]*|--(?=[\s\p{Cc}]|$)[^\n]*|\/\*[^]*?\*\/)+)/gsu

/**
 * What a trigger, a routine or an event does: its text without the database's name, with one space for white space and comments. The
 * clients that load a dump leave comments out, and leave other white space in their place.
 */
export function plainBody(text: string, database: string): string {
  return withoutDatabase(text.replaceAll(PARTS, (part, blank: string | undefined) => (blank === undefined ? part : ' ')).trim(), database)
}
