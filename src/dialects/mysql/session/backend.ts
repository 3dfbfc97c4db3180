import type { Session } from '../../../dialect/dialect.ts'
import { sql } from '../../../dialect/sql.ts'
import { flavour } from './flavour.ts'

/**
 * The connection's number and the start time of the server in seconds: `4711/1763794000`. After a restart the server numbers its
 * connections from 1 again, so the number alone does not identify a connection. The start time is the current time minus the
 * uptime. The server evaluates both at the start of the statement, so the result is always the same.
 */
export async function backendOf(session: Session, id: string): Promise<string> {
  const [row] = await session.query<{ started: string | number }>(
    sql`SELECT unix_timestamp() - cast(variable_value AS signed) AS started
      FROM ${flavour(session.dialect).globalStatus} WHERE variable_name = 'Uptime'`,
  )
  return `${id}/${String(row?.started)}`
}

export function numberOf(backend: string): string {
  return String(BigInt(backend.split('/')[0] ?? ''))
}
