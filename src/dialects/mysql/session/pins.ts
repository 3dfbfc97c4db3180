import type { Session } from '../../../dialect/dialect.ts'
import { name, type Sql, sql, value, verbatim } from '../../../dialect/sql.ts'
import { isError } from '../../../error.ts'
import { literal } from '../text/notation.ts'
import type { FlavourName } from './flavour.ts'

/**
 * The variables that influence what a statement creates or writes, each with the value that every engine session uses. A server can be
 * configured differently, but the same scripts must create the same schema. The values are the servers' defaults.
 */
const PINS: Readonly<Record<string, string>> = {
  // The storage engine of a table without an ENGINE clause.
  default_storage_engine: 'InnoDB',
  // If this variable is off, a timestamp column is NOT NULL, and the first one of a table changes with every UPDATE.
  explicit_defaults_for_timestamp: 'ON',
  // This variable determines the types of computed columns in views and CREATE TABLE … SELECT.
  div_precision_increment: '4',
  // If this variable is on, `id IS NULL` finds the last inserted row.
  sql_auto_is_null: 'OFF',
  // With other values, COMMIT starts another transaction or ends the session.
  completion_type: 'NO_CHAIN',
  // The language of the names of days and months.
  lc_time_names: 'en_US',
  default_week_format: '0',
}

const OF_FLAVOUR: { readonly [N in FlavourName]: Readonly<Record<string, string>> } = {
  mysql: {
    group_concat_max_len: '1024',
    // The collation of CHARACTER SET utf8mb4 without a COLLATE clause.
    default_collation_for_utf8mb4: 'utf8mb4_0900_ai_ci',
    // If this variable is on, a table without a primary key gets an additional column and key, which can be invisible.
    sql_generate_invisible_primary_key: 'OFF',
    show_gipk_in_create_table_and_information_schema: 'ON',
  },
  mariadb: {
    group_concat_max_len: '1048576',
    // `utf8` means utf8mb3.
    old_mode: 'UTF8_IS_UTF8MB3',
    check_constraint_checks: 'ON',
    // If this variable is on, every DROP and ALTER ignores missing objects.
    sql_if_exists: 'OFF',
    // With a timestamp, a read of a versioned table returns its rows at that time.
    system_versioning_asof: 'DEFAULT',
    default_regex_flags: '',
  },
}

/**
 * The variables with another default on this server. They are split into those that the session has set and those that the user may not
 * set.
 */
export interface PinnedVariables {
  readonly values: ReadonlyMap<string, Sql>
  readonly denied: readonly string[]
}

/** Sets the pinned values in the session. It reads the current values first, and sets only the different ones. */
export async function pinVariables(session: Session, flavour: FlavourName): Promise<PinnedVariables> {
  const wanted: Readonly<Record<string, string>> = { ...PINS, ...OF_FLAVOUR[flavour] }
  const rows = await session.query<{ Variable_name: string; Value: string }>(
    sql`SHOW SESSION VARIABLES WHERE variable_name IN ${value(Object.keys(wanted))}`,
  )
  const values = new Map<string, Sql>()
  const denied: string[] = []
  for (const { Variable_name: variable, Value: found } of rows) {
    const text = wanted[variable] ?? found
    if (text.toLowerCase() === found.toLowerCase()) continue
    const assigned = verbatim(/^\d+$/.test(text) ? text : literal(text))
    if (await set(session, variable, assigned)) values.set(variable, assigned)
    else denied.push(variable)
  }
  return { values, denied }
}

async function set(session: Session, variable: string, assigned: Sql): Promise<boolean> {
  try {
    await session.query(sql`SET SESSION ${name(variable)} = ${assigned}`)
    return true
  } catch (error) {
    if (isError(error, 'database.privilege')) return false
    throw error
  }
}
