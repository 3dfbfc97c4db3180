import type { Session } from '../../../dialect/dialect.ts'
import { name, sql } from '../../../dialect/sql.ts'
import { isError } from '../../../error.ts'

const NO_SUCH_TABLE = '42S02'

/** By reading nothing from it: whoever may not read it is told so, and not that there is none. */
export async function hasTable(session: Session, table: string): Promise<boolean> {
  try {
    await session.query(sql`SELECT 1 AS found FROM ${name(table)} LIMIT 0`)
    return true
  } catch (error) {
    if (isError(error, 'statement.failed') && error.facts.sqlState === NO_SUCH_TABLE) return false
    throw error
  }
}
