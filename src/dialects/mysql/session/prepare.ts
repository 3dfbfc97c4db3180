import type { Session, SourceLocation } from '../../../dialect/dialect.ts'
import { literal } from '../text/notation.ts'

/**
 * Prepares a statement under this name. The server treats it like a statement that a driver prepares: when a table of the statement
 * changes, the server prepares the statement again.
 */
export async function prepare(session: Session, name: string, text: string, at: SourceLocation): Promise<void> {
  await session.execute(`PREPARE ${name} FROM ${literal(text)}`, at)
}
