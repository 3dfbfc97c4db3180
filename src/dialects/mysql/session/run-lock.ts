import type { DatabaseSession, RunLock, RunLockKey, ServerSessionDescription } from '../../../dialect/dialect.ts'
import { sql, sqlValue } from '../../../dialect/sql.ts'
import { sha256Digest } from '../../../digest.ts'
import { readMysqlSessionDescription } from '../server/processes.ts'

/**
 * Acquires and releases the lock of a run with GET_LOCK. The server releases the lock when the connection ends. A lock of
 * GET_LOCK is visible in all databases of a server, so the name of the lock depends on the database and the project.
 */
export const mysqlRunLock: RunLock = {
  async acquire(session, key) {
    const [row] = await session.query<{ got: unknown }>(sql`SELECT GET_LOCK(${lockName(session, key)}, 0) AS got`)
    return Number(row?.got) === 1
  },
  async release(session, key) {
    await session.query(sql`SELECT RELEASE_LOCK(${lockName(session, key)}) AS gone`)
  },
  async holder(session, key): Promise<ServerSessionDescription | undefined> {
    const [row] = await session.query<{ id: Id }>(sql`SELECT IS_USED_LOCK(${lockName(session, key)}) AS id`)
    if (row === undefined || row.id === null) return undefined
    return readMysqlSessionDescription(session, String(row.id))
  },
  async isHeldBy(session, key) {
    const [row] = await session.query<{ id: Id; mine: Id }>(
      sql`SELECT IS_USED_LOCK(${lockName(session, key)}) AS id, CONNECTION_ID() AS mine`,
    )
    return row !== undefined && row.id !== null && String(row.id) === String(row.mine)
  },
}

/** The id of the connection that holds the lock of a project. The value is null when no connection holds the lock. */
type Id = string | number | null

/** Returns the name of the lock of a run. The name contains a hash, because the servers allow at most 64 characters. */
function lockName(session: DatabaseSession, key: RunLockKey) {
  return sqlValue(`interphase:${sha256Digest(session.database, key.project).slice(0, 40)}`)
}
