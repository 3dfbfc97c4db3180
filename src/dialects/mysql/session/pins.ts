import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import { isError } from '../../../error.ts'
import { quoteMysqlStringLiteral } from '../text/notation.ts'
import type { MysqlFamilyServerName } from './flavour.ts'

/**
 * The session variables that influence what a statement creates or writes, each with its value in every engine session. With
 * these values, a migration creates the same schema on servers with different configurations. The values are the defaults of the
 * servers.
 */
const PINS: Readonly<Record<string, string>> = {
  // The variable `default_storage_engine` is the storage engine of a table without an ENGINE clause. With a fixed value, a
  // migration creates the same table on every server.
  default_storage_engine: 'InnoDB',
  // If `explicit_defaults_for_timestamp` is off, a timestamp column is NOT NULL, and an UPDATE of a row sets the first timestamp
  // column of the table. The engine therefore sets the variable to ON.
  explicit_defaults_for_timestamp: 'ON',
  // The variable `div_precision_increment` influences the types of computed columns in views and CREATE TABLE … SELECT.
  div_precision_increment: '4',
  // If `sql_auto_is_null` is on, the condition `id IS NULL` finds the last inserted row. The engine switches this behaviour off.
  sql_auto_is_null: 'OFF',
  // With a value of `completion_type` other than NO_CHAIN, COMMIT starts another transaction or ends the session.
  completion_type: 'NO_CHAIN',
  // The variable `lc_time_names` is the language of the names of days and months. With a fixed value, a migration writes the same
  // names on every server.
  lc_time_names: 'en_US',
  default_week_format: '0',
}

const OF_FLAVOUR: { readonly [N in MysqlFamilyServerName]: Readonly<Record<string, string>> } = {
  mysql: {
    // The server's own time limit for statements would cancel a count over a large table. The limits of the policies apply
    // instead.
    max_execution_time: '0',
    group_concat_max_len: '1024',
    // The variable `default_collation_for_utf8mb4` is the collation that the server uses for CHARACTER SET utf8mb4 without a
    // COLLATE clause.
    default_collation_for_utf8mb4: 'utf8mb4_0900_ai_ci',
    // If `sql_generate_invisible_primary_key` is on, the server adds a column and a key to a table without a primary key.
    sql_generate_invisible_primary_key: 'OFF',
    show_gipk_in_create_table_and_information_schema: 'ON',
  },
  mariadb: {
    // The variable `max_statement_time` of MariaDB corresponds to `max_execution_time` of MySQL, and also limits statements that
    // write. A limit of the server could cancel a count over a large table.
    max_statement_time: '0.000000',
    group_concat_max_len: '1048576',
    // With the value UTF8_IS_UTF8MB3 of `old_mode`, the name `utf8` means utf8mb3.
    old_mode: 'UTF8_IS_UTF8MB3',
    check_constraint_checks: 'ON',
    // If `sql_if_exists` is on, every DROP and ALTER ignores missing objects, and the engine would not notice that an object is
    // missing.
    sql_if_exists: 'OFF',
    // If `system_versioning_asof` is a timestamp, a query of a versioned table returns the rows of that time. The engine needs
    // the current rows.
    system_versioning_asof: 'DEFAULT',
    default_regex_flags: '',
  },
}

/**
 * The session variables whose value at the start of the session differed from the engine's value. `values` contains the variables
 * that the engine has set to its own value. `denied` contains the variables that the user does not have the privilege to set.
 */
export interface PinnedMysqlSessionVariables {
  readonly values: ReadonlyMap<string, SqlStatement>
  readonly denied: readonly string[]
}

/**
 * Sets the session variables to the engine's values. The function reads the current values first, and sets only the variables
 * with another value. Returns the variables that had another value.
 */
export async function pinMysqlSessionVariables(
  session: DatabaseSession,
  flavour: MysqlFamilyServerName,
): Promise<PinnedMysqlSessionVariables> {
  const wanted: Readonly<Record<string, string>> = { ...PINS, ...OF_FLAVOUR[flavour] }
  const rows = await session.query<{ Variable_name: string; Value: string }>(
    sql`SHOW SESSION VARIABLES WHERE variable_name IN ${sqlValue(Object.keys(wanted))}`,
  )
  const values = new Map<string, SqlStatement>()
  const denied: string[] = []
  for (const { Variable_name: variable, Value: found } of rows) {
    const text = wanted[variable] ?? found
    if (text.toLowerCase() === found.toLowerCase()) continue
    const assigned = sqlVerbatim(/^[\d.]+$/.test(text) ? text : quoteMysqlStringLiteral(text))
    if (await set(session, variable, assigned)) values.set(variable, assigned)
    else denied.push(variable)
  }
  return { values, denied }
}

async function set(session: DatabaseSession, variable: string, assigned: SqlStatement): Promise<boolean> {
  try {
    await session.query(sql`SET SESSION ${sqlName(variable)} = ${assigned}`)
    return true
  } catch (error) {
    if (isError(error, 'database.privilege')) return false
    throw error
  }
}
