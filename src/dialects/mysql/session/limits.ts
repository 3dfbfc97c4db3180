import { type SqlStatement, sql, sqlVerbatim } from '../../../dialect/sql.ts'

// The largest values that the servers accept for the lock timeouts, in seconds. The engine sets these values if a statement can
// wait for a lock without a limit.
const LONGEST_METADATA_SECONDS = 31_536_000
const LONGEST_ROW_SECONDS = 1_073_741_824

/**
 * Returns the assignments of the timeouts for metadata locks and row locks. Undefined means the server's default, and 0 means no
 * limit. The function rounds up to whole seconds, because the servers count whole seconds.
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
