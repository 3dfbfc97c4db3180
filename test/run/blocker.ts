import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseSession } from '../../src/dialect/dialect.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { execute } from '../support/servers.ts'

const open = new Set<DatabaseSession>()

/** Closes what a test left open when it failed. */
export async function closeTransactions(): Promise<void> {
  for (const session of open) await session.close()
  open.clear()
}

const AT = { file: 'test', line: 1 }
const DEADLINE_MS = 60_000
// InnoDB answers from what it showed last to whoever asks again within a tenth of a second.
const POLL_MS = 250

/** An application's transaction that stays open over these statements. */
export async function openTransaction(dialect: DialectName, url: string, ...statements: readonly string[]): Promise<DatabaseSession> {
  const session = await (await loadDialect(dialect)).open({ url, purpose: 'an application' })
  await session.begin()
  open.add(session)
  for (const statement of statements) await session.execute(statement, AT)
  return session
}

/** What a statement of this database waits for a lock in, as the servers show it; the number of its connection. */
const WAITING = {
  postgres: "SELECT pid AS id FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  mysql: `SELECT id AS id FROM information_schema.processlist
    WHERE db = database() AND (state LIKE 'Waiting for table metadata lock%'
      OR id IN (SELECT trx_mysql_thread_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'))`,
} as const

/**
 * Waits until a statement waits for a lock inside the server. Gives the number of its connection, or nothing once `isOver` is true.
 */
export async function untilBlocked(dialect: DialectName, url: string, isOver: () => boolean = () => false): Promise<string> {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await delay(POLL_MS)) {
    if (isOver()) return ''
    const [row] = await execute(url, WAITING[dialect === 'postgres' ? 'postgres' : 'mysql'])
    if (row) return String(row['id'])
  }
  throw new Error('nobody waits for a lock')
}

/**
 * Ends a connection from outside, as an administrator would, and waits until it is gone. The client hears of the end before the server
 * has given up the locks of the connection, so a run that starts at once could still find the lock of the project taken.
 */
export async function endConnection(dialect: DialectName, url: string, id: string): Promise<void> {
  const [end, isThere] =
    dialect === 'postgres'
      ? [`SELECT pg_terminate_backend(${id})`, `SELECT 1 FROM pg_stat_activity WHERE pid = ${id}`]
      : [`KILL ${id}`, `SELECT 1 FROM information_schema.processlist WHERE id = ${id}`]
  await execute(url, end)
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; ) if ((await execute(url, isThere)).length === 0) return
  throw new Error(`connection ${id} does not end`)
}
