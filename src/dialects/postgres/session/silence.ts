import type { ServerVersion } from '../../../dialect/dialect.ts'

// The first version of PostgreSQL that can end a session which is idle outside a transaction.
const ENDS_IDLE_SESSIONS = 14

/**
 * Returns the statements after which the server ends a session if the client does nothing for `ms` milliseconds. The statements set
 * two kinds of timeouts. The idle timeouts end a session whose client is connected but sends nothing. The TCP timeouts end a
 * session whose client no longer answers on the network.
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
