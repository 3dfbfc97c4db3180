import type { Session } from '../../../dialect/dialect.ts'
import { sql, value } from '../../../dialect/sql.ts'

/** By the catalog, which hides nothing. */
export async function hasTable(session: Session, name: string): Promise<boolean> {
  const found = await session.query(sql`SELECT 1 AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relname = ${value(name)}`)
  return found.length > 0
}
