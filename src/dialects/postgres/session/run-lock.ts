import type { DatabaseSession, RunLock, RunLockKey, ServerSessionDescription } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue } from '../../../dialect/sql.ts'
import { sha256Digest } from '../../../digest.ts'
import { makePostgresSessionDescription, type PostgresSessionRow } from '../server/processes.ts'
import { ACTIVITY_ROW_CONNECTION_IDENTIFIER_EXPRESSION, runAsLoginUser } from './backend.ts'

/**
 * Acquires and releases the lock of a run, which is an advisory lock with two numbers. The lock belongs to one database, and ends
 * with the session.
 */
export const postgresRunLock: RunLock = { acquire, release, holder, isHeldBy }

async function acquire(session: DatabaseSession, key: RunLockKey): Promise<boolean> {
  const [first, second] = numbersOf(key)
  const [row] = await session.query<{ readonly taken: boolean }>(
    sql`SELECT pg_try_advisory_lock(${sqlValue(first)}::int4, ${sqlValue(second)}::int4) AS taken`,
  )
  return row?.taken === true
}

async function release(session: DatabaseSession, key: RunLockKey): Promise<void> {
  const [first, second] = numbersOf(key)
  await session.query(sql`SELECT pg_advisory_unlock(${sqlValue(first)}::int4, ${sqlValue(second)}::int4)`)
}

async function holder(session: DatabaseSession, key: RunLockKey): Promise<ServerSessionDescription | undefined> {
  const read = sql`
    SELECT ${ACTIVITY_ROW_CONNECTION_IDENTIFIER_EXPRESSION} AS backend, a.application_name AS program, host(a.client_addr) AS address, a.usename AS "user",
           extract(epoch FROM clock_timestamp() - a.backend_start)::int4 AS seconds
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE ${lockOf(key)}`
  const [row] = await runAsLoginUser(session, () => session.query<PostgresSessionRow>(read))
  return row && makePostgresSessionDescription(row)
}

async function isHeldBy(session: DatabaseSession, key: RunLockKey): Promise<boolean> {
  const found = await session.query(sql`SELECT FROM pg_locks l WHERE l.pid = pg_backend_pid() AND ${lockOf(key)}`)
  return found.length > 0
}

function lockOf(key: RunLockKey): SqlStatement {
  const [first, second] = numbersOf(key)
  // The condition finds the run's lock in pg_locks, which shows the two numbers as unsigned numbers. The value 2 of objsubid
  // means a key of two numbers.
  return sql`l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
    AND l.classid = ${sqlValue(String(first >>> 0))}::oid AND l.objid = ${sqlValue(String(second >>> 0))}::oid
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`
}

function numbersOf({ project }: RunLockKey): readonly [number, number] {
  const hash = Buffer.from(sha256Digest('interphase lock', project), 'hex')
  return [hash.readInt32BE(0), hash.readInt32BE(4)]
}
