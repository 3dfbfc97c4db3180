import type { Holder, Processes, Session } from '../../../dialect/dialect.ts'
import { sql, value } from '../../../dialect/sql.ts'
import { BACKEND, isBackend, numberOf } from './backend.ts'

/** Finds and ends other sessions of the same database. pg_stat_activity lists them. */
export const processes: Processes = { current, running, alive, end, blockersOf }

export interface ProcessRow {
  readonly backend: string
  readonly program: string | null
  /** The client's address. Null for a local socket, and if the user may not see the address. */
  readonly address: string | null
  readonly user: string | null
  readonly seconds: number | null
}

export function holderOf({ backend, program, address, user, seconds }: ProcessRow): Holder {
  const who = program || `a session of ${user ?? 'an unknown user'} (pid ${numberOf(backend)})`
  return { backend, says: `${who}${address === null ? '' : `, from ${address}`}${seconds === null ? '' : `, for ${seconds} s`}` }
}

async function current(session: Session): Promise<string> {
  const [row] = await session.query<{ readonly backend: string }>(
    sql`SELECT ${BACKEND} AS backend FROM pg_stat_get_activity(pg_backend_pid()) a`,
  )
  return row?.backend ?? ''
}

async function running(session: Session, tag: string): Promise<Holder | undefined> {
  const [row] = await session.query<ProcessRow>(sql`
    SELECT ${BACKEND} AS backend, application_name AS program, host(client_addr) AS address, usename AS "user",
           extract(epoch FROM clock_timestamp() - query_start)::int4 AS seconds
    FROM pg_stat_activity a
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND strpos(query, ${value(tag)}) > 0
    ORDER BY query_start LIMIT 1`)
  return row && holderOf(row)
}

async function alive(session: Session, backend: string): Promise<boolean> {
  const found = await session.query(sql`SELECT FROM pg_stat_activity a WHERE ${isBackend(backend)}`)
  return found.length > 0
}

async function end(session: Session, backend: string): Promise<void> {
  await session.query(sql`SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE ${isBackend(backend)}`)
}

async function blockersOf(session: Session, backend: string): Promise<readonly string[]> {
  const rows = await session.query<ProcessRow & { readonly state: string | null; readonly query: string | null }>(sql`
    SELECT ${BACKEND} AS backend, a.application_name AS program, host(a.client_addr) AS address, a.usename AS "user",
           extract(epoch FROM clock_timestamp() - COALESCE(a.xact_start, a.query_start))::int4 AS seconds, a.state, a.query
    FROM unnest(pg_blocking_pids(${value(numberOf(backend))}::int4)) AS b(pid) JOIN pg_stat_activity a ON a.pid = b.pid
    ORDER BY a.xact_start`)
  return rows.map((row) => {
    const { says } = holderOf(row)
    const query = (row.query ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 100)
    return `${says}, pid ${numberOf(row.backend)}, ${row.state ?? 'state unknown'}: ${query}`
  })
}
