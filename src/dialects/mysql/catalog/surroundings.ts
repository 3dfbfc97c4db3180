/** The facts of a database that are needed to interpret the definitions that the server prints. */
export interface MysqlDatabaseFacts {
  readonly database: string
  readonly databaseCollation: string
  /** Returns the default collation of a character set. */
  readonly collationOf: (characterSet: string) => string
}

/** The facts of a table that are needed to interpret one line of its printed definition. */
export interface MysqlTableFacts extends MysqlDatabaseFacts {
  readonly table: string
  /** The names of all columns of the table. */
  readonly columns: ReadonlySet<string>
  /** The table's collation. */
  readonly collation: () => string
}
