import type { Place, Session } from '../../../dialect/dialect.ts'

/** The server keeps it as it keeps what a driver prepares: the columns of its result are fixed from now on. */
export async function prepare(session: Session, name: string, text: string, at: Place): Promise<void> {
  await session.author(`PREPARE ${name} AS ${text}`, at)
}
