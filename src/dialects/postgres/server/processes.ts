import type { DatabaseSession, ServerSessionController, ServerSessionDescription } from '../../../dialect/dialect.ts'
import { sql, sqlValue } from '../../../dialect/sql.ts'
import {
  ACTIVITY_ROW_CONNECTION_IDENTIFIER_EXPRESSION,
  activityRowIsConnectionConditionSql,
  pidOfConnection,
  runAsLoginUser,
} from '../session/backend.ts'

/** Finds, describes and ends sessions of the server. The main source is `pg_stat_activity`. */
export const postgresServerSessionController: ServerSessionController = {
  current: (session) => runAsLoginUser(session, () => current(session)),
  running: (session, tag) => runAsLoginUser(session, () => running(session, tag)),
  alive: (session, backend) => runAsLoginUser(session, () => alive(session, backend)),
  end: (session, backend) => runAsLoginUser(session, () => end(session, backend)),
  blockersOf: (session, backend) => runAsLoginUser(session, () => blockersOf(session, backend)),
}

export interface PostgresSessionRow {
  readonly backend: string
  readonly program: string | null
  /**
   * The address of the client of a session. The value is null for a local socket, and if the user does not have the privilege to
   * see the address.
   */
  readonly address: string | null
  readonly user: string | null
  readonly seconds: number | null
}

/** Describes a session for messages, as in `interphase contract, from 10.0.0.7, for 12 s`. */
export function makePostgresSessionDescription({ backend, program, address, user, seconds }: PostgresSessionRow): ServerSessionDescription {
  const who = program || `a session of ${user ?? 'an unknown user'} (pid ${pidOfConnection(backend)})`
  return { backend, says: `${who}${address === null ? '' : `, from ${address}`}${seconds === null ? '' : `, for ${seconds} s`}` }
}

async function current(session: DatabaseSession): Promise<string> {
  const [row] = await session.query<{ readonly backend: string }>(
    sql`SELECT ${ACTIVITY_ROW_CONNECTION_IDENTIFIER_EXPRESSION} AS backend FROM pg_stat_get_activity(pg_backend_pid()) a`,
  )
  return row?.backend ?? ''
}

async function running(session: DatabaseSession, tag: string): Promise<ServerSessionDescription | undefined> {
  const [row] = await session.query<PostgresSessionRow>(sql`
    SELECT ${ACTIVITY_ROW_CONNECTION_IDENTIFIER_EXPRESSION} AS backend, application_name AS program, host(client_addr) AS address, usename AS "user",
           extract(epoch FROM clock_timestamp() - query_start)::int4 AS seconds
    FROM pg_stat_activity a
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND strpos(query, ${sqlValue(tag)}) > 0
    ORDER BY query_start LIMIT 1`)
  return row && makePostgresSessionDescription(row)
}

async function alive(session: DatabaseSession, backend: string): Promise<boolean> {
  const found = await session.query(sql`SELECT FROM pg_stat_activity a WHERE ${activityRowIsConnectionConditionSql(backend)}`)
  return found.length > 0
}

async function end(session: DatabaseSession, backend: string): Promise<void> {
  await session.query(sql`SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE ${activityRowIsConnectionConditionSql(backend)}`)
}

async function blockersOf(session: DatabaseSession, backend: string): Promise<readonly string[]> {
  const rows = await session.query<PostgresSessionRow & { readonly state: string | null; readonly query: string | null }>(sql`
    SELECT ${ACTIVITY_ROW_CONNECTION_IDENTIFIER_EXPRESSION} AS backend, a.application_name AS program, host(a.client_addr) AS address, a.usename AS "user",
           extract(epoch FROM clock_timestamp() - COALESCE(a.xact_start, a.query_start))::int4 AS seconds, a.state, a.query
    FROM unnest(pg_blocking_pids(${sqlValue(pidOfConnection(backend))}::int4)) AS b(pid) JOIN pg_stat_activity a ON a.pid = b.pid
    ORDER BY a.xact_start`)
  return rows.map((row) => {
    const { says } = makePostgresSessionDescription(row)
    const query = (row.query ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 100)
    return `${says}, pid ${pidOfConnection(row.backend)}, ${row.state ?? 'state unknown'}: ${query}`
  })
}
