import { joinSql, type SqlStatement, sql, sqlName, sqlVerbatim } from '../../../dialect/sql.ts'
import { quoteMysqlStringLiteral } from '../text/notation.ts'

/** Session variables and their values. The server reports every change of a session variable with the result of the statement. */
export type ChangedMysqlSessionVariables = Readonly<Record<string, string>>

/**
 * The session variables that concern only one statement, such as `insert_id` for the next INSERT. The engine neither resets these
 * variables nor sets them again.
 */
const PASSING: readonly string[] = ['insert_id', 'last_insert_id', 'identity', 'rand_seed1', 'rand_seed2']

/** The session variables that only the server changes. With a binary log, MariaDB reports `last_gtid` with every commit. */
const READ_ONLY: readonly string[] = [
  'error_count',
  'external_user',
  'gtid_executed',
  'gtid_owned',
  'in_transaction',
  'last_gtid',
  'proxy_user',
  'statement_id',
  'warning_count',
]

const NOT_OF_FILE: ReadonlySet<string> = new Set([...PASSING, ...READ_ONLY])

/**
 * Restricts the settings of a migration file to the statements of that file. Before a statement of the engine, the session resets
 * all settings of the file. Before the next statement of the file, the session sets the settings of the file again. The settings
 * end with the file.
 */
export class MysqlMigrationFileSettingsSwitcher {
  readonly #made = new Map<string, string>()
  #pinned: ReadonlyMap<string, SqlStatement> = new Map()
  /** True while the session can have the settings of the migration file. */
  #away = false

  /**
   * Stores the session variables to which the engine assigns another value than the default of the server. `values` contains the
   * values of the engine.
   */
  pin(values: ReadonlyMap<string, SqlStatement>): void {
    this.#pinned = values
  }

  note(changes: ChangedMysqlSessionVariables): void {
    for (const [variable, value] of Object.entries(changes)) if (!NOT_OF_FILE.has(variable)) this.#made.set(variable, value)
    this.#away ||= this.#made.size > 0
  }

  /**
   * Makes the session reset the settings before the next statement of the engine. The caller calls this method after a failed
   * statement of the file, which can have changed variables without a report from the server.
   */
  failed(): void {
    this.#away = true
  }

  /**
   * Returns the assignments that reset the settings of the migration file. The caller sends the assignments before a statement of
   * the engine. Returns undefined if the session already has the engine's settings.
   */
  assignmentsToReset(): SqlStatement | undefined {
    if (!this.#away) return undefined
    this.#away = false
    return sql`${joinSql(
      [...this.#made.keys()].map((variable) => sql`SESSION ${sqlName(variable)} = ${this.#pinned.get(variable) ?? sql`DEFAULT`}, `),
      sql``,
    )}`
  }

  /**
   * Returns the statement that sets the settings of the migration file again. The caller sends this statement before the next
   * statement of the file. Returns undefined if the settings apply already, or if the file has no settings.
   */
  statementToRestore(): SqlStatement | undefined {
    if (this.#away || this.#made.size === 0) return undefined
    this.#away = true
    return sql`SET ${joinSql([...this.#made].map(([variable, value]) => sql`SESSION ${sqlName(variable)} = ${sqlVerbatim(written(variable, value))}`))}`
  }

  /**
   * Returns the value that the migration file has assigned to a session variable. Returns undefined if the file has assigned no
   * value.
   */
  valueSetByFile(variable: string): string | undefined {
    return this.#made.get(variable)
  }

  end(): void {
    this.#made.clear()
  }
}

const OF_SESSIONS = new WeakMap<object, MysqlMigrationFileSettingsSwitcher>()

/**
 * Registers the `MysqlMigrationFileSettingsSwitcher` of a session, so that `findMysqlMigrationFileSetting` can find the switcher
 * by the session.
 */
export function registerMysqlMigrationFileSettingsSwitcher(session: object, settings: MysqlMigrationFileSettingsSwitcher): void {
  OF_SESSIONS.set(session, settings)
}

/**
 * Returns the value that the migration file has assigned to a session variable. Returns undefined if the file has assigned no
 * value.
 */
export function findMysqlMigrationFileSetting(session: object, variable: string): string | undefined {
  return OF_SESSIONS.get(session)?.valueSetByFile(variable)
}

function written(variable: string, value: string): string {
  if (value === '' && variable.startsWith('character_set_')) return 'NULL'
  return /^-?\d+(?:\.\d+)?$/.test(value) ? value : quoteMysqlStringLiteral(value)
}
