import type { DatabaseAddress, DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'

/**
 * Returns true if a pooler assigns a different server connection to each transaction. A lock of the session then does not work.
 * The function needs no lock. It opens a transaction on a second connection, and checks that both connections still have their
 * own server connections.
 */
export async function isBehindTransactionPooler(session: DatabaseSession, dialect: Dialect, target: DatabaseAddress): Promise<boolean> {
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
export async function refuseTransactionPooler(session: DatabaseSession, dialect: Dialect, target: DatabaseAddress): Promise<void> {
  if (await isBehindTransactionPooler(session, dialect, target)) throw new InterphaseError('database.pooler', { where: session.where })
}
