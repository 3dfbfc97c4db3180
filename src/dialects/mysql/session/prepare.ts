import type { Place, Session } from '../../../dialect/dialect.ts'
import { literal } from '../text/notation.ts'

/** The server keeps it as it keeps what a driver prepares, and prepares it anew when a table under it changes. */
export async function prepare(session: Session, name: string, text: string, at: Place): Promise<void> {
  await session.author(`PREPARE ${name} FROM ${literal(text)}`, at)
}
