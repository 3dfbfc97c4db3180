import type { Session, SourceLocation } from '../../../dialect/dialect.ts'

/** The server treats it like a statement that a driver prepares: the columns of its result can no longer change. */
export async function prepare(session: Session, name: string, text: string, at: SourceLocation): Promise<void> {
  await session.execute(`PREPARE ${name} AS ${text}`, at)
}
