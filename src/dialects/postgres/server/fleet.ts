import type { ApplicationSession, FleetSessionReader } from '../../../dialect/fleet.ts'
import { sql, sqlValue } from '../../../dialect/sql.ts'

/**
 * Finds the application's sessions in `pg_stat_activity`, which shows the application name and the user of each session to every
 * user.
 */
export const postgresFleetSessionReader: FleetSessionReader = {
  async times(session) {
    const [row] = await session.query<{ now: unknown; started: unknown }>(
      sql`SELECT floor(extract(epoch FROM clock_timestamp()))::bigint AS now,
        floor(extract(epoch FROM pg_postmaster_start_time()))::bigint AS started`,
    )
    return { now: Number(row?.now), startedAt: Number(row?.started) }
  },
  sessionsOf: (session, application) =>
    session.query<ApplicationSession>(sql`SELECT application_name AS name, coalesce(usename, '') AS "user", coalesce(host(client_addr), 'this machine') AS "from"
      FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND (application_name = ${sqlValue(application)}::text OR starts_with(application_name, ${sqlValue(`${application}/`)}::text))`),
  sessionsOfUsers: (session, users) =>
    session.query<ApplicationSession>(sql`SELECT application_name AS name, usename AS "user", coalesce(host(client_addr), 'this machine') AS "from"
      FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = ANY (${sqlValue([...users])}::text[])`),
}
