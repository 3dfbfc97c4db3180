import type { Session } from '../../../dialect/dialect.ts'
import { sql, value } from '../../../dialect/sql.ts'

/** True when a table exists. The query reads `pg_catalog`, which shows the tables of all users. */
export async function hasTable(session: Session, name: string): Promise<boolean> {
  const found = await session.query(sql`SELECT 1 AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relname = ${value(name)}`)
  return found.length > 0
}

export async function hasColumn(session: Session, table: string, column: string): Promise<boolean> {
  const found = await session.query(sql`SELECT 1 AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = current_schema() AND c.relname = ${value(table)} AND a.attname = ${value(column)}`)
  return found.length > 0
}
