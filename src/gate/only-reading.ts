import type { Session } from '../dialect/dialect.ts'

/** Asks in a transaction in which the server refuses to write, whatever a query or a function that it calls would do. */
export async function onlyReading<T>(session: Session, ask: () => Promise<T>): Promise<T> {
  await session.beginReading()
  try {
    return await ask()
  } finally {
    if (!session.lost.aborted) await session.rollback()
  }
}
