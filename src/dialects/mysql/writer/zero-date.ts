import { sql } from '../../../dialect/sql.ts'

/** A SQL expression for the current SQL mode without the modes in which the server refuses a zero date, such as '0000-00-00'. */
export const SQL_MODE_WITH_ZERO_DATES_EXPRESSION = sql`REPLACE(REPLACE(REPLACE(@@sql_mode, 'NO_ZERO_DATE', ''), 'NO_ZERO_IN_DATE', ''), 'TRADITIONAL', 'STRICT_TRANS_TABLES')`

/** Returns true if the value of a column is a date whose month or day is zero. */
export function isZeroDate(type: string, value: string | null | undefined): boolean {
  return /^(?:date|datetime|timestamp)\b/.test(type) && /^\d+-(?:00-|\d+-00)/.test(value ?? '')
}
