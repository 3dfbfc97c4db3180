/** The facts about a database that the catalog reader needs to interpret the definitions that the server prints. */
export interface MysqlDatabaseFacts {
  readonly database: string
  readonly databaseCollation: string
  /** Returns the default collation of a character set. */
  readonly collationOf: (characterSet: string) => string
}

/** The facts about a table that the catalog reader needs to interpret one line of the printed definition of the table. */
export interface MysqlTableFacts extends MysqlDatabaseFacts {
  readonly table: string
  /** The names of all columns of the table that the reader interprets. */
  readonly columns: ReadonlySet<string>
  /** Returns the default collation of the table. */
  readonly collation: () => string
}
