import { type Sql, sql, verbatim } from '../../../dialect/sql.ts'

/** Makes the assignments of the timeouts after which the server ends an idle session, inside or outside a transaction. */
export function silenceSettings(ms: number): Sql {
  const seconds = verbatim(String(Math.max(1, Math.ceil(ms / 1000))))
  return sql`wait_timeout = ${seconds}, net_read_timeout = ${seconds}, net_write_timeout = ${seconds}`
}

/** Matches a text that can set a timeout of an idle session. */
export const SILENCE = /\b(?:wait_timeout|net_read_timeout|net_write_timeout)\b/i
