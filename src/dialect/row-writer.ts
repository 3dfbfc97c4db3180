import type { ColumnObject, TableObject } from '../schema/object.ts'
import type { SqlStatement } from './sql.ts'

/** Writes the statements that insert rows into a table. The values of the rows are the texts that a catalog reader has read. */
export interface InsertStatementWriter {
  /** Returns true if the server converts the texts of the catalog reader back to exactly the same values of the column. */
  readonly isExact: (column: ColumnObject) => boolean
  /**
   * Returns the statements that insert the given rows with the values of their keys. The statements also set the counters for
   * generated keys, so that the next generated key is greater than the inserted keys.
   */
  readonly insert: (
    table: TableObject,
    columns: readonly ColumnObject[],
    rows: readonly (readonly (string | null)[])[],
  ) => readonly SqlStatement[]
  /** Returns the text of a statement with its values as literals, for a SQL file. */
  readonly render: (statement: SqlStatement) => string
}
