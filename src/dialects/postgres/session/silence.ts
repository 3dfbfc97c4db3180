import type { ServerVersion } from '../../../dialect/dialect.ts'

// The first version of PostgreSQL that can end a session which is idle outside a transaction.
const ENDS_IDLE_SESSIONS = 14

/**
 * Returns the statements that make the server end a session after `ms` milliseconds without activity of the client. The server's
 * own timeouts apply while the session is idle. TCP timeouts apply while the server sends data, or waits for a client that does
 * not respond.
 */
export function postgresIdleTimeoutStatementsSql(ms: number, { major }: ServerVersion): readonly string[] {
  const seconds = Math.max(1, Math.floor(ms / 3000))
  return [
    `SET idle_in_transaction_session_timeout = ${ms}`,
    ...(major >= ENDS_IDLE_SESSIONS ? [`SET idle_session_timeout = ${ms}`] : []),
    `SET tcp_keepalives_idle = ${seconds}`,
    `SET tcp_keepalives_interval = ${seconds}`,
    'SET tcp_keepalives_count = 2',
    `SET tcp_user_timeout = ${ms}`,
  ]
}
