import type { DialectName } from '../schema/object.ts'

/** Returns a statement with the delimiter at its end, in the form that the server's command-line client reads from a file. */
export function formatStatementForFile(statement: string, dialect: DialectName): string {
  if (dialect === 'postgres' || !statement.includes(';')) return `${statement};`
  const delimiter = ['//', '$$', '|||'].find((one) => !statement.includes(one)) ?? '@@@@'
  return `DELIMITER ${delimiter}\n${statement}${delimiter}\nDELIMITER ;`
}
