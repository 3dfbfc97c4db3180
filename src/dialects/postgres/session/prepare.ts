import type { DatabaseSession, SourceLocation } from '../../../dialect/dialect.ts'

/**
 * Prepares a statement on the server under a name, as the driver of an application can do. If a later schema change gives the
 * result of the statement other columns, the server refuses to execute the prepared statement.
 */
export async function prepareStatementOnPostgresServer(
  session: DatabaseSession,
  name: string,
  text: string,
  at: SourceLocation,
): Promise<void> {
  await session.execute(`PREPARE ${name} AS ${text}`, at)
}
