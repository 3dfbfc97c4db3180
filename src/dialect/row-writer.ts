import type { ColumnObject, TableObject } from '../schema/object.ts'
import type { SqlStatement } from './sql.ts'

/** Writes rows that a catalog reader has read as text back into a table. */
export interface RowWriter {
  /** True if the text that the catalog reader returns for a column gives the same value again. */
  readonly isExact: (column: ColumnObject) => boolean
  /** Makes the statements that insert these rows, with their keys, and set the counters of the table behind them. */
  readonly insert: (
    table: TableObject,
    columns: readonly ColumnObject[],
    rows: readonly (readonly (string | null)[])[],
  ) => readonly SqlStatement[]
  /** Writes a statement with its values as literals, for a file. */
  readonly render: (statement: SqlStatement) => string
}
