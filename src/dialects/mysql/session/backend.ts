import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql } from '../../../dialect/sql.ts'
import { mysqlFamilyServerOf } from './flavour.ts'

/**
 * Returns an identifier of a connection: the connection number, and the server's start time in seconds since 1970, as in
 * `4711/1763794000`. The number alone is not unique, because the server numbers its connections from 1 again after a restart. The
 * query computes the start time from the current time and the uptime, which the server reads at the same moment.
 */
export async function readMysqlConnectionIdentifier(session: DatabaseSession, id: string): Promise<string> {
  const [row] = await session.query<{ started: string | number }>(
    sql`SELECT unix_timestamp() - cast(variable_value AS signed) AS started
      FROM ${mysqlFamilyServerOf(session.dialect).globalStatus} WHERE variable_name = 'Uptime'`,
  )
  return `${id}/${String(row?.started)}`
}

export function mysqlConnectionNumberOf(backend: string): string {
  return String(BigInt(backend.split('/')[0] ?? ''))
}
