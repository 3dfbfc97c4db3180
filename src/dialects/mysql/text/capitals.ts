import { tokenizeMysql } from './lexer.ts'
import { findObjectNames } from './statements/places.ts'

/**
 * True if a statement names a table, a view or a sequence with a capital letter. The server setting `lower_case_table_names` changes
 * such names.
 */
export function namesTableWithCapital(text: string): boolean {
  return findObjectNames(text, tokenizeMysql(text)).some(({ kind, name }) => kind === 'table' && name !== name.toLowerCase())
}
