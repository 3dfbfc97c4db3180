import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlName, sqlValue } from '../../../dialect/sql.ts'
import { MYSQL_NO_SUCH_TABLE, mysqlErrorNumberOf } from '../session/errors.ts'

/** The name of a table, a view or a sequence, and its type. */
export interface MysqlTableNameAndType {
  readonly name: string
  /** The type of a table as the server prints it, such as BASE TABLE, VIEW or SEQUENCE. */
  readonly type: string
}

/** Reads the tables, views and sequences of the database, except the tables of the engine and temporary tables. */
export async function queryMysqlTablesViewsAndSequences(session: DatabaseSession): Promise<readonly MysqlTableNameAndType[]> {
  const rows = await session.query(sql`SHOW FULL TABLES FROM ${sqlName(session.database)}`)
  return rows
    .map((row) => Object.values(row).map(String))
    .map(([table = '', type = '']) => ({ name: table, type }))
    .filter((table) => !isLedgerTableName(table.name) && !table.type.includes('TEMPORARY'))
}

/** Returns true for the name of a table of the engine, such as a ledger table. */
export function isLedgerTableName(table: string): boolean {
  return table.startsWith('interphase_')
}

/**
 * Executes a SHOW CREATE statement, and returns the printed definition. `what` is the kind of the object, such as TABLE. Returns
 * undefined when the object does not exist.
 */
export async function queryMysqlShowCreate(
  session: DatabaseSession,
  what: SqlStatement,
  object: string,
): Promise<MysqlPrintedDefinition | undefined> {
  try {
    const [row] = await session.query<Readonly<Record<string, string | null>>>(
      sql`SHOW CREATE ${what} ${sqlName(session.database, object)}`,
    )
    if (!row) return undefined
    const text = Object.entries(row).find(([key]) => /^(?:Create |SQL Original)/.test(key))?.[1]
    const settings = MADE_UNDER.flatMap((setting) => (typeof row[setting] === 'string' ? [[setting, row[setting]] as const] : []))
    return { columns: Object.keys(row), text: text ?? undefined, settings: new Map(settings) }
  } catch (error) {
    if (GONE.has(mysqlErrorNumberOf(error) ?? 0)) return undefined
    throw error
  }
}

/** The output of a SHOW CREATE statement of the server. */
export interface MysqlPrintedDefinition {
  /** The names of all columns that the SHOW CREATE statement returned, among them the column with the definition. */
  readonly columns: readonly string[]
  /**
   * The definition of an object as the server prints it. The value is undefined when the user does not have the privilege to read
   * the definition.
   */
  readonly text: string | undefined
  /**
   * The settings of the session that created the routine, view, trigger or event. The server executes the object with these
   * settings.
   */
  readonly settings: ReadonlyMap<CreatorSessionSettingName, string>
}

const MADE_UNDER = ['sql_mode', 'collation_connection', 'time_zone'] as const
export type CreatorSessionSettingName = (typeof MADE_UNDER)[number]

// The server's error numbers for a missing table, procedure, function, trigger, event or sequence.
const GONE: ReadonlySet<number> = new Set([MYSQL_NO_SUCH_TABLE, 1305, 1360, 1539, 4089, 4091])

export interface MysqlTriggerRow {
  readonly name: string
  readonly table: string
  readonly timing: string
  readonly event: string
  readonly place: unknown
  readonly body: string
  /** The `sql_mode` in which a session created the trigger. The server parses the text of the trigger in this mode. */
  readonly mode: string
  readonly databaseCollation: string | null
}

export function queryMysqlTriggers(session: DatabaseSession, tables?: readonly string[]): Promise<readonly MysqlTriggerRow[]> {
  return session.query<MysqlTriggerRow>(sql`SELECT trigger_name AS name, event_object_table AS \`table\`, action_timing AS timing,
    event_manipulation AS event, action_order AS place, action_statement AS body, sql_mode AS mode, database_collation AS databaseCollation
    FROM information_schema.triggers
    WHERE trigger_schema = ${sqlValue(session.database)}${among('event_object_table', tables)}
    AND event_object_table NOT LIKE 'interphase\\_%'`)
}

export interface MysqlViewRow {
  readonly name: string
  readonly definition: string | null
  readonly checkOption: string
  readonly security: string
}

export function queryMysqlViews(session: DatabaseSession, views?: readonly string[]): Promise<readonly MysqlViewRow[]> {
  return session.query<MysqlViewRow>(sql`SELECT table_name AS name, view_definition AS definition, check_option AS checkOption,
    security_type AS security
    FROM information_schema.views
    WHERE table_schema = ${sqlValue(session.database)}${among('table_name', views)}
    AND table_name NOT LIKE 'interphase\\_%'`)
}

export interface MysqlViewColumnRow {
  readonly view: string
  readonly name: string
  readonly type: string
}

export function queryMysqlViewColumns(session: DatabaseSession, tables: readonly string[]): Promise<readonly MysqlViewColumnRow[]> {
  return session.query<MysqlViewColumnRow>(sql`SELECT table_name AS view, column_name AS name, column_type AS type
    FROM information_schema.columns
    WHERE table_schema = ${sqlValue(session.database)}${among('table_name', tables)}
    ORDER BY table_name, ordinal_position`)
}

export interface MysqlRoutineRow {
  readonly name: string
  readonly type: string
  readonly body: string | null
  readonly mode: string
  readonly databaseCollation: string | null
}

export function queryMysqlRoutines(session: DatabaseSession, routines?: readonly string[]): Promise<readonly MysqlRoutineRow[]> {
  return session.query<MysqlRoutineRow>(sql`SELECT routine_name AS name, routine_type AS type, routine_definition AS body, sql_mode AS mode,
    database_collation AS databaseCollation
    FROM information_schema.routines
    WHERE routine_schema = ${sqlValue(session.database)}${among('routine_name', routines)}`)
}

export interface MysqlEventRow {
  readonly name: string
  /** The schedule and the comment of an event, without the body and the timestamps. */
  readonly when: string
  readonly body: string
  readonly mode: string
  readonly databaseCollation: string | null
}

export function queryMysqlEvents(session: DatabaseSession, events?: readonly string[]): Promise<readonly MysqlEventRow[]> {
  return session.query<MysqlEventRow>(sql`SELECT event_name AS name, concat_ws('|', event_type, execute_at, interval_value,
    interval_field, status, on_completion, event_comment) AS \`when\`, event_definition AS body, sql_mode AS mode,
    database_collation AS databaseCollation
    FROM information_schema.events
    WHERE event_schema = ${sqlValue(session.database)}${among('event_name', events)}`)
}

function among(column: 'event_object_table' | 'table_name' | 'routine_name' | 'event_name', names?: readonly string[]): SqlStatement {
  return names ? sql` AND ${sqlName(column)} IN ${sqlValue(names)}` : sql``
}

/** Reads the default collation of every character set. */
export async function queryMysqlDefaultCollations(session: DatabaseSession): Promise<ReadonlyMap<string, string>> {
  const rows = await session.query<{ set: string; collation: string }>(
    sql`SELECT character_set_name AS \`set\`, default_collate_name AS collation FROM information_schema.character_sets`,
  )
  return new Map(rows.map((row) => [row.set, row.collation]))
}
