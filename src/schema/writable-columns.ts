import { type ColumnObject, tableGroupKey } from './object.ts'
import type { SchemaState } from './state.ts'

/**
 * Returns the columns of a table into which an INSERT can write values, in the order of the table. The result does not contain the
 * generated columns and the two columns of MariaDB that hold the period of a row version. Returns an empty list if the state does
 * not contain the table.
 */
export function writableColumnsOfTable(table: string, state: SchemaState): readonly ColumnObject[] {
  const group = state.groups.get(tableGroupKey(table))
  const found = group?.get(`table:${table}`)
  return (found?.kind === 'table' ? found.columns : []).flatMap((name) => {
    const column = group?.get(`column:${table}.${name}`)
    return column?.kind === 'column' && isWritable(column) ? [column] : []
  })
}

function isWritable({ generated, type }: ColumnObject): boolean {
  return generated === undefined && !/ generated always as row /.test(type)
}
