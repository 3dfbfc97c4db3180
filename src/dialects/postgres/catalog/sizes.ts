import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import type { TableSize, TableSizesByName } from '../../../plan/estimate.ts'
import { objectNameExpressionSql } from './reference.ts'

interface Row {
  readonly table: string
  readonly rows: number | null
  readonly bytes: string
}

/**
 * Reads the estimated number of rows of each table, and the bytes of each table without its indexes. The values of a partitioned
 * table are the sums over its partitions. ANALYZE also stores the number of all rows at the partitioned table itself. The sum
 * does not include that number, so no row counts twice.
 */
export async function readPostgresTableSizes(session: DatabaseSession, tables: readonly string[]): Promise<TableSizesByName> {
  if (tables.length === 0) return new Map()
  const rows = await session.query<Row>(sql`
    SELECT * FROM (SELECT ${sqlVerbatim(objectNameExpressionSql('c.relnamespace', 'c.relname'))} AS table, sum(p.reltuples) FILTER (WHERE p.relkind <> 'p')::float8 AS rows, sum(pg_table_size(p.oid))::text AS bytes
      FROM pg_class c JOIN LATERAL (SELECT c.oid UNION SELECT relid FROM pg_partition_tree(c.oid)) AS tree (oid) ON true JOIN pg_class p ON p.oid = tree.oid
      WHERE c.relkind IN ('r', 'p', 'm') GROUP BY c.oid, c.relnamespace, c.relname) AS sized
    WHERE sized.table = ANY (${sqlValue(tables)}::text[])`)
  return new Map(rows.map(({ table, rows: counted, bytes }): [string, TableSize] => [table, { ...counts(counted), bytes: Number(bytes) }]))
}

// Returns the estimated number of rows, or nothing for a table that the server never analyzed. The server stores -1 for a table
// without an estimate, or 0 before PostgreSQL 14.
function counts(rows: number | null): { readonly rows?: number } {
  return rows !== null && rows > 0 ? { rows } : {}
}
