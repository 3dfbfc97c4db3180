import type { Session } from '../../../dialect/dialect.ts'
import { name, type Sql, sql, value } from '../../../dialect/sql.ts'

/** What an author's file leaves in the session beside settings, and no single statement ends: prepared statements and locks. */
export class Leftovers {
  readonly #session: Pick<Session, 'query'>
  #prepares = false
  /** The session's advisory locks before the file took any. */
  #locks: ReadonlySet<string> | undefined

  constructor(session: Pick<Session, 'query'>) {
    this.#session = session
  }

  /** Asked before a statement of the file is sent. */
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
    // What the driver keeps prepared for the engine is not from SQL.
    const rows = await this.#session.query<{ name: string }>(sql`SELECT name FROM pg_catalog.pg_prepared_statements WHERE from_sql`)
    for (const row of rows) await this.#session.query(sql`DEALLOCATE ${name(row.name)}`)
  }

  /** A lock that was taken several times is given back as often. One that ends with its transaction cannot be given back. */
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

function unlocking({ high, low, pair, shared }: Held): Sql {
  const unlock = shared ? sql`pg_catalog.pg_advisory_unlock_shared` : sql`pg_catalog.pg_advisory_unlock`
  const key = pair ? sql`${signed(high)}, ${signed(low)}` : sql`(${value(high)}::bigint << 32) | ${value(low)}::bigint`
  return sql`SELECT ${unlock}(${key}) AS given`
}

/** pg_locks shows four bytes without their sign. */
function signed(bytes: string): Sql {
  return sql`${value(Number(bytes) | 0)}::int4`
}

interface Held {
  readonly high: string
  readonly low: string
  /** The key is two numbers of four bytes. */
  readonly pair: boolean
  readonly shared: boolean
  readonly lock: string
}
