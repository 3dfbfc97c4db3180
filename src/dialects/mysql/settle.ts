import { type Sql, sql, verbatim } from '../../dialect/sql.ts'
import { literal } from './notation.ts'

/** Other rules of quoting than those by which files are split and printed definitions are read. */
const FOREIGN_QUOTES: ReadonlySet<string> = new Set(['ANSI', 'ANSI_QUOTES', 'NO_BACKSLASH_ESCAPES'])

/**
 * What a session sets that it relies on, whatever the server's defaults are or a file has set: UTC, utf8mb4, autocommit, one way to
 * quote, strictness, that keys are checked, that no
 * statement is cut off after so many rows, and that the server tells of every variable that a statement changes.
 */
export function settle(serverMode: string): Sql {
  const kept = serverMode.split(',').filter((mode) => mode !== '' && !FOREIGN_QUOTES.has(mode))
  const strict = kept.some((mode) => /^STRICT_(?:TRANS|ALL)_TABLES$/.test(mode))
  const mode = (strict ? kept : [...kept, 'STRICT_TRANS_TABLES']).join(',')
  return sql`NAMES utf8mb4, session_track_system_variables = '*', foreign_key_checks = 1, unique_checks = 1, time_zone = '+00:00', autocommit = 1, sql_quote_show_create = 1, sql_select_limit = DEFAULT, sql_safe_updates = DEFAULT, sql_mode = ${verbatim(literal(mode))}`
}
