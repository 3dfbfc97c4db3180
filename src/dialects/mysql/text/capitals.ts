import { tokenizeMysql } from './lexer.ts'
import { findObjectNameOccurrences } from './statements/places.ts'

/**
 * Returns true if a statement contains the name of a table, a view or a sequence with a capital letter. With some values of the
 * server setting `lower_case_table_names`, the server stores these names in lower case.
 */
export function namesMysqlTableWithCapital(text: string): boolean {
  return findObjectNameOccurrences(text, tokenizeMysql(text)).some(({ kind, name }) => kind === 'table' && name !== name.toLowerCase())
}
