import { type SqlStatement, sql, sqlVerbatim } from '../../../dialect/sql.ts'

// The largest lock timeouts that the servers accept, in seconds. The servers have no value for a wait without a limit, so the
// engine sets these timeouts instead.
const LONGEST_METADATA_SECONDS = 31_536_000
const LONGEST_ROW_SECONDS = 1_073_741_824

/**
 * Returns the assignments of the timeouts for metadata locks and row locks. If `ms` is undefined, the assignments set the defaults
 * of the server. If `ms` is 0, they set the largest timeouts. Every other value is rounded up to whole seconds, because the servers
 * count whole seconds.
 */
export function mysqlLockTimeoutAssignmentsSql(ms: number | undefined): SqlStatement {
  if (ms === undefined) return sql`lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT`
  if (ms === 0) return lockSeconds(LONGEST_METADATA_SECONDS, LONGEST_ROW_SECONDS)
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  return lockSeconds(seconds, seconds)
}

function lockSeconds(metadata: number, row: number): SqlStatement {
  return sql`lock_wait_timeout = ${sqlVerbatim(String(metadata))}, innodb_lock_wait_timeout = ${sqlVerbatim(String(row))}`
}
