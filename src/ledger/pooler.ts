import type { DatabaseConnectionSettings, DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'

/**
 * Returns true if a pooler assigns a different server connection to each transaction, so that a lock of a session does not work.
 * The function opens a transaction on a second connection. Without such a pooler, the first and the second connection still have
 * the server connections with which they began. The caller needs no lock.
 */
export async function isBehindTransactionPooler(
  session: DatabaseSession,
  dialect: Dialect,
  target: DatabaseConnectionSettings,
): Promise<boolean> {
  const other = await dialect.open(target)
  try {
    await other.begin()
    const [mine, theirs] = [await dialect.processes.current(session), await dialect.processes.current(other)]
    await other.rollback()
    return mine !== session.backend || theirs !== other.backend || theirs === mine
  } finally {
    await other.close()
  }
}

/** Throws `database.pooler` if a transaction pooler is between the Node process and the server. */
export async function refuseTransactionPooler(
  session: DatabaseSession,
  dialect: Dialect,
  target: DatabaseConnectionSettings,
): Promise<void> {
  if (await isBehindTransactionPooler(session, dialect, target)) throw new InterphaseError('database.pooler', { where: session.where })
}
