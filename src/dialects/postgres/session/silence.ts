import type { ServerVersion } from '../../../dialect/dialect.ts'

// The first that ends a session that is idle outside of a transaction.
const ENDS_IDLE_SESSIONS = 14

/**
 * Settings with which the server ends a session that has been silent for so long: while it is idle, by its own clock; while
 * the server is sending or waits for a peer that is gone, by TCP's.
 */
export function silenceSettings(ms: number, { major }: ServerVersion): readonly string[] {
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
