import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql, sqlValue } from '../../../dialect/sql.ts'

/**
 * Returns true when the current schema contains a table or another relation with the given name. The query reads `pg_catalog`,
 * which shows the relation even to a user who may not read its rows.
 */
export async function postgresTableExists(session: DatabaseSession, name: string): Promise<boolean> {
  const found = await session.query(sql`SELECT 1 AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relname = ${sqlValue(name)}`)
  return found.length > 0
}

export async function postgresColumnExists(session: DatabaseSession, table: string, column: string): Promise<boolean> {
  const found = await session.query(sql`SELECT 1 AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = current_schema() AND c.relname = ${sqlValue(table)} AND a.attname = ${sqlValue(column)}`)
  return found.length > 0
}
