import { type SqlStatement, sqlName } from '../../../dialect/sql.ts'

/** Makes the SQL name of an existing table from its name in a schema state. The first dot separates schema and name. */
export function sqlNameOfExistingTable(table: string): SqlStatement {
  const dot = table.indexOf('.')
  return dot < 0 ? sqlName(table) : sqlName(table.slice(0, dot), table.slice(dot + 1))
}
