import type { Holder, Mutex, MutexKey, Session } from '../../../dialect/dialect.ts'
import { sql, value } from '../../../dialect/sql.ts'
import { digest } from '../../../digest.ts'
import { describeSession } from './processes.ts'

/**
 * Uses GET_LOCK, which the server releases when the connection ends. These locks are shared by the whole server, so the name contains
 * the database and the project.
 */
export const mutex: Mutex = {
  async take(session, key) {
    const [row] = await session.query<{ got: unknown }>(sql`SELECT GET_LOCK(${lockName(session, key)}, 0) AS got`)
    return Number(row?.got) === 1
  },
  async give(session, key) {
    await session.query(sql`SELECT RELEASE_LOCK(${lockName(session, key)}) AS gone`)
  },
  async holder(session, key): Promise<Holder | undefined> {
    const [row] = await session.query<{ id: Id }>(sql`SELECT IS_USED_LOCK(${lockName(session, key)}) AS id`)
    if (row === undefined || row.id === null) return undefined
    return describeSession(session, String(row.id))
  },
  async stillMine(session, key) {
    const [row] = await session.query<{ id: Id; mine: Id }>(
      sql`SELECT IS_USED_LOCK(${lockName(session, key)}) AS id, CONNECTION_ID() AS mine`,
    )
    return row !== undefined && row.id !== null && String(row.id) === String(row.mine)
  },
}

/** Null when no connection holds the lock. */
type Id = string | number | null

/** The servers allow at most 64 characters. */
function lockName(session: Session, key: MutexKey) {
  return value(`interphase:${digest(session.database, key.project).slice(0, 40)}`)
}
