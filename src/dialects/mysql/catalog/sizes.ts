import type { Session } from '../../../dialect/dialect.ts'
import { sql, value } from '../../../dialect/sql.ts'
import type { TableSize, TableSizes } from '../../../plan/estimate.ts'

interface Row {
  readonly name: string
  readonly counted: unknown
  readonly bytes: unknown
}

/** Reads table sizes from InnoDB's estimates, which can be a day old. */
export async function sizes(session: Session, tables: readonly string[]): Promise<TableSizes> {
  if (tables.length === 0) return new Map()
  const rows = await session.query<Row>(sql`SELECT table_name AS name, table_rows AS counted, data_length AS bytes
    FROM information_schema.tables WHERE table_schema = ${value(session.database)} AND table_name IN ${value(tables)}`)
  return new Map(
    rows.map(({ name, counted, bytes }): [string, TableSize] => [
      name,
      { ...(counted === null ? {} : { rows: Number(counted) }), bytes: Number(bytes ?? 0) },
    ]),
  )
}
