import type { SqlNotation } from '../../../dialect/sql.ts'

/** How PostgreSQL writes identifiers and placeholders. */
export const postgresNotation: SqlNotation = {
  quote: quoteIdentifier,
  place: (index) => `$${index}`,
}

export function quoteIdentifier(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
