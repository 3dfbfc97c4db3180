import { type Sql, sql, value } from '../../../dialect/sql.ts'

/**
 * `4711/1763794000.25`: the pid of `a`, and when its connection began; the system gives pids away again. Of other people's
 * connections not everybody sees the beginning.
 */
export const BACKEND = sql`a.pid || coalesce('/' || extract(epoch FROM a.backend_start), '')`

/** Is `a` that backend? Asked by pid first, so that no other row is looked at. */
export function isBackend(backend: string): Sql {
  return sql`a.pid = ${value(numberOf(backend))}::int4 AND ${BACKEND} = ${value(backend)}`
}

export function numberOf(backend: string): number {
  return Number(backend.split('/')[0])
}
