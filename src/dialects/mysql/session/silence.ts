import { type Sql, sql, verbatim } from '../../../dialect/sql.ts'

/** Variables with which the server ends a session that has been silent for so long, in a transaction or not. */
export function silenceSettings(ms: number): Sql {
  const seconds = verbatim(String(Math.max(1, Math.ceil(ms / 1000))))
  return sql`wait_timeout = ${seconds}, net_read_timeout = ${seconds}, net_write_timeout = ${seconds}`
}

/** A text that may set one of them. */
export const SILENCE = /\b(?:wait_timeout|net_read_timeout|net_write_timeout)\b/i
