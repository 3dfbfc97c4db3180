import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql, sqlValue } from '../../../dialect/sql.ts'
import type { ColumnProperties } from '../../column-watch.ts'

/** Reads the properties of a column that Sequelize's `changeColumn` and `renameColumn` can remove. */
export async function readMysqlColumnProperties(session: DatabaseSession, table: string, column: string): Promise<ColumnProperties> {
  const [row] = await session.query<Readonly<Record<string, string | null>>>(sql`
    SELECT column_type AS facts_type, is_nullable AS facts_nullable, column_default AS facts_default, nullif(extra, '') AS facts_extra,
           nullif(column_comment, '') AS facts_comment, collation_name AS facts_collation,
           nullif(generation_expression, '') AS facts_generated
    FROM information_schema.columns
    WHERE table_schema = database() AND table_name = ${sqlValue(table)} AND column_name = ${sqlValue(column)}`)
  // MariaDB prints DEFAULT NULL for a column without a default value, so the text NULL counts as no default value.
  const none = (text: string | null) => (text === 'NULL' ? null : text)
  return row && Object.fromEntries(Object.entries(row).map(([name, text]) => [name.replace(/^facts_/i, ''), none(text)]))
}
