import { type Sql, sql, verbatim } from '../../../dialect/sql.ts'

// The servers' own maxima, in seconds: as near to "no limit" as they go.
const LONGEST_METADATA_SECONDS = 31_536_000
const LONGEST_ROW_SECONDS = 1_073_741_824

/** Both locks that a statement may wait for: of the table's definition, and of rows. They count in whole seconds, from 1. */
export function lockLimits(ms: number | undefined): Sql {
  if (ms === undefined) return sql`lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT`
  if (ms === 0) return lockSeconds(LONGEST_METADATA_SECONDS, LONGEST_ROW_SECONDS)
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  return lockSeconds(seconds, seconds)
}

function lockSeconds(metadata: number, row: number): Sql {
  return sql`lock_wait_timeout = ${verbatim(String(metadata))}, innodb_lock_wait_timeout = ${verbatim(String(row))}`
}
