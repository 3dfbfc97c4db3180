import type { DatabaseSession, SourceLocation } from '../../../dialect/dialect.ts'
import { quoteMysqlStringLiteral } from '../text/notation.ts'

/**
 * Prepares a statement on the server under a name. When a table of the statement changes, the server itself prepares the
 * statement again. The statements that the driver of an application has prepared behave in the same way.
 */
export async function prepareStatementOnMysqlServer(
  session: DatabaseSession,
  name: string,
  text: string,
  at: SourceLocation,
): Promise<void> {
  await session.execute(`PREPARE ${name} FROM ${quoteMysqlStringLiteral(text)}`, at)
}
