import type { DialectName } from '../schema/object.ts'

/** Returns a statement as a client of the server reads it in a file, with the delimiter at its end. */
export function formatStatementForFile(statement: string, dialect: DialectName): string {
  if (dialect === 'postgres' || !statement.includes(';')) return `${statement};`
  const delimiter = ['//', '$$', '|||'].find((one) => !statement.includes(one)) ?? '@@@@'
  return `DELIMITER ${delimiter}\n${statement}${delimiter}\nDELIMITER ;`
}
