import type { DatabaseSession, SourceLocation } from '../../../dialect/dialect.ts'

/**
 * Prepares a statement on the server under a name. The columns of the result cannot change after the preparation. A statement
 * that a driver has prepared has the same behaviour.
 */
export async function prepareOnServer(session: DatabaseSession, name: string, text: string, at: SourceLocation): Promise<void> {
  await session.execute(`PREPARE ${name} AS ${text}`, at)
}
