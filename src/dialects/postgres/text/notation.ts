import type { SqlNotation } from '../../../dialect/sql.ts'

/** The functions with which PostgreSQL's identifiers and placeholders are written. */
export const postgresSqlNotation: SqlNotation = {
  quote: quotePostgresIdentifier,
  tablePath: splitQualifiedTableName,
  place: (index) => `$${index}`,
}

export function quotePostgresIdentifier(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

/**
 * Returns the schema of a table, if its name in a schema state contains a schema, and the name of the table. The first dot
 * separates the schema from the name.
 */
export function splitQualifiedTableName(table: string): readonly string[] {
  const dot = table.indexOf('.')
  return dot < 0 ? [table] : [table.slice(0, dot), table.slice(dot + 1)]
}
