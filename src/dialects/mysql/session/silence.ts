import { type SqlStatement, sql, sqlVerbatim } from '../../../dialect/sql.ts'

/** Returns the assignments of the timeouts after which the server ends an idle session, inside or outside a transaction. */
export function idleTimeoutSettingsSql(ms: number): SqlStatement {
  const seconds = sqlVerbatim(String(Math.max(1, Math.ceil(ms / 1000))))
  return sql`wait_timeout = ${seconds}, net_read_timeout = ${seconds}, net_write_timeout = ${seconds}`
}

/** Matches a text that can set a timeout of an idle session. */
export const SETS_IDLE_TIMEOUT = /\b(?:wait_timeout|net_read_timeout|net_write_timeout)\b/i
