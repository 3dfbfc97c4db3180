import type { ApplicationSession, ApplicationSessionsReading, FleetQuerySession, FleetSessionReader } from '../../../dialect/fleet.ts'
import { joinSql, sql, sqlValue } from '../../../dialect/sql.ts'
import { isError } from '../../../error.ts'

/**
 * Finds the application's sessions by their connection attributes in the performance schema, or by their users in the process
 * list.
 */
export const mysqlFleetSessionReader: FleetSessionReader = {
  async times(session) {
    const [clock] = await session.query<{ now: unknown }>(sql`SELECT UNIX_TIMESTAMP() AS now`)
    const [uptime] = await session.query<{ Value: unknown }>(sql`SHOW GLOBAL STATUS LIKE 'Uptime'`)
    return { now: Number(clock?.now), startedAt: Number(clock?.now) - Number(uptime?.Value) }
  },
  sessionsOf: (session, application) => unlessForbidden(() => sessionsByAttribute(session, application)),
  sessionsOfUsers: (session, users) => unlessForbidden(() => sessionsByUser(session, users)),
}

async function sessionsByAttribute(session: FleetQuerySession, application: string): Promise<ApplicationSessionsReading> {
  const [setting] = await session.query<{ on: unknown }>(sql`SELECT @@performance_schema AS \`on\``)
  if (Number(setting?.on) !== 1) {
    return {
      unseen: `the performance schema is off, so the server does not show the connection attributes of ${application}`,
      remedy:
        'Start the server with performance_schema = ON, or name the users of instances that do not join in the parameter "users" of the gate',
    }
  }
  return session.query<ApplicationSession>(
    sql`SELECT a.attr_value AS name, coalesce(t.processlist_user, '') AS \`user\`, coalesce(t.processlist_host, '') AS \`from\`
      FROM performance_schema.session_connect_attrs a
      JOIN performance_schema.threads t ON t.processlist_id = a.processlist_id
      WHERE a.attr_name = 'program_name' AND coalesce(t.processlist_db, database()) = database() AND a.processlist_id <> connection_id()
      AND (a.attr_value = ${sqlValue(application)} OR left(a.attr_value, char_length(${sqlValue(`${application}/`)})) = ${sqlValue(`${application}/`)})`,
  )
}

async function sessionsByUser(session: FleetQuerySession, users: readonly string[]): Promise<ApplicationSessionsReading> {
  if (!(await seesOtherUsers(session))) {
    return {
      unseen: `this user cannot see the sessions of ${users.join(', ')}`,
      remedy: 'Grant the privilege PROCESS to the user who runs interphase',
    }
  }
  return session.query<ApplicationSession>(
    sql`SELECT '' AS name, user AS \`user\`, host AS \`from\` FROM information_schema.processlist
      WHERE user IN (${joinSql(users.map((user) => sqlValue(user)))}) AND coalesce(db, database()) = database() AND id <> connection_id()`,
  )
}

/**
 * Returns true if the process list shows the sessions of all users. The process list shows them if the user has the privilege
 * PROCESS or SUPER. If the list contains a session of another user, the list also counts as complete.
 */
async function seesOtherUsers(session: FleetQuerySession): Promise<boolean> {
  const [row] = await session.query<{ sees: unknown }>(
    sql`SELECT (SELECT count(*) FROM information_schema.user_privileges WHERE privilege_type IN ('PROCESS', 'SUPER')
        AND grantee = concat('''', replace(current_user(), '@', '''@'''), ''''))
      + (SELECT count(*) FROM information_schema.processlist WHERE user <> substring_index(current_user(), '@', 1)) AS sees`,
  )
  return Number(row?.sees) > 0
}

async function unlessForbidden(read: () => Promise<ApplicationSessionsReading>): Promise<ApplicationSessionsReading> {
  try {
    return await read()
  } catch (error) {
    if (!isError(error, 'database.privilege')) throw error
    return {
      unseen: error.message,
      remedy: 'Grant SELECT on performance_schema.session_connect_attrs and performance_schema.threads to the user who runs interphase',
    }
  }
}
