import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql, sqlValue } from '../../../dialect/sql.ts'
import type { ColumnProperties } from '../../column-watch.ts'

/** Reads the properties of a column that Sequelize's `changeColumn` and `renameColumn` can remove, and the labels of an enum. */
export async function readPostgresColumnProperties(session: DatabaseSession, table: string, column: string): Promise<ColumnProperties> {
  const [schema, name] = table.includes('.') ? table.split('.') : [null, table]
  const [facts] = await session.query<Record<string, string | null>>(sql`
    SELECT format_type(a.atttypid, a.atttypmod) AS type, CASE WHEN a.attnotnull THEN 'NOT NULL' ELSE 'NULL' END AS nullability,
           pg_get_expr(d.adbin, d.adrelid) AS default, col_description(c.oid, a.attnum) AS comment,
           a.attidentity::text || a.attgenerated::text AS generated,
           (SELECT string_agg(k.conname, ', ' ORDER BY k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid) AS constraints,
           (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = a.atttypid) AS labels
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relname = ${sqlValue(name ?? '')} AND a.attname = ${sqlValue(column)} AND a.attnum > 0 AND NOT a.attisdropped
      AND CASE WHEN ${sqlValue(schema ?? null)}::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = ${sqlValue(schema ?? null)}::text END`)
  return facts
}
