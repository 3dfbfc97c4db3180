import type { InsertStatementWriter } from '../../../dialect/row-writer.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlTableName, sqlValue } from '../../../dialect/sql.ts'
import type { ColumnObject } from '../../../schema/object.ts'
import { quotePostgresIdentifier, splitQualifiedTableName } from '../text/notation.ts'
import { renderPostgresStatementAsText } from './text.ts'

// The largest number of parameters in one INSERT. PostgreSQL allows at most 65535 parameters.
const PARAMETERS = 20_000

/** Writes the INSERT statements of rows. The values of the rows are given as texts. */
export const postgresInsertStatementWriter: InsertStatementWriter = {
  isExact: () => true,
  insert: (table, columns, rows) => {
    const size = Math.max(1, Math.floor(PARAMETERS / Math.max(1, columns.length)))
    const into = sql`INSERT INTO ${sqlTableName(table.name)} (${joinSql(columns.map(({ name }) => sqlName(name)))}) OVERRIDING SYSTEM VALUE VALUES `
    const inserts: SqlStatement[] = []
    for (let at = 0; at < rows.length; at += size) {
      const values = rows.slice(at, at + size).map((row) => sql`(${joinSql(row.map(sqlValue))})`)
      inserts.push(sql`${into}${joinSql(values)}`)
    }
    return [...inserts, ...columns.flatMap((column) => setCounter(table.name, column))]
  },
  render: renderPostgresStatementAsText,
}

/**
 * Returns the statement that sets the sequence of a column to the greatest value of the column. The next generated value is then
 * free. The result is empty for a column without a sequence.
 */
function setCounter(table: string, { name, identity, default: value = '' }: ColumnObject): readonly SqlStatement[] {
  const [, named] = /^nextval\('((?:[^']|'')+)'::regclass\)$/.exec(value) ?? []
  if (identity === undefined && named === undefined) return []
  const quoted = splitQualifiedTableName(table).map(quotePostgresIdentifier).join('.')
  const sequence =
    named === undefined
      ? sql`pg_get_serial_sequence(${sqlValue(quoted)}, ${sqlValue(name)})::regclass`
      : sql`${sqlValue(named.replaceAll("''", "'"))}::text::regclass`
  return [
    sql`SELECT setval(${sequence}, top) FROM (SELECT max(${sqlName(name)}) AS top FROM ${sqlTableName(table)}) greatest WHERE top IS NOT NULL`,
  ]
}
