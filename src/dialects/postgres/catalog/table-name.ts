import { type SqlStatement, sqlName } from '../../../dialect/sql.ts'

/** The name of a table that exists, from its name in a state. The first dot separates schema and name. */
export function tableName(table: string): SqlStatement {
  const dot = table.indexOf('.')
  return dot < 0 ? sqlName(table) : sqlName(table.slice(0, dot), table.slice(dot + 1))
}
