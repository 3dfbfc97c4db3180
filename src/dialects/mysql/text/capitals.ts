import { tokensOf } from './lexer.ts'
import { placesIn } from './statements/places.ts'

/**
 * True if a statement names a table, a view or a sequence with a capital letter. The server setting `lower_case_table_names` changes
 * such names.
 */
export function namesCapitals(text: string): boolean {
  return placesIn(text, tokensOf(text)).some(({ kind, name }) => kind === 'table' && name !== name.toLowerCase())
}
