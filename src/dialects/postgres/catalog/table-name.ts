import { type SqlStatement, sqlName } from '../../../dialect/sql.ts'

/** Makes the SQL name of an existing table from its name in a schema state. The first dot separates schema and name. */
export function sqlNameOfExistingTable(table: string): SqlStatement {
  return sqlName(...pathOfExistingTable(table))
}

/** Returns the schema of a table, if its name in a schema state contains one, and the name of the table. */
export function pathOfExistingTable(table: string): readonly string[] {
  const dot = table.indexOf('.')
  return dot < 0 ? [table] : [table.slice(0, dot), table.slice(dot + 1)]
}
