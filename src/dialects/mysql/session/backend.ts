import type { Session } from '../../../dialect/dialect.ts'
import { sql } from '../../../dialect/sql.ts'
import { flavour } from './flavour.ts'

/**
 * `4711/1763794000`: the connection's number, and the second in which the server started, which counts connections from 1
 * again. Both terms of the difference are taken at the start of the statement, so it is the same every time.
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
