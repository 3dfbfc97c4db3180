import { type Sql, sql, verbatim } from '../../../dialect/sql.ts'

// The servers' maximum values in seconds, used in place of "no limit".
const LONGEST_METADATA_SECONDS = 31_536_000
const LONGEST_ROW_SECONDS = 1_073_741_824

/** Sets the timeouts of both locks that a statement can wait for: metadata and row locks. The unit is whole seconds, at least 1. */
export function lockLimits(ms: number | undefined): Sql {
  if (ms === undefined) return sql`lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT`
  if (ms === 0) return lockSeconds(LONGEST_METADATA_SECONDS, LONGEST_ROW_SECONDS)
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  return lockSeconds(seconds, seconds)
}

function lockSeconds(metadata: number, row: number): Sql {
  return sql`lock_wait_timeout = ${verbatim(String(metadata))}, innodb_lock_wait_timeout = ${verbatim(String(row))}`
}
