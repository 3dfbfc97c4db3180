import type { CheckObject, ColumnObject, ForeignKeyObject, IndexObject, KeyObject, SchemaObject, ViewObject } from '../schema/object.ts'
import type { SqlStatement } from './sql.ts'

/** A constraint or an index on a table that the application uses. */
export type ConstraintOrIndex = KeyObject | CheckObject | ForeignKeyObject | IndexObject

/** The statements that change a table while the application reads and writes the table. */
export interface OnlineChangeStatements {
  /** The statements in the order in which they run, without semicolons at their ends. */
  readonly statements: readonly string[]
  /** True if the statements cannot run in one transaction. */
  readonly isOutsideTransaction: boolean
  /**
   * True if the server blocks the application during the statements because it must copy the table. For example, a FULLTEXT index
   * makes a copy necessary.
   */
  readonly isBlocking?: true
}

/** Writes SQL for the changes of a table that the server can execute without blocking the application. */
export interface OnlineChangeWriter {
  /**
   * Writes the statements that add a constraint or an index. Returns undefined if the server cannot add the object without
   * blocking the application. `table`
   * contains the objects of the table.
   */
  readonly addRule: (rule: ConstraintOrIndex, table: readonly SchemaObject[]) => OnlineChangeStatements | undefined
  /**
   * Writes the statements that add NOT NULL to a column without blocking the application. `after` is the definition of the column
   * with NOT NULL, and `table` contains the objects of the table.
   */
  readonly setNotNull: (after: ColumnObject, table: readonly SchemaObject[]) => OnlineChangeStatements
  /** Writes the statements that drop the column `old` and give its name to the column `replacement`, in one step. */
  readonly replaceColumn: (old: ColumnObject, replacement: string) => readonly string[]
  /**
   * Writes the statement that replaces the query of a view at once, so that the application can always read the view. The result
   * is undefined for a materialized view, which the server cannot replace.
   */
  readonly replaceView: (after: ViewObject) => string | undefined
  /** Returns true if the server changes the type of the column without reading or writing the rows of the table. */
  readonly isInstantTypeChange: (before: ColumnObject, after: ColumnObject) => boolean
  /**
   * Returns true if the server can add a column with the given default value without reading or writing the rows of the table.
   */
  readonly isConstantDefault: (expression: string) => boolean
  /** Returns the type of a column as SQL text, with the collation of the column. */
  readonly typeOf: (column: ColumnObject) => string
  /** Returns the SQL name of a table. `table` is the name of the table in a state. */
  readonly nameOfTable: (table: string) => string
  readonly render: (statement: SqlStatement) => string
}
