import type { Session } from '../dialect/dialect.ts'

/** Runs `ask` in a read-only transaction, in which the server refuses every write of a query or of a function that it calls. */
export async function onlyReading<T>(session: Session, ask: () => Promise<T>): Promise<T> {
  await session.beginReading()
  try {
    return await ask()
  } finally {
    if (!session.lost.aborted) await session.rollback()
  }
}
