import type { CheckObject, ColumnObject, ForeignKeyObject, IndexObject, KeyObject, SchemaObject } from '../schema/object.ts'
import type { SqlStatement } from './sql.ts'

/** A constraint or an index on a table that the application uses. */
export type RuleOnTable = KeyObject | CheckObject | ForeignKeyObject | IndexObject

/** Statements that change a table while the application reads and writes it. */
export interface OnlineStatements {
  /** The statements in the order in which they run, without semicolons at their ends. */
  readonly statements: readonly string[]
  /** True if the statements cannot run in one transaction. */
  readonly isOutsideTransaction: boolean
  /** True if the server blocks the application nevertheless, because of what the table contains. */
  readonly isBlocking?: true
}

/** Writes the changes of a table for which a server has a procedure that does not block the application. */
export interface OnlineWriter {
  /** Adds a constraint or an index. Undefined if the server has no such procedure. */
  readonly addRule: (rule: RuleOnTable) => OnlineStatements | undefined
  /** Gives a column NOT NULL. `after` is the definition of the column afterwards, and `table` the objects of its table. */
  readonly setNotNull: (after: ColumnObject, table: readonly SchemaObject[]) => OnlineStatements
  /** Drops a column and gives its name to another column in one step. */
  readonly replaceColumn: (old: ColumnObject, replacement: string) => readonly string[]
  /** True if the server changes the type of the column without reading or writing the rows of the table. */
  readonly isInstantTypeChange: (before: ColumnObject, after: ColumnObject) => boolean
  /** True if the server adds a column with this default value without reading or writing the rows of the table. */
  readonly isConstantDefault: (expression: string) => boolean
  /** The type of a column as SQL text, with its collation. */
  readonly typeOf: (column: ColumnObject) => string
  /** The SQL name of a table, from its name in a state. */
  readonly nameOfTable: (table: string) => string
  readonly render: (statement: SqlStatement) => string
}
