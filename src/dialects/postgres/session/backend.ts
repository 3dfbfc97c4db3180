import { type Sql, sql, value } from '../../../dialect/sql.ts'

/**
 * The SQL expression that identifies the connection in row `a`: its pid and start time, as in `4711/1763794000.25`. The start time is
 * needed because the operating system reuses pids. A user without privileges does not see the start time of other connections.
 */
export const BACKEND = sql`a.pid || coalesce('/' || extract(epoch FROM a.backend_start), '')`

/** Makes the SQL condition that the row `a` is this connection. The pid is compared first, so that no other row is read. */
export function isBackend(backend: string): Sql {
  return sql`a.pid = ${value(numberOf(backend))}::int4 AND ${BACKEND} = ${value(backend)}`
}

export function numberOf(backend: string): number {
  return Number(backend.split('/')[0])
}
