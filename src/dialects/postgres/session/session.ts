import type Pg from 'pg'
import type {
  DatabaseSession,
  ServerVersion,
  SourceLocation,
  StatementPipeline,
  StatementResult,
  StatementTimeLimits,
  TransactionIsolation,
} from '../../../dialect/dialect.ts'
import { renderSql, type SqlStatement, type SqlValue, sql, sqlValue } from '../../../dialect/sql.ts'
import { InterphaseError } from '../../../error.ts'
import { splitCopyStatementFromRows } from '../text/copy-rows.ts'
import { postgresSqlNotation } from '../text/notation.ts'
import type { ParsedPostgresUrl } from './address.ts'
import { pidOfConnection } from './backend.ts'
import { executeCopyFromStdin } from './copy-query.ts'
import { pgDriver } from './driver.ts'
import { addLineOfCopiedRowToError, convertPostgresConnectionError, isOutdatedPreparedStatementError } from './errors.ts'
import {
  type MigrationFileSettingRow,
  makeSetSettingsQuery,
  SET_SEVERAL_SETTINGS_STATEMENT,
  settingsOfMigrationFile,
} from './file-settings.ts'
import { PostgresSessionLeftoverCleaner } from './leftovers.ts'
import { changedStatementTimeLimits, postgresTimeLimitStatementsSql } from './limits.ts'
import { lastDriverResult, resultValueParserFor, toPostgresStatementResult } from './outcome.ts'
import { PostgresPreparedStatementNamer } from './prepared-names.ts'
import { ENGINE_STATEMENT_LOCATION, PostgresStatementSender, waitForBothStatements } from './sender.ts'
import { PostgresMigrationFileSettingsSwitcher } from './settings.ts'
import { postgresIdleTimeoutStatementsSql } from './silence.ts'
import { isUnnecessaryDumpStatement } from './unnecessary.ts'

// Matches a query. The engine can send a query again after an error, and sends every other statement only once.
const ASKS = /^\s*(?:SELECT|WITH)\b/

const ENDS_SILENCE = /\bidle_(?:in_transaction_)?session_timeout\b|\b(?:reset|discard)\s+all\b/i

// Matches statements that change data or the schema, and that leave the settings and other state of the session unchanged.
const LEAVES_SESSION = /^\s*(?:create|alter|drop|comment|insert|grant|revoke)\b/i

// Returns true for a statement that can change the state of the session, or that executes a prepared statement.
const mayChange = (text: string) => /advisory|\bprepare\b|\bexecute\b|\bset_config\b/i.test(text) || ENDS_SILENCE.test(text)

/** The facts about a connection that the server returned when the connection was opened. */
export interface PostgresConnectionFacts {
  /** The server process of the connection, with its start time. */
  readonly backend: string
  /** The database user with which the session logged in. */
  readonly login: string
  readonly version: ServerVersion
  /**
   * The statements that replace defaults of the role or the database by the engine's values. The session sends these statements
   * again after each reset of its settings.
   */
  readonly pinned: readonly string[]
}

/** One connection to a PostgreSQL database. */
export class PostgresSession implements DatabaseSession {
  readonly dialect = 'postgres'
  readonly backend: string
  readonly version: ServerVersion
  readonly where: string
  readonly database: string
  readonly lost: AbortSignal

  readonly #client: Pg.Client
  readonly #address: ParsedPostgresUrl
  readonly #sender: PostgresStatementSender
  readonly #settings: PostgresMigrationFileSettingsSwitcher
  readonly #login: string
  /** Resolves when the engine has read the settings that the migration file changed in the session. */
  #reading: Promise<unknown> = Promise.resolve()
  readonly #leftovers = new PostgresSessionLeftoverCleaner(this)
  readonly #prepared = new PostgresPreparedStatementNamer()
  /** Resolves after the last statement for which the session switched off full scans. */
  #lastPlanned: Promise<unknown> = Promise.resolve()
  /** True when the server refused the commit and rolled the transaction back. */
  #refusedCommit = false
  /**
   * The statements that exclude a read-only transaction from the statistics. The list is empty if the statistics count such a
   * transaction.
   */
  #hiding: readonly string[] = []
  /** The time limits of the session for statements outside a transaction. */
  #ownLimits: StatementTimeLimits = {}
  #limitSettings: readonly string[] = []
  #silence: readonly string[] = []

  constructor(client: Pg.Client, address: ParsedPostgresUrl, { backend, login, version, pinned }: PostgresConnectionFacts) {
    this.#client = client
    this.#address = address
    this.backend = backend
    this.version = version
    this.where = address.where
    this.database = address.database
    this.#settings = new PostgresMigrationFileSettingsSwitcher(pinned)
    this.#login = login
    this.#sender = new PostgresStatementSender(client, address.where)
    this.lost = this.#sender.lost
    client.on('error', (error) => this.#sender.noteLoss(error))
    client.on('end', () => this.#sender.noteLoss(new InterphaseError('internal', { problem: 'the server closed the connection' })))
  }

  async query<Row extends object = Record<string, unknown>>(statement: SqlStatement): Promise<readonly Row[]> {
    const { text, values } = renderSql(statement, postgresSqlNotation)
    const home = this.#goHome()
    const isPlanned = this.#prepared.isPreparedNext(text)
    const result = await waitForBothStatements(home, isPlanned ? this.#planned(text, values) : this.#send(text, values))
    // The caller states the type of the rows, because the driver does not know the type.
    return result.rows as Row[]
  }

  async execute(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<StatementResult> {
    if (isUnnecessaryDumpStatement(text, this.version)) return { rows: [], columns: [], affected: 0 }
    if (this.#settings.begins(at.file)) this.#settings.end()
    if (this.#settings.isEnded) await this.#goHome()
    await this.#leftovers.notice(text)
    await this.#reading
    const again = this.#settings.beforeAuthor(text, at.file)
    if (again.length > 0)
      await this.#sender.sendAlone(SET_SEVERAL_SETTINGS_STATEMENT, at, () =>
        this.#client.query(makeSetSettingsQuery(again, this.#prepared.nameFor(SET_SEVERAL_SETTINGS_STATEMENT))),
      )
    const copy = splitCopyStatementFromRows(text)
    if (copy) return this.#copy(copy.statement, copy.rows, at)
    const results = await this.#simple(text, at, values)
    // A dump switches off the timeouts with which the server ends an idle session. The engine relies on these timeouts, so the
    // session sets them again immediately.
    if (this.#silence.length > 0 && ENDS_SILENCE.test(text)) await this.#simple(this.#silence.join('; '), ENGINE_STATEMENT_LOCATION)
    // DISCARD and DEALLOCATE also remove the prepared statements of the engine, so the session forgets their names.
    if (/\b(discard|deallocate)\b/i.test(text)) this.#prepared.forgetAll()
    return toPostgresStatementResult(results)
  }

  async ask(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<StatementResult> {
    await this.#goHome()
    return toPostgresStatementResult(await this.#simple(text, at, values))
  }

  readonly pipeline: StatementPipeline = {
    accepts: (text, at) => LEAVES_SESSION.test(text) && !mayChange(text) && !this.#settings.begins(at.file) && !this.#settings.isEnded,
    execute: async (text, at) => {
      await this.#reading
      const again = this.#settings.beforeAuthor(text, at.file)
      const set =
        again.length > 0 &&
        this.#sender.sendWithoutWaiting(
          SET_SEVERAL_SETTINGS_STATEMENT,
          () => this.#client.query(makeSetSettingsQuery(again, this.#prepared.nameFor(SET_SEVERAL_SETTINGS_STATEMENT))),
          at,
        )
      const query = { text, types: { getTypeParser: resultValueParserFor } }
      const sent = this.#sender.sendWithoutWaiting(text, async () => [await this.#client.query(query)].flat(), at)
      return toPostgresStatementResult(await waitForBothStatements(Promise.resolve(set), sent))
    },
  }

  async begin(limits: StatementTimeLimits = {}, isolation?: TransactionIsolation): Promise<void> {
    const home = this.#goHome()
    const own = this.#ownLimits
    this.#sender.statementTimeoutMs = { ...own, ...limits }.statementTimeoutMs ?? 0
    const local = postgresTimeLimitStatementsSql(changedStatementTimeLimits(own, limits), 'SET LOCAL')
    this.#settings.localLimits = local
    this.#rememberSettings()
    this.#refusedCommit = false
    const text = [isolation ? 'BEGIN ISOLATION LEVEL READ COMMITTED' : 'BEGIN', ...local].join('; ')
    await waitForBothStatements(
      home,
      this.#sender.sendWithoutWaiting(text, () => this.#client.query(text)),
    )
  }

  async beginReading(): Promise<void> {
    // The session resets the settings of the migration file before it begins a transaction, because a rollback of the transaction
    // would restore these settings.
    const home = this.#goHome()
    this.#rememberSettings()
    this.#refusedCommit = false
    const text = ['BEGIN READ ONLY', ...this.#hiding].join('; ')
    await waitForBothStatements(
      home,
      this.#sender.sendWithoutWaiting(text, () => this.#client.query(text)),
    )
  }

  /**
   * Stores the settings of the migration file as soon as they are known, because a rollback of the transaction restores these
   * settings.
   */
  #rememberSettings(): void {
    this.#reading = this.#reading.then(() => this.#settings.began())
  }

  get hidesReads(): boolean {
    return this.#hiding.length > 0
  }

  async hideReads(): Promise<boolean> {
    // Before PostgreSQL 15, only a superuser can set the parameters that exclude a transaction from the statistics.
    const may = (parameter: string) =>
      this.version.major < 15 ? sql`current_setting('is_superuser') = 'on'` : sql`has_parameter_privilege(${sqlValue(parameter)}, 'SET')`
    const [row] = await this.query<{ readonly tables: boolean; readonly statements: boolean; readonly is_loaded: boolean }>(
      sql`SELECT ${may('track_counts')} AS tables, ${may('pg_stat_statements.track')} AS statements,
        current_setting('pg_stat_statements.track', true) IS NOT NULL AS is_loaded`,
    )
    const isLoaded = row?.is_loaded === true
    const statement = isLoaded ? ["SET LOCAL pg_stat_statements.track = 'none'"] : []
    this.#hiding = row?.tables === true && (row.statements || !isLoaded) ? ['SET LOCAL track_counts = off', ...statement] : []
    return this.hidesReads
  }

  /**
   * Returns true while no statement of the migration has committed the transaction. The result is also true after a refused
   * commit, because no change of the transaction remains.
   */
  async intact(): Promise<boolean> {
    return this.#refusedCommit || this.#client.getTransactionStatus() !== 'I'
  }

  async commit(at: SourceLocation = ENGINE_STATEMENT_LOCATION): Promise<void> {
    const { command } = await this.#sender
      .sendWithoutWaiting('COMMIT', () => this.#client.query('COMMIT'), at)
      .catch((error: unknown) => {
        this.#refusedCommit = true
        throw error
      })
    this.#settings.finished('commit')
    // In a failed transaction, the server executes COMMIT as a rollback and reports no error. Only the command in the result of
    // COMMIT shows the rollback.
    if (command === 'ROLLBACK') {
      this.#refusedCommit = true
      const facts = { ...at, statement: 'COMMIT', sqlState: '25P02', message: 'the transaction had failed and was rolled back' }
      throw new InterphaseError('statement.failed', facts)
    }
  }

  async rollback(): Promise<void> {
    this.#refusedCommit = false
    await this.#simple('ROLLBACK', ENGINE_STATEMENT_LOCATION)
    this.#settings.finished('rollback')
  }

  async limit(limits: StatementTimeLimits): Promise<void> {
    const home = this.#goHome()
    this.#ownLimits = limits
    this.#sender.statementTimeoutMs = limits.statementTimeoutMs ?? 0
    const all = { lockTimeoutMs: 'DEFAULT', statementTimeoutMs: 0, ...limits } as const
    const statements = postgresTimeLimitStatementsSql(all, 'SET')
    this.#limitSettings = statements
    this.#settings.limits = [...statements, ...this.#silence]
    await waitForBothStatements(home, this.#simple(statements.join('; '), ENGINE_STATEMENT_LOCATION))
  }

  /** Executes COPY … FROM stdin with its rows. If a row is incorrect, the error contains the line of the row. */
  async #copy(statement: string, rows: string, at: SourceLocation): Promise<StatementResult> {
    try {
      return await this.#sender.sendAlone(statement, at, async () => {
        return { rows: [], columns: [], affected: await executeCopyFromStdin(this.#client, statement, rows) }
      })
    } catch (error) {
      throw addLineOfCopiedRowToError(error, at)
    }
  }

  async endWhenSilent(ms: number): Promise<void> {
    const home = this.#goHome()
    this.#silence = postgresIdleTimeoutStatementsSql(ms, this.version)
    this.#settings.limits = [...this.#limitSettings, ...this.#silence]
    await waitForBothStatements(home, this.#simple(this.#silence.join('; '), ENGINE_STATEMENT_LOCATION))
  }

  async touch(): Promise<void> {
    if (this.#sender.isBusy || this.lost.aborted) return
    // An empty text checks the connection, because the server accepts an empty text even in a failed transaction.
    await this.#sender.sendWithoutWaiting('', () => this.#client.query(''))
  }

  async reset(): Promise<void> {
    this.#settings.end()
    await this.#leftovers.end()
  }

  /**
   * Resets the settings of the migration file before a statement of the engine. Does nothing if the engine's settings already
   * apply. The caller need not wait for the result before it sends its own statement.
   */
  async #goHome(): Promise<void> {
    const home = this.#settings.beforeEngine()
    if (!home) return
    if (home.way === 'set') {
      await this.#sender.sendWithoutWaiting(SET_SEVERAL_SETTINGS_STATEMENT, () =>
        this.#client.query(makeSetSettingsQuery(home.settings, this.#prepared.nameFor(SET_SEVERAL_SETTINGS_STATEMENT))),
      )
      return
    }
    const sent = this.#sender.sendWithoutWaiting(home.text, () => this.#client.query<MigrationFileSettingRow>(home.text))
    if (home.way === 'read') {
      const homes = this.#settings.homes()
      const reading = sent.then((results) => this.#settings.note(settingsOfMigrationFile([results].flat(), this.#login, homes)))
      // The caller receives an error of this promise from `await sent`. The copy of the promise in `#reading` therefore ignores the
      // error.
      this.#reading = reading.catch(ignore)
    }
    await sent
  }

  async cancel(): Promise<void> {
    this.#sender.noteCancelRequest()
    const other = new pgDriver.Client(this.#address.config)
    other.on('error', ignore)
    try {
      await other.connect()
      // The default role of the login user may not cancel statements of the login user. The session therefore first takes the
      // privileges of the login user.
      await other.query('SET ROLE NONE')
      await other.query('SELECT pg_cancel_backend($1)', [pidOfConnection(this.backend)])
    } catch (error) {
      throw convertPostgresConnectionError(error, this.#address, other.user ?? 'the user')
    } finally {
      await other.end().catch(ignore)
    }
  }

  async close(): Promise<void> {
    if (!this.#sender.closing()) return
    if (!this.lost.aborted) await this.#client.end().catch(ignore)
  }

  /** Sends a statement of the engine. When the same text is sent for the second time, the server prepares it. */
  async #send<Row extends Pg.QueryResultRow>(text: string, values: readonly SqlValue[] = []): Promise<Pg.QueryResult<Row>> {
    const prepared = values.length > 0 || ASKS.test(text) ? this.#prepared.nameFor(text) : undefined
    const query = { text, values: values.map(sendable) }
    if (prepared === undefined)
      return this.#sender.sendWithoutWaiting(text, async () => lastDriverResult(await this.#client.query<Row>(query)))
    return this.#sender.sendWithoutWaiting(text, async () => {
      try {
        return lastDriverResult(await this.#client.query<Row>({ ...query, name: prepared }))
      } catch (error) {
        if (!isOutdatedPreparedStatementError(error)) throw error
        // If another run has changed the tables of the ledger, the server refuses the prepared statement. The session then sends
        // the same text without a prepared statement. In a transaction, the refusal makes the transaction fail, so the method
        // throws the error.
        this.#prepared.forget(text)
        return lastDriverResult(await this.#client.query<Row>(query).catch(() => Promise.reject(error)))
      }
    })
  }

  /**
   * Sends a statement whose plan the server makes while full scans are switched off. While the catalogs are nearly empty, the
   * server would choose full scans, and would keep this slow plan when the catalogs have grown. Two statements of this kind never
   * run at the same time. The second statement would otherwise read the changed setting, and would later restore the changed
   * setting.
   */
  #planned(text: string, values: readonly SqlValue[]): Promise<Pg.QueryResult> {
    const mine = this.#lastPlanned.then(() => this.#plannedForFullTables(text, values))
    this.#lastPlanned = mine.then(ignore, ignore)
    return mine
  }

  async #plannedForFullTables(text: string, values: readonly SqlValue[]): Promise<Pg.QueryResult> {
    const [before] = await this.#simple(
      "SELECT current_setting('enable_seqscan') AS was; SET enable_seqscan = off",
      ENGINE_STATEMENT_LOCATION,
    )
    const restore = `SET enable_seqscan = ${before?.rows[0]?.was ?? 'on'}`
    try {
      const result = await this.#send(text, values)
      await this.#simple(restore, ENGINE_STATEMENT_LOCATION)
      return result
    } catch (error) {
      // The statement that restores the setting of the planner fails in a failed transaction, in which the rollback restores the
      // setting. The session ignores this error. The session sends the statement in every case, because the transaction status of
      // the driver can be out of date.
      await this.#simple(restore, ENGINE_STATEMENT_LOCATION).catch(ignore)
      throw error
    }
  }

  /** Sends a text unchanged. A text without values is sent with the simple protocol. */
  async #simple(text: string, at: SourceLocation, values: readonly unknown[] = []): Promise<readonly Pg.QueryResult[]> {
    const query = { text, types: { getTypeParser: resultValueParserFor } }
    if (values.length === 0) return this.#sender.sendAlone(text, at, async () => [await this.#client.query(query)].flat())
    return this.#sender.sendAlone(text, at, () => this.#plannedForValues({ ...query, values: [...values] }))
  }

  /**
   * Makes the server plan a statement for the values of its parameters. With a generic plan, the server does not know that a
   * range contains few rows, and can read the whole table. If the statement fails in a transaction, the rollback restores the
   * setting.
   */
  async #plannedForValues(query: Pg.QueryConfig): Promise<readonly Pg.QueryResult[]> {
    const plansFor = (mode: 'auto' | 'force_generic_plan') => this.#client.query(`SET plan_cache_mode = ${mode}`).catch(ignore)
    const [, result] = await Promise.all([plansFor('auto'), this.#client.query(query), plansFor('force_generic_plan')])
    return [result].flat()
  }
}

// Returns a value in a type that the driver can send. The driver cannot send bigints.
function sendable(value: SqlValue): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

function ignore(): void {}
