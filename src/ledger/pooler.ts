import type { Dialect, Session, Target } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'

/**
 * Does something between us and the server hand each transaction to a server connection of its choice? A lock of a session
 * would stay behind there. Asked without any lock: while another client has a transaction open, a pooler has to answer this
 * session on another connection than before, or has given that client ours.
 */
export async function isPooled(session: Session, dialect: Dialect, target: Target): Promise<boolean> {
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

export async function refusePooler(session: Session, dialect: Dialect, target: Target): Promise<void> {
  if (await isPooled(session, dialect, target)) throw new InterphaseError('database.pooler', { where: session.where })
}
