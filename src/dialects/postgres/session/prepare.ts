import type { Session, SourceLocation } from '../../../dialect/dialect.ts'

/** The server keeps it as it keeps what a driver prepares: the columns of its result are fixed from now on. */
export async function prepare(session: Session, name: string, text: string, at: SourceLocation): Promise<void> {
  await session.execute(`PREPARE ${name} AS ${text}`, at)
}
