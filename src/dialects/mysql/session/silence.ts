import { type SqlStatement, sql, sqlVerbatim } from '../../../dialect/sql.ts'

/**
 * Returns the assignments of three timeouts. The server ends a session if the client sends no statement (`wait_timeout`), stops in
 * the middle of a statement (`net_read_timeout`), or does not receive a result (`net_write_timeout`) for this time.
 */
export function mysqlIdleTimeoutAssignmentsSql(ms: number): SqlStatement {
  const seconds = sqlVerbatim(String(Math.max(1, Math.ceil(ms / 1000))))
  return sql`wait_timeout = ${seconds}, net_read_timeout = ${seconds}, net_write_timeout = ${seconds}`
}

/** Matches a text that can change a timeout with which the server ends an idle session. */
export const IDLE_TIMEOUT_CHANGE_PATTERN = /\b(?:wait_timeout|net_read_timeout|net_write_timeout)\b/i
