import type { Session } from '../../../dialect/dialect.ts'
import { name, type Sql, sql, value, verbatim } from '../../../dialect/sql.ts'
import { isError } from '../../../error.ts'
import { literal } from '../text/notation.ts'
import type { FlavourName } from './flavour.ts'

/**
 * Variables that decide what a statement makes or writes, each with the value that every session of the engine has. A server may be
 * configured otherwise; the same scripts must make the same schema there. The values are the defaults of the servers.
 */
const PINS: Readonly<Record<string, string>> = {
  // The engine of a table that names none.
  default_storage_engine: 'InnoDB',
  // Without it a timestamp is NOT NULL, and the first one of a table follows every UPDATE.
  explicit_defaults_for_timestamp: 'ON',
  // The types of columns that a view or CREATE TABLE … SELECT computes.
  div_precision_increment: '4',
  // `id IS NULL` finds the last inserted row.
  sql_auto_is_null: 'OFF',
  // A COMMIT begins the next transaction, or ends the session.
  completion_type: 'NO_CHAIN',
  // Names of days and months, and numbers of weeks.
  lc_time_names: 'en_US',
  default_week_format: '0',
}

const OF_FLAVOUR: { readonly [N in FlavourName]: Readonly<Record<string, string>> } = {
  mysql: {
    group_concat_max_len: '1024',
    // CHARACTER SET utf8mb4 without a collation.
    default_collation_for_utf8mb4: 'utf8mb4_0900_ai_ci',
    // A table without a primary key gets a column and a key that no script names, and they may be hidden from whoever reads the table.
    sql_generate_invisible_primary_key: 'OFF',
    show_gipk_in_create_table_and_information_schema: 'ON',
  },
  mariadb: {
    group_concat_max_len: '1048576',
    // `utf8` means utf8mb3.
    old_mode: 'UTF8_IS_UTF8MB3',
    check_constraint_checks: 'ON',
    // Every DROP and ALTER passes over what is not there.
    sql_if_exists: 'OFF',
    // Reading a versioned table finds an older state of it.
    system_versioning_asof: 'DEFAULT',
    default_regex_flags: '',
  },
}

/** Variables that the server has otherwise, with what the session has set instead, and those that the user may not set. */
export interface Pinned {
  readonly values: ReadonlyMap<string, Sql>
  readonly denied: readonly string[]
}

/** Gives the session the pinned values; asks first, so that nothing is set that the server has already. */
export async function pin(session: Session, flavour: FlavourName): Promise<Pinned> {
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
