import type { Holder, Mutex, MutexKey, Session } from '../../../dialect/dialect.ts'
import { type Sql, sql, value } from '../../../dialect/sql.ts'
import { digest } from '../../../digest.ts'
import { BACKEND } from './backend.ts'
import { holderOf, type ProcessRow } from './processes.ts'

/** The lock of a run: an advisory lock with two numbers. It belongs to one database and ends with the session. */
export const mutex: Mutex = { take, give, holder, stillMine }

async function take(session: Session, key: MutexKey): Promise<boolean> {
  const [first, second] = numbersOf(key)
  const [row] = await session.query<{ readonly taken: boolean }>(
    sql`SELECT pg_try_advisory_lock(${value(first)}::int4, ${value(second)}::int4) AS taken`,
  )
  return row?.taken === true
}

async function give(session: Session, key: MutexKey): Promise<void> {
  const [first, second] = numbersOf(key)
  await session.query(sql`SELECT pg_advisory_unlock(${value(first)}::int4, ${value(second)}::int4)`)
}

async function holder(session: Session, key: MutexKey): Promise<Holder | undefined> {
  const [row] = await session.query<ProcessRow>(sql`
    SELECT ${BACKEND} AS backend, a.application_name AS program, host(a.client_addr) AS address, a.usename AS "user",
           extract(epoch FROM clock_timestamp() - a.backend_start)::int4 AS seconds
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE ${lockOf(key)}`)
  return row && holderOf(row)
}

async function stillMine(session: Session, key: MutexKey): Promise<boolean> {
  const found = await session.query(sql`SELECT FROM pg_locks l WHERE l.pid = pg_backend_pid() AND ${lockOf(key)}`)
  return found.length > 0
}

function lockOf(key: MutexKey): Sql {
  const [first, second] = numbersOf(key)
  // The condition finds the run's lock in pg_locks, which shows the two numbers unsigned. The value 2 of objsubid means a key of two
  // numbers.
  return sql`l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
    AND l.classid = ${value(String(first >>> 0))}::oid AND l.objid = ${value(String(second >>> 0))}::oid
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`
}

function numbersOf({ project }: MutexKey): readonly [number, number] {
  const hash = Buffer.from(digest('interphase lock', project), 'hex')
  return [hash.readInt32BE(0), hash.readInt32BE(4)]
}
