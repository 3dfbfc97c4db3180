import type { ColumnObject, TableObject } from '../schema/object.ts'
import type { SqlStatement } from './sql.ts'

/** Writes the statements that insert rows into a table. A catalog reader has read the rows as text. */
export interface RowWriter {
  /** Returns true if the server converts the text of the catalog reader back to the same value of this column. */
  readonly isExact: (column: ColumnObject) => boolean
  /**
   * Returns the statements that insert these rows with their keys, and that set the counters of the table to values after the
   * rows.
   */
  readonly insert: (
    table: TableObject,
    columns: readonly ColumnObject[],
    rows: readonly (readonly (string | null)[])[],
  ) => readonly SqlStatement[]
  /** Returns the text of a statement with its values as literals, for a file. */
  readonly render: (statement: SqlStatement) => string
}
