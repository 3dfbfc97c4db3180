import type { DatabaseSession, SourceLocation } from '../../../dialect/dialect.ts'

/**
 * Prepares a statement on the server under a name. If the result of the statement has other columns afterwards, the server
 * refuses to execute the statement. The statements that the driver of an application has prepared fail in the same way.
 */
export async function prepareStatementOnPostgresServer(
  session: DatabaseSession,
  name: string,
  text: string,
  at: SourceLocation,
): Promise<void> {
  await session.execute(`PREPARE ${name} AS ${text}`, at)
}
