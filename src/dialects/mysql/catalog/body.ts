import { withoutDatabase } from './expression.ts'

// Matches strings and names, or a run of white space and comments. The content of an executable comment is code.
const PARTS = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|((?:\s|#[^\n]*|--(?=[\s\p{Cc}]|$)[^\n]*|\/\*[^]*?\*\/)+)/gsu

/**
 * The body of a trigger, a routine or an event without the database's name, with one space in place of white space and comments. The
 * clients that restore a dump remove comments and change the white space around them.
 */
export function plainBody(text: string, database: string): string {
  return withoutDatabase(text.replaceAll(PARTS, (part, blank: string | undefined) => (blank === undefined ? part : ' ')).trim(), database)
}
