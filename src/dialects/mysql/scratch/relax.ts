import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlValue } from '../../../dialect/sql.ts'
import { isError } from '../../../error.ts'
import { MYSQL_UNKNOWN_VARIABLE, mysqlErrorNumberOf } from '../session/errors.ts'

/**
 * The session settings with which a server accepts every table that SHOW CREATE TABLE prints. With other settings, a server can
 * refuse a zero date as a default, a table without a primary key, or a row format.
 */
const RELAXED: readonly SqlStatement[] = [
  sql`sql_mode = 'NO_AUTO_VALUE_ON_ZERO'`,
  sql`foreign_key_checks = 0`,
  sql`unique_checks = 0`,
  sql`innodb_strict_mode = 0`,
  sql`explicit_defaults_for_timestamp = 1`,
  sql`sql_require_primary_key = 0`,
  sql`sql_generate_invisible_primary_key = 0`,
]

/**
 * Sets the session variables with which the server accepts every table that SHOW CREATE TABLE prints. The function sets each
 * variable with its own statement, because some variables do not exist on every server, and the user does not always have the
 * privilege to set them.
 */
export async function relaxMysqlSessionStrictness(session: DatabaseSession): Promise<void> {
  for (const setting of RELAXED) await attempt(session, sql`SET ${setting}`)
}

async function attempt(session: DatabaseSession, statement: SqlStatement): Promise<void> {
  try {
    await session.query(statement)
  } catch (error) {
    if (mysqlErrorNumberOf(error) !== MYSQL_UNKNOWN_VARIABLE && !isError(error, 'database.privilege')) throw error
  }
}

/**
 * Executes `work` with the session settings with which an object was created, and then restores the previous settings of the
 * session.
 */
export async function runWithCreatorSettings(
  session: DatabaseSession,
  settings: readonly (readonly [variable: string, value: string])[],
  work: () => Promise<void>,
): Promise<void> {
  if (settings.length === 0) return work()
  const variables = settings.map(([variable]) => variable)
  const [before = {}] = await session.query<Record<string, string>>(
    sql`SELECT ${joinSql(variables.map((variable) => sql`@@${sqlName(variable)} AS ${sqlName(variable)}`))}`,
  )
  await setAll(session, settings)
  try {
    await work()
  } finally {
    await setAll(
      session,
      variables.map((variable) => [variable, before[variable] ?? '']),
    )
  }
}

async function setAll(session: DatabaseSession, settings: readonly (readonly [variable: string, wanted: string])[]): Promise<void> {
  await session.query(sql`SET ${joinSql(settings.map(([variable, wanted]) => sql`${sqlName(variable)} = ${sqlValue(wanted)}`))}`)
}
