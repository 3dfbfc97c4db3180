import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlName, sqlValue } from '../../../dialect/sql.ts'

/**
 * Removes the prepared statements and the advisory locks that a migration file created in its session. Settings are not removed.
 */
export class PostgresSessionLeftoverCleaner {
  readonly #session: Pick<DatabaseSession, 'query'>
  #prepares = false
  /** The advisory locks that the session held before the migration file acquired locks. */
  #locks: ReadonlySet<string> | undefined

  constructor(session: Pick<DatabaseSession, 'query'>) {
    this.#session = session
  }

  /**
   * Notes that a statement of the migration file can create a prepared statement or acquire an advisory lock. Before the first
   * advisory lock of the file, the method reads the locks that the session already holds. The caller calls this method before
   * each statement of the file.
   */
  async notice(text: string): Promise<void> {
    if (/\bprepare\b/i.test(text)) this.#prepares = true
    if (/advisory/i.test(text)) this.#locks ??= new Set((await this.#held()).map(({ lock }) => lock))
  }

  async end(): Promise<void> {
    if (this.#prepares) await this.#deallocate()
    if (this.#locks) await this.#unlock(this.#locks)
    this.#prepares = false
    this.#locks = undefined
  }

  async #deallocate(): Promise<void> {
    // Rows of pg_prepared_statements with `from_sql` are prepared statements of the migration file. For the statements that the
    // driver prepares, `from_sql` is false.
    const rows = await this.#session.query<{ name: string }>(sql`SELECT name FROM pg_catalog.pg_prepared_statements WHERE from_sql`)
    for (const row of rows) await this.#session.query(sql`DEALLOCATE ${sqlName(row.name)}`)
  }

  /**
   * Releases each advisory lock as many times as the migration file acquired the lock. The method ignores transaction-level
   * advisory locks, because no statement can release them.
   */
  async #unlock(before: ReadonlySet<string>): Promise<void> {
    for (let given = true; given; ) {
      given = false
      for (const held of await this.#held()) {
        if (before.has(held.lock)) continue
        const [row] = await this.#session.query<{ given: boolean }>(unlocking(held))
        given ||= row?.given === true
      }
    }
  }

  #held(): Promise<readonly Held[]> {
    return this.#session.query<Held>(sql`SELECT classid::text AS high, objid::text AS low, objsubid = 2 AS pair, mode = 'ShareLock' AS shared,
        classid || '/' || objid || '/' || objsubid || '/' || mode AS lock
      FROM pg_catalog.pg_locks l WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid() AND granted
        AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`)
  }
}

function unlocking({ high, low, pair, shared }: Held): SqlStatement {
  const unlock = shared ? sql`pg_catalog.pg_advisory_unlock_shared` : sql`pg_catalog.pg_advisory_unlock`
  const key = pair ? sql`${signed(high)}, ${signed(low)}` : sql`(${sqlValue(high)}::bigint << 32) | ${sqlValue(low)}::bigint`
  return sql`SELECT ${unlock}(${key}) AS given`
}

/**
 * Returns a SQL expression with the four bytes of a lock key as a signed number. pg_locks shows an unsigned number, but the lock
 * functions expect a signed number.
 */
function signed(bytes: string): SqlStatement {
  return sql`${sqlValue(Number(bytes) | 0)}::int4`
}

interface Held {
  readonly high: string
  readonly low: string
  /** True when the key of the advisory lock consists of two four-byte numbers. */
  readonly pair: boolean
  readonly shared: boolean
  readonly lock: string
}
