/** The facts of a database that are needed to read printed definitions. */
export interface DatabaseFacts {
  readonly database: string
  readonly databaseCollation: string
  /** Returns the default collation of a character set. */
  readonly collationOf: (characterSet: string) => string
}

/** The facts of a table that are needed to read one line of its definition. */
export interface TableContext extends DatabaseFacts {
  readonly table: string
  /** All columns of the table. */
  readonly columns: ReadonlySet<string>
  /** The table's collation. */
  readonly collation: () => string
}
