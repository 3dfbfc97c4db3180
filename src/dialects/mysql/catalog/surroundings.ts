/** What the readers of printed definitions must know of the database. */
export interface DatabaseFacts {
  readonly database: string
  readonly databaseCollation: string
  /** A character set's default collation. */
  readonly collationOf: (characterSet: string) => string
}

/** What the readers of a table's lines must know besides the line itself. */
export interface Surroundings extends DatabaseFacts {
  readonly table: string
  /** All columns of the table. */
  readonly columns: ReadonlySet<string>
  /** The table's collation. */
  readonly collation: () => string
}
