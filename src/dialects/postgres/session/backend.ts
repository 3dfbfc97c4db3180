import { type SqlStatement, sql, sqlValue } from '../../../dialect/sql.ts'

/**
 * The SQL expression that identifies a database connection: the pid and the start time of its server process, as in
 * `4711/1763794000.25`. The expression reads row `a` of pg_stat_activity. The start time is needed because the operating system
 * reuses pids. A user without privileges does not see the start times of other connections.
 */
export const CONNECTION_IDENTIFIER_SQL = sql`a.pid || coalesce('/' || extract(epoch FROM a.backend_start), '')`

/**
 * Returns the SQL condition that row `a` of pg_stat_activity is the connection `backend`. The condition compares the pid first,
 * so that the server does not read the rows of other connections.
 */
export function isConnectionSql(backend: string): SqlStatement {
  return sql`a.pid = ${sqlValue(pidOfConnection(backend))}::int4 AND ${CONNECTION_IDENTIFIER_SQL} = ${sqlValue(backend)}`
}

export function pidOfConnection(backend: string): number {
  return Number(backend.split('/')[0])
}
