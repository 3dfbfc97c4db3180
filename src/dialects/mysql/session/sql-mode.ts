import { type SqlStatement, sql, sqlVerbatim } from '../../../dialect/sql.ts'
import { quoteMysqlStringLiteral } from '../text/notation.ts'

/**
 * The SQL modes that only determine which statements the server accepts. For these modes, the engine keeps the server's
 * configuration. Every other mode changes the meaning of a statement: the meaning of quotes, of `||`, of the type REAL, or of a
 * value that does not fit.
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

// Without the SQL mode NO_ENGINE_SUBSTITUTION, the server silently replaces a storage engine that it does not have.
const ALWAYS = 'NO_ENGINE_SUBSTITUTION'

/**
 * Returns the assignments of the settings of every engine session. Examples are UTC, utf8mb4, autocommit, key checks, reports of
 * changed variables, no limits on the rows of a query, and a strict SQL mode. Of the SQL modes of the server, the assignments keep
 * those that are in ACCEPTING.
 */
export function mysqlEngineSessionAssignmentsSql(serverMode: string): SqlStatement {
  const kept = serverMode.split(',').filter((mode) => ACCEPTING.has(mode))
  const strict = kept.some((mode) => /^STRICT_(?:TRANS|ALL)_TABLES$/.test(mode))
  const mode = [...kept, ...(strict ? [] : ['STRICT_TRANS_TABLES']), ALWAYS].join(',')
  return sql`NAMES utf8mb4, session_track_system_variables = '*', foreign_key_checks = 1, unique_checks = 1, time_zone = '+00:00', autocommit = 1, sql_quote_show_create = 1, sql_select_limit = 18446744073709551615, sql_big_selects = 1, sql_safe_updates = 0, lc_messages = 'en_US', sql_mode = ${sqlVerbatim(quoteMysqlStringLiteral(mode))}`
}
