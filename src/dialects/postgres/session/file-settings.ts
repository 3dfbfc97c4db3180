import type Pg from 'pg'
import type { MigrationFileSetting, PostgresSessionSetting } from './settings.ts'

/** A row of the query that reads the settings of a migration file. */
export interface MigrationFileSettingRow {
  readonly connected?: string
  readonly role?: string
  readonly name?: string
  readonly setting?: string
  readonly reset?: string
}

/** The statement that sets several session settings at once. */
export const SET_SEVERAL_SETTINGS_STATEMENT =
  'SELECT pg_catalog.set_config(s.name, s.value, false) FROM unnest($1::text[], $2::text[]) AS s(name, value)'

/**
 * Returns the query that sets the given session settings. `prepared` is the name of the prepared statement, or undefined for a
 * query without a name.
 */
export function makeSetSettingsQuery(settings: readonly PostgresSessionSetting[], prepared: string | undefined): Pg.QueryConfig {
  return {
    ...(prepared !== undefined && { name: prepared }),
    text: SET_SEVERAL_SETTINGS_STATEMENT,
    values: [settings.map(({ name }) => name), settings.map(({ value }) => value)],
  }
}

/**
 * Returns the settings of a migration file that differ from the engine's settings. `homes` maps the name of a setting to the
 * engine's value, for each setting that RESET would not set to the engine's value. The user and the role are last, because they
 * restrict the settings that the session can change.
 */
export function settingsOfMigrationFile(
  results: readonly Pg.QueryResult<MigrationFileSettingRow>[],
  login: string,
  homes: ReadonlyMap<string, string>,
): readonly MigrationFileSetting[] {
  const rows = results.flatMap((result) => result.rows)
  const who = rows.find(({ role }) => role !== undefined)
  return [
    ...rows.flatMap(({ name = '', setting = '', reset = '' }) => {
      return name === '' || setting === (homes.get(name) ?? reset) ? [] : [{ name, value: setting, reset }]
    }),
    ...(who?.connected === undefined || who.connected === login
      ? []
      : [{ name: 'session_authorization', value: who.connected, reset: login }]),
    ...(who?.role === undefined || who.role === 'none' ? [] : [{ name: 'role', value: who.role, reset: 'none' }]),
  ]
}
