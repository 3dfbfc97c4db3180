import type { Session } from '../../../dialect/dialect.ts'
import { name, type Sql, sql, value } from '../../../dialect/sql.ts'
import { errnoOf, NO_SUCH_TABLE } from '../session/errors.ts'

/** A table name that a catalog query returned. Catalog queries never return the ledger's tables. */

export interface NamedTable {
  readonly name: string
  readonly type: string
}

/** Tables, views and sequences. */
export async function listTables(session: Session): Promise<readonly NamedTable[]> {
  const rows = await session.query(sql`SHOW FULL TABLES FROM ${name(session.database)}`)
  return rows
    .map((row) => Object.values(row).map(String))
    .map(([table = '', type = '']) => ({ name: table, type }))
    .filter((table) => !isEngineTable(table.name) && !table.type.includes('TEMPORARY'))
}

/** True for the name of a ledger table. */
export function isEngineTable(table: string): boolean {
  return table.startsWith('interphase_')
}

/** Runs a SHOW CREATE statement and returns the printed definition. Undefined when the object does not exist. */
export async function showCreate(session: Session, what: Sql, object: string): Promise<PrintedDefinition | undefined> {
  try {
    const [row] = await session.query<Readonly<Record<string, string | null>>>(sql`SHOW CREATE ${what} ${name(session.database, object)}`)
    if (!row) return undefined
    const text = Object.entries(row).find(([key]) => /^(?:Create |SQL Original)/.test(key))?.[1]
    const settings = MADE_UNDER.flatMap((setting) => (typeof row[setting] === 'string' ? [[setting, row[setting]] as const] : []))
    return { columns: Object.keys(row), text: text ?? undefined, settings: new Map(settings) }
  } catch (error) {
    if (GONE.has(errnoOf(error) ?? 0)) return undefined
    throw error
  }
}

export interface PrintedDefinition {
  readonly columns: readonly string[]
  /** The definition as the server prints it. Undefined when the user may not read it. */
  readonly text: string | undefined
  /** The settings of the session that created the routine, view, trigger or event, because the server executes the object under them. */
  readonly settings: ReadonlyMap<SettingOfMaker, string>
}

const MADE_UNDER = ['sql_mode', 'collation_connection', 'time_zone'] as const
export type SettingOfMaker = (typeof MADE_UNDER)[number]

// The server's error numbers for a missing table, procedure or function, trigger, event or sequence.
const GONE: ReadonlySet<number> = new Set([NO_SUCH_TABLE, 1305, 1360, 1539, 4089, 4091])

export interface TriggerRow {
  readonly name: string
  readonly table: string
  readonly timing: string
  readonly event: string
  readonly place: unknown
  readonly body: string
  /** The `sql_mode` under which the object was created. The server reads the object's text under the same mode. */
  readonly mode: string
  readonly databaseCollation: string | null
}

export function listTriggers(session: Session, tables?: readonly string[]): Promise<readonly TriggerRow[]> {
  return session.query<TriggerRow>(sql`SELECT trigger_name AS name, event_object_table AS \`table\`, action_timing AS timing,
    event_manipulation AS event, action_order AS place, action_statement AS body, sql_mode AS mode, database_collation AS databaseCollation
    FROM information_schema.triggers
    WHERE trigger_schema = ${value(session.database)}${among('event_object_table', tables)}
    AND event_object_table NOT LIKE 'interphase\\_%'`)
}

export interface ViewRow {
  readonly name: string
  readonly definition: string | null
  readonly checkOption: string
  readonly security: string
}

export function listViews(session: Session, views?: readonly string[]): Promise<readonly ViewRow[]> {
  return session.query<ViewRow>(sql`SELECT table_name AS name, view_definition AS definition, check_option AS checkOption,
    security_type AS security
    FROM information_schema.views
    WHERE table_schema = ${value(session.database)}${among('table_name', views)}
    AND table_name NOT LIKE 'interphase\\_%'`)
}

export interface ViewColumnRow {
  readonly view: string
  readonly name: string
  readonly type: string
}

export function listColumns(session: Session, tables: readonly string[]): Promise<readonly ViewColumnRow[]> {
  return session.query<ViewColumnRow>(sql`SELECT table_name AS view, column_name AS name, column_type AS type
    FROM information_schema.columns
    WHERE table_schema = ${value(session.database)}${among('table_name', tables)}
    ORDER BY table_name, ordinal_position`)
}

export interface RoutineRow {
  readonly name: string
  readonly type: string
  readonly body: string | null
  readonly mode: string
  readonly databaseCollation: string | null
}

export function listRoutines(session: Session, routines?: readonly string[]): Promise<readonly RoutineRow[]> {
  return session.query<RoutineRow>(sql`SELECT routine_name AS name, routine_type AS type, routine_definition AS body, sql_mode AS mode,
    database_collation AS databaseCollation
    FROM information_schema.routines
    WHERE routine_schema = ${value(session.database)}${among('routine_name', routines)}`)
}

export interface EventRow {
  readonly name: string
  /** The schedule and the comment of the event. The body and the timestamps are not included. */
  readonly when: string
  readonly body: string
  readonly mode: string
  readonly databaseCollation: string | null
}

export function listEvents(session: Session, events?: readonly string[]): Promise<readonly EventRow[]> {
  return session.query<EventRow>(sql`SELECT event_name AS name, concat_ws('|', event_type, execute_at, interval_value,
    interval_field, status, on_completion, event_comment) AS \`when\`, event_definition AS body, sql_mode AS mode,
    database_collation AS databaseCollation
    FROM information_schema.events
    WHERE event_schema = ${value(session.database)}${among('event_name', events)}`)
}

function among(column: 'event_object_table' | 'table_name' | 'routine_name' | 'event_name', names?: readonly string[]): Sql {
  return names ? sql` AND ${name(column)} IN ${value(names)}` : sql``
}

/** Reads the default collation of every character set. */
export async function askCollations(session: Session): Promise<ReadonlyMap<string, string>> {
  const rows = await session.query<{ set: string; collation: string }>(
    sql`SELECT character_set_name AS \`set\`, default_collate_name AS collation FROM information_schema.character_sets`,
  )
  return new Map(rows.map((row) => [row.set, row.collation]))
}
