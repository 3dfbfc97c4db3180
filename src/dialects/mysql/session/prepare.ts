import type { Session, SourceLocation } from '../../../dialect/dialect.ts'
import { literal } from '../text/notation.ts'

/** The server treats it like a statement that a driver prepares: it prepares it again when one of its tables changes. */
export async function prepare(session: Session, name: string, text: string, at: SourceLocation): Promise<void> {
  await session.execute(`PREPARE ${name} FROM ${literal(text)}`, at)
}
