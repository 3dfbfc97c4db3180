import { type Sql, sql, verbatim } from '../../../dialect/sql.ts'

/** Sets the variables with which the server ends a session that is idle for this time, inside or outside a transaction. */
export function silenceSettings(ms: number): Sql {
  const seconds = verbatim(String(Math.max(1, Math.ceil(ms / 1000))))
  return sql`wait_timeout = ${seconds}, net_read_timeout = ${seconds}, net_write_timeout = ${seconds}`
}

/** Matches a text that can set one of these variables. */
export const SILENCE = /\b(?:wait_timeout|net_read_timeout|net_write_timeout)\b/i
