import type { DialectName } from '../schema/object.ts'

/** Returns a statement with the delimiter at its end, as the server's command-line client must read it from a file. */
export function formatStatementForFile(statement: string, dialect: DialectName): string {
  if (dialect === 'postgres' || !statement.includes(';')) return `${statement};`
  const delimiter = ['//', '$$', '|||'].find((one) => !statement.includes(one)) ?? '@@@@'
  return `DELIMITER ${delimiter}\n${statement}${delimiter}\nDELIMITER ;`
}
