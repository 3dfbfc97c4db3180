import { type SqlStatement, sql, sqlValue } from '../../../dialect/sql.ts'

/**
 * The SQL expression that identifies the connection in row `a`: its pid and start time, as in `4711/1763794000.25`. The start
 * time is needed because the operating system reuses pids. A user without privileges does not see the start times of other
 * connections.
 */
export const CONNECTION_IDENTIFIER_SQL = sql`a.pid || coalesce('/' || extract(epoch FROM a.backend_start), '')`

/**
 * Returns the SQL condition that row `a` is this connection. The condition compares the pid first, so that the server reads no
 * other row.
 */
export function isConnectionSql(backend: string): SqlStatement {
  return sql`a.pid = ${sqlValue(pidOfConnection(backend))}::int4 AND ${CONNECTION_IDENTIFIER_SQL} = ${sqlValue(backend)}`
}

export function pidOfConnection(backend: string): number {
  return Number(backend.split('/')[0])
}
