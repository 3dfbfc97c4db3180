import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue } from '../../../dialect/sql.ts'

/**
 * The SQL expression that identifies a database connection: the pid and the start time of its server process, as in
 * `4711/1763794000.25`. The expression reads row `a` of pg_stat_activity. The start time is needed because the operating system
 * reuses pids. A user without privileges does not see the start times of other connections.
 */
export const ACTIVITY_ROW_CONNECTION_IDENTIFIER_EXPRESSION = sql`a.pid || coalesce('/' || extract(epoch FROM a.backend_start), '')`

/**
 * Returns the SQL condition that row `a` of pg_stat_activity is the connection `backend`. The condition compares the pid first,
 * so that the server does not read the rows of other connections.
 */
export function activityRowIsConnectionConditionSql(backend: string): SqlStatement {
  return sql`a.pid = ${sqlValue(pidOfConnection(backend))}::int4 AND ${ACTIVITY_ROW_CONNECTION_IDENTIFIER_EXPRESSION} = ${sqlValue(backend)}`
}

export function pidOfConnection(backend: string): number {
  return Number(backend.split('/')[0])
}

/**
 * Executes `act` with the privileges of the login user. A role can have the default `ALTER ROLE deploy SET role TO owner`. The
 * server then hides the other sessions of `deploy` from the role `owner`, and does not let this role end them.
 */
export async function runAsLoginUser<T>(session: DatabaseSession, act: () => Promise<T>): Promise<T> {
  const role = await defaultRoleOf(session)
  if (role === NO_SESSION_ROLE) return act()
  await session.query(setRole(NO_SESSION_ROLE))
  try {
    const result = await act()
    await session.query(setRole(role))
    return result
  } catch (error) {
    // In a failed transaction, the statement that sets the previous role again also fails. The rollback then restores the role.
    await session.query(setRole(role)).catch(() => undefined)
    throw error
  }
}

/**
 * Returns true if the user or the database has a default role, so that the engine's statements have another role than the login
 * user.
 */
export async function hasDefaultRole(session: DatabaseSession): Promise<boolean> {
  return (await defaultRoleOf(session)) !== NO_SESSION_ROLE
}

/** The role of a session that has the privileges of its login user. */
const NO_SESSION_ROLE = 'none'

const DEFAULT_ROLES = new WeakMap<DatabaseSession, Promise<string>>()

/** Returns the role of the engine's own statements. The role is `none` unless the user or the database has a default role. */
function defaultRoleOf(session: DatabaseSession): Promise<string> {
  const known = DEFAULT_ROLES.get(session) ?? askForRole(session)
  DEFAULT_ROLES.set(session, known)
  known.catch(() => DEFAULT_ROLES.delete(session))
  return known
}

async function askForRole(session: DatabaseSession): Promise<string> {
  const [row] = await session.query<{ readonly role: string }>(sql`SELECT current_setting('role') AS role`)
  return row?.role ?? NO_SESSION_ROLE
}

function setRole(role: string): SqlStatement {
  return sql`SELECT set_config('role', ${sqlValue(role)}, false)`
}
