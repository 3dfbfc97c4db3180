import type { DatabaseSession, TableRowVolume } from '../../../dialect/dialect.ts'
import { joinSql, type SqlStatement, sql, sqlName } from '../../../dialect/sql.ts'
import type { TableObject } from '../../../schema/object.ts'
import { queryMysqlViewColumns } from './questions.ts'

/**
 * Reads all rows of a table as text. The rows are sorted by their texts, so that two tables with equal rows have equal results.
 */
export async function readMysqlTableRows(
  session: DatabaseSession,
  table: TableObject,
  columns: readonly string[],
): Promise<readonly (readonly (string | null)[])[]> {
  if (columns.length === 0) return []
  const types = new Map((await queryMysqlViewColumns(session, [table.name])).map((column) => [column.name, column.type]))
  const fields = columns.map((column, index) => sql`${asText(column, types.get(column) ?? '')} AS ${sqlName(String(index))}`)
  const order = columns.map((_, index) => sqlName(String(index)))
  const rows = await session.query<Record<string, string | Buffer | null>>(
    sql`SELECT ${joinSql(fields)} FROM ${sqlName(session.database, table.name)} ORDER BY ${joinSql(order)}`,
  )
  return rows.map((row) => columns.map((_, index) => hexadecimalOf(row[String(index)] ?? null)))
}

/** Counts the rows of a table, and adds up the bytes of their values in the given columns. */
export async function measureMysqlTableRows(
  session: DatabaseSession,
  table: TableObject,
  columns: readonly string[],
): Promise<TableRowVolume> {
  const lengths = [sql`0`, ...columns.map((column) => sql`COALESCE(LENGTH(${sqlName(column)}), 0)`)]
  const [found] = await session.query<{ readonly rows: string; readonly characters: string }>(
    sql`SELECT CAST(count(*) AS CHAR) AS \`rows\`, CAST(COALESCE(SUM(${joinSql(lengths, sql` + `)}), 0) AS CHAR) AS characters
      FROM ${sqlName(session.database, table.name)}`,
  )
  return { rows: Number(found?.rows ?? 0), characters: Number(found?.characters ?? 0) }
}

/** Returns true for a binary column type. The reader of rows returns the bytes of binary values as hexadecimal digits. */
export function isMysqlTypeReadAsHex(type: string): boolean {
  return /^(?:bit|binary|varbinary|tinyblob|blob|mediumblob|longblob|vector)/.test(type)
}

// The function HEX of the server returns NULL if its result exceeds `max_allowed_packet`, so the engine itself converts long values.
function hexadecimalOf(value: string | Buffer | null): string | null {
  return Buffer.isBuffer(value) ? value.toString('hex').toUpperCase() : value
}

function asText(column: string, type: string): SqlStatement {
  if (/^(?:binary|varbinary|tinyblob|blob|mediumblob|longblob)/.test(type)) return sqlName(column)
  if (isMysqlTypeReadAsHex(type)) return sql`HEX(${sqlName(column)})`
  if (/^(?:geometry|point|linestring|polygon|multi|geomcollection|geometrycollection)/.test(type)) return sql`ST_AsWKB(${sqlName(column)})`
  return sql`CAST(${sqlName(column)} AS CHAR)`
}
