import { type Sql, sql, verbatim } from '../../../dialect/sql.ts'
import { literal } from '../text/notation.ts'

/**
 * Modes that only decide what the server accepts: they are the server's own business. Every other mode gives a statement another
 * meaning, such as what quotes and `||` are, which type REAL is, or what is written for a value that does not fit.
 */
const ACCEPTING: ReadonlySet<string> = new Set([
  'STRICT_TRANS_TABLES',
  'STRICT_ALL_TABLES',
  'ONLY_FULL_GROUP_BY',
  'NO_ZERO_IN_DATE',
  'NO_ZERO_DATE',
  'ERROR_FOR_DIVISION_BY_ZERO',
  'ALLOW_INVALID_DATES',
  'NO_AUTO_CREATE_USER',
])

// Without it, a table gets another engine where the server lacks the one that it names.
const ALWAYS = 'NO_ENGINE_SUBSTITUTION'

/**
 * What a session sets that it relies on, whatever the server's defaults are or a file has set: UTC, utf8mb4, autocommit, one way to
 * read and to mean a statement, strictness, that keys are checked, that no
 * statement is cut off after so many rows, and that the server tells of every variable that a statement changes.
 */
export function settle(serverMode: string): Sql {
  const kept = serverMode.split(',').filter((mode) => ACCEPTING.has(mode))
  const strict = kept.some((mode) => /^STRICT_(?:TRANS|ALL)_TABLES$/.test(mode))
  const mode = [...kept, ...(strict ? [] : ['STRICT_TRANS_TABLES']), ALWAYS].join(',')
  return sql`NAMES utf8mb4, session_track_system_variables = '*', foreign_key_checks = 1, unique_checks = 1, time_zone = '+00:00', autocommit = 1, sql_quote_show_create = 1, sql_select_limit = DEFAULT, sql_safe_updates = DEFAULT, sql_mode = ${verbatim(literal(mode))}`
}
