import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql, sqlValue } from '../../../dialect/sql.ts'
import type { TableSize, TableSizesByName } from '../../../plan/estimate.ts'

interface Row {
  readonly name: string
  readonly counted: unknown
  readonly bytes: unknown
}

/**
 * Reads the server's estimates of the number of rows of each table, and of the bytes of each table without its indexes. On MySQL,
 * an estimate can be a day old.
 */
export async function readMysqlTableSizes(session: DatabaseSession, tables: readonly string[]): Promise<TableSizesByName> {
  if (tables.length === 0) return new Map()
  const rows = await session.query<Row>(sql`SELECT table_name AS name, table_rows AS counted, data_length AS bytes
    FROM information_schema.tables WHERE table_schema = ${sqlValue(session.database)} AND table_name IN ${sqlValue(tables)}`)
  return new Map(
    rows.map(({ name, counted, bytes }): [string, TableSize] => [
      name,
      { ...(counted === null ? {} : { rows: Number(counted) }), bytes: Number(bytes ?? 0) },
    ]),
  )
}
