import type { Notation } from '../../../dialect/sql.ts'

/** How PostgreSQL writes names and the places of values. */
export const notation: Notation = {
  quote: quoteName,
  place: (index) => `$${index}`,
}

export function quoteName(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
