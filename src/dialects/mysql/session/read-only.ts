import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql, sqlValue } from '../../../dialect/sql.ts'

const VARIABLES = ['read_only', 'super_read_only', 'innodb_read_only', 'transaction_read_only', 'tx_read_only'] as const

/**
 * Returns the variables that make the server or the session read-only, with their values, such as `super_read_only is ON`.
 * Returns undefined if all of them are off.
 */
export async function findMysqlReadOnlyReason(session: DatabaseSession): Promise<string | undefined> {
  const rows = await session.query<{ readonly Variable_name: string; readonly Value: string }>(
    sql`SHOW SESSION VARIABLES WHERE variable_name IN ${sqlValue(VARIABLES)}`,
  )
  const on = rows.filter(({ Value }) => !/^(?:OFF|0)$/i.test(Value)).map(({ Variable_name: variable, Value }) => `${variable} is ${Value}`)
  return on.length > 0 ? on.join(', ') : undefined
}
