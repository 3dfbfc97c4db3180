import type { DatabaseSession, SourceLocation } from '../../../dialect/dialect.ts'
import { quoteMysqlStringLiteral } from '../text/notation.ts'

/**
 * Prepares a statement on the server under a name, as the driver of an application can do. If a table of the statement changes
 * later, the server prepares the statement again by itself.
 */
export async function prepareStatementOnMysqlServer(
  session: DatabaseSession,
  name: string,
  text: string,
  at: SourceLocation,
): Promise<void> {
  await session.execute(`PREPARE ${name} FROM ${quoteMysqlStringLiteral(text)}`, at)
}
