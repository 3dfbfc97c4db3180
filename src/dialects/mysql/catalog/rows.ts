import type { Session } from '../../../dialect/dialect.ts'
import { join, name, type Sql, sql } from '../../../dialect/sql.ts'
import type { TableObject } from '../../../schema/object.ts'
import { listColumns } from './questions.ts'

/** Reads all rows of a table as text, sorted by that text, so that two tables with equal rows give equal results. */
export async function readRows(
  session: Session,
  table: TableObject,
  columns: readonly string[],
): Promise<readonly (readonly (string | null)[])[]> {
  if (columns.length === 0) return []
  const types = new Map((await listColumns(session, [table.name])).map((column) => [column.name, column.type]))
  const fields = columns.map((column, index) => sql`${asText(column, types.get(column) ?? '')} AS ${name(String(index))}`)
  const order = columns.map((_, index) => name(String(index)))
  const rows = await session.query<Record<string, string | null>>(
    sql`SELECT ${join(fields)} FROM ${name(session.database, table.name)} ORDER BY ${join(order)}`,
  )
  return rows.map((row) => columns.map((_, index) => row[String(index)] ?? null))
}

/** Binary values are read as hexadecimal digits. */
function asText(column: string, type: string): Sql {
  if (/^(?:bit|binary|varbinary|tinyblob|blob|mediumblob|longblob|vector)/.test(type)) return sql`HEX(${name(column)})`
  if (/^(?:geometry|point|linestring|polygon|multi|geomcollection|geometrycollection)/.test(type))
    return sql`HEX(ST_AsWKB(${name(column)}))`
  return sql`CAST(${name(column)} AS CHAR)`
}
