import type { DatabaseSession, SourceLocation } from '../../../dialect/dialect.ts'

/**
 * Prepares a statement on the server under a name. The columns of its result can then no longer change, as for a statement that a
 * driver prepares.
 */
export async function prepareOnServer(session: DatabaseSession, name: string, text: string, at: SourceLocation): Promise<void> {
  await session.execute(`PREPARE ${name} AS ${text}`, at)
}
