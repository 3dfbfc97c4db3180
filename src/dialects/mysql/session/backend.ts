import type { Session } from '../../../dialect/dialect.ts'
import { sql } from '../../../dialect/sql.ts'
import { flavour } from './flavour.ts'

/**
 * The connection's number with the start time of the server in seconds: `4711/1763794000`. The server counts connections from 1 again
 * after a restart. Both terms of the difference are evaluated at the start of the statement, so the result is always the same.
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
