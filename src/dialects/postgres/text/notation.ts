import type { Notation } from '../../../dialect/sql.ts'

/** How PostgreSQL writes identifiers and placeholders. */
export const notation: Notation = {
  quote: quoteName,
  place: (index) => `$${index}`,
}

export function quoteName(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
