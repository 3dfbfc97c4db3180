import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql, sqlName, sqlValue } from '../../../dialect/sql.ts'
import { isError } from '../../../error.ts'

const NO_SUCH_TABLE = '42S02'

/**
 * Returns true when a table or a view with the given name exists. The query reads zero rows from the table. If the user may not
 * read the table, the function therefore throws an error, and does not return false.
 */
export async function mysqlTableExists(session: DatabaseSession, table: string): Promise<boolean> {
  try {
    await session.query(sql`SELECT 1 AS found FROM ${sqlName(table)} LIMIT 0`)
    return true
  } catch (error) {
    if (isError(error, 'statement.failed') && error.facts.sqlState === NO_SUCH_TABLE) return false
    throw error
  }
}

/**
 * Returns true when a table has the given column. The server shows the column to every user with the privilege to read the table.
 */
export async function mysqlColumnExists(session: DatabaseSession, table: string, column: string): Promise<boolean> {
  const found = await session.query(sql`SELECT 1 AS found FROM information_schema.columns
    WHERE table_schema = database() AND table_name = ${sqlValue(table)} AND column_name = ${sqlValue(column)}`)
  return found.length > 0
}
