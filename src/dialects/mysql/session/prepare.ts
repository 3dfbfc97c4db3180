import type { Session, SourceLocation } from '../../../dialect/dialect.ts'
import { literal } from '../text/notation.ts'

/** The server keeps it as it keeps what a driver prepares, and prepares it anew when a table under it changes. */
export async function prepare(session: Session, name: string, text: string, at: SourceLocation): Promise<void> {
  await session.execute(`PREPARE ${name} FROM ${literal(text)}`, at)
}
