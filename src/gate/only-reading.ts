import type { DatabaseSession } from '../dialect/dialect.ts'

/**
 * Calls `ask` in a read-only transaction. The server then refuses every write of a query, and of a function that the query calls.
 */
export async function runInReadOnlyTransaction<T>(session: DatabaseSession, ask: () => Promise<T>): Promise<T> {
  await session.beginReading()
  try {
    return await ask()
  } finally {
    if (!session.lost.aborted) await session.rollback()
  }
}
