import { type Sql, sql, value } from '../../../dialect/sql.ts'

/**
 * The pid and start time of the connection `a`: `4711/1763794000.25`. The operating system reuses pids. A user without privileges does
 * not see the start time of other connections.
 */
export const BACKEND = sql`a.pid || coalesce('/' || extract(epoch FROM a.backend_start), '')`

/** The condition that `a` is that backend. The pid comes first, so that no other row is read. */
export function isBackend(backend: string): Sql {
  return sql`a.pid = ${value(numberOf(backend))}::int4 AND ${BACKEND} = ${value(backend)}`
}

export function numberOf(backend: string): number {
  return Number(backend.split('/')[0])
}
