import type Pg from 'pg'
import type {
  AheadOfAnswers,
  DatabaseAddress,
  DatabaseSession,
  ServerVersion,
  SourceLocation,
  StatementResult,
  StatementTimeLimits,
  TransactionIsolation,
} from '../../../dialect/dialect.ts'
import { renderSql, type SqlStatement, type SqlValue, sql, sqlValue } from '../../../dialect/sql.ts'
import { errorMessageOf, InterphaseError } from '../../../error.ts'
import { splitCopyRows } from '../text/copy-rows.ts'
import { postgresNotation } from '../text/notation.ts'
import { type PostgresConnectionAddress, parsePostgresUrl } from './address.ts'
import { pidOfConnection } from './backend.ts'
import { executeCopyFromStdin } from './copy-query.ts'
import { pgDriver } from './driver.ts'
import {
  addLineOfCopiedRow,
  convertConnectionError,
  convertStatementError,
  isConnectionLost,
  isOutdatedPreparedStatement,
  makeConnectionLostError,
} from './errors.ts'
import { SessionLeftovers } from './leftovers.ts'
import { isNeedlessStatement } from './needless.ts'
import { SocketOutbox } from './outbox.ts'
import { resultValueParserFor, toStatementResult } from './outcome.ts'
import { ENGINE_SESSION_SETTINGS_SQL, type MigrationFileSetting, MigrationFileSettings, type SessionSetting } from './settings.ts'
import { idleTimeoutSettingsSql } from './silence.ts'

// The oldest supported major version. Older versions lack pg_attribute.attgenerated and
// pg_partition_root(), which the catalog queries use.
const OLDEST_MAJOR = 12

const GREETING = `${ENGINE_SESSION_SETTINGS_SQL};
SELECT pg_backend_pid() || '/' || (SELECT extract(epoch FROM a.backend_start) FROM pg_stat_get_activity(pg_backend_pid()) a) AS backend,
       current_setting('server_version') AS text,
       current_setting('server_version_num')::int4 AS number, session_user AS login,
       current_setting('session_replication_role') AS replication`

// Matches a query. A query may be repeated after an error; other statements are sent once.
const ASKS = /^\s*(?:SELECT|WITH)\b/

const ENDS_SILENCE = /\bidle_(?:in_transaction_)?session_timeout\b|\b(?:reset|discard)\s+all\b/i

// Matches statements that change data or the schema and need nothing else from the session. The server prints no rows for them.
const LEAVES_SESSION = /^\s*(?:create|alter|drop|comment|insert|grant|revoke)\b/i

// True for a statement after which the session can differ, or that executes a prepared statement.
const mayChange = (text: string) => /advisory|\bprepare\b|\bexecute\b|\bset_config\b/i.test(text) || ENDS_SILENCE.test(text)

// The location for errors of the engine's own statements, which belong to no migration file.
const ENGINE: SourceLocation = { file: 'interphase', line: 1 }

/** Opens one connection to PostgreSQL. Throws `database.*` errors. */
export async function openPostgresSession(target: DatabaseAddress): Promise<PostgresSession> {
  const address = parsePostgresUrl(target)
  const client = new pgDriver.Client({ ...address.config, pipeline: true })
  // A socket error must not end the process before the session listens for it.
  client.on('error', ignore)
  try {
    await client.connect()
    const greeting = last(await client.query<Greeting>(GREETING)).rows[0]
    if (!greeting) throw new InterphaseError('internal', { problem: `${address.where} did not say who it is` })
    const version = versionOf(greeting)
    if (version.major < OLDEST_MAJOR) {
      throw new InterphaseError('database.version', { dialect: 'postgres', found: version.text, needs: String(OLDEST_MAJOR) })
    }
    const pinned = greeting.replication === 'origin' ? [] : await switchTriggersOn(client, address)
    return new PostgresSession(client, address, greeting, version, pinned)
  } catch (error) {
    client.end().catch(ignore)
    throw error instanceof InterphaseError ? error : convertConnectionError(error, address, client.user ?? 'the user')
  }
}

const FIRES_TRIGGERS = "SET session_replication_role = 'origin'"

/**
 * Switches triggers on if a default of the role or database switches them off. Without triggers, foreign keys are not checked. The
 * statement is sent only in this case.
 */
async function switchTriggersOn(client: Pg.Client, { where }: PostgresConnectionAddress): Promise<readonly string[]> {
  try {
    await client.query(FIRES_TRIGGERS)
    return [FIRES_TRIGGERS]
  } catch (error) {
    const doing = `connecting to ${where}, where the role or the database has another session_replication_role than origin`
    throw new InterphaseError('database.privilege', { doing, problem: errorMessageOf(error) }, { cause: error })
  }
}

interface Greeting {
  readonly replication: string
  readonly backend: string
  readonly text: string
  readonly number: number
  readonly login: string
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
  readonly #address: PostgresConnectionAddress
  readonly #loss = new AbortController()
  readonly #settings: MigrationFileSettings
  readonly #login: string
  /** Resolves when the settings of the migration file have been read. */
  #reading: Promise<unknown> = Promise.resolve()
  readonly #leftovers = new SessionLeftovers(this)
  /** The texts that were sent before. A text has a prepared name from the second time on. */
  readonly #prepared = new Map<string, string | undefined>()
  #names = 0
  /** Resolves after the last statement that must end before another one is sent. */
  #lastAlone: Promise<unknown> = Promise.resolve()
  /** Resolves after the last statement for which the planner's setting was changed. */
  #lastPlanned: Promise<unknown> = Promise.resolve()
  /** Resolves after all statements that were sent so far. */
  #everything: Promise<unknown> = Promise.resolve()
  #inHand: { readonly text: string; readonly at: SourceLocation } | undefined
  readonly #outbox: SocketOutbox
  #closing = false
  #cancelled = false
  /** True when the server refused the commit and rolled back. */
  #refusedCommit = false
  /** The statements that keep a read-only transaction out of the statistics. Empty if the statistics count it. */
  #hiding: readonly string[] = []
  /** The time limits for statements outside a transaction. */
  #ownLimits: StatementTimeLimits = {}
  #limitSettings: readonly string[] = []
  #silence: readonly string[] = []
  #limits: StatementTimeLimits = {}

  constructor(
    client: Pg.Client,
    address: PostgresConnectionAddress,
    { backend, login }: Greeting,
    version: ServerVersion,
    pinned: readonly string[],
  ) {
    this.#client = client
    this.#address = address
    this.backend = backend
    this.version = version
    this.where = address.where
    this.database = address.database
    this.lost = this.#loss.signal
    this.#settings = new MigrationFileSettings(pinned)
    this.#login = login
    this.#outbox = new SocketOutbox(client.connection.stream)
    client.on('error', (error) => this.#lose(error))
    client.on('end', () => this.#lose(new InterphaseError('internal', { problem: 'the server closed the connection' })))
  }

  async query<Row extends object = Record<string, unknown>>(statement: SqlStatement): Promise<readonly Row[]> {
    const { text, values } = renderSql(statement, postgresNotation)
    const home = this.#goHome()
    const isPlanned = this.#prepared.has(text) && this.#prepared.get(text) === undefined
    const result = await after(home, isPlanned ? this.#planned(text, values) : this.#send(text, values))
    // The caller states the type of the rows, which the driver does not know.
    return result.rows as Row[]
  }

  async execute(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<StatementResult> {
    if (isNeedlessStatement(text, this.version)) return { rows: [], columns: [], affected: 0 }
    if (this.#settings.begins(at.file)) this.#settings.end()
    if (this.#settings.isEnded) await this.#goHome()
    await this.#leftovers.notice(text)
    await this.#reading
    const again = this.#settings.beforeAuthor(text, at.file)
    if (again.length > 0) await this.#watched(SET_ALL, at, () => this.#client.query(setAll(again, this.#nameOf(SET_ALL))))
    const copy = splitCopyRows(text)
    if (copy) return this.#copy(copy.statement, copy.rows, at)
    const results = await this.#simple(text, at, values)
    // Dumps disable the timeouts that end an idle session. They are set again at once, because the engine relies on them.
    if (this.#silence.length > 0 && ENDS_SILENCE.test(text)) await this.#simple(this.#silence.join('; '), ENGINE)
    // DISCARD and DEALLOCATE also remove the prepared statements of the engine.
    if (/\b(discard|deallocate)\b/i.test(text)) this.#forgetPrepared()
    return toStatementResult(results)
  }

  readonly ahead: AheadOfAnswers = {
    accepts: (text, at) => LEAVES_SESSION.test(text) && !mayChange(text) && !this.#settings.begins(at.file) && !this.#settings.isEnded,
    execute: async (text, at) => {
      await this.#reading
      const again = this.#settings.beforeAuthor(text, at.file)
      const set = again.length > 0 && this.#abreast(SET_ALL, () => this.#client.query(setAll(again, this.#nameOf(SET_ALL))), at)
      const query = { text, types: { getTypeParser: resultValueParserFor } }
      const sent = this.#abreast(text, async () => [await this.#client.query(query)].flat(), at)
      return toStatementResult(await after(Promise.resolve(set), sent))
    },
  }

  async begin(limits: StatementTimeLimits = {}, isolation?: TransactionIsolation): Promise<void> {
    const home = this.#goHome()
    const own = this.#ownLimits
    this.#limits = { ...own, ...limits }
    const local = settingsOf(changed(own, limits), 'SET LOCAL')
    this.#settings.localLimits = local
    this.#settings.began()
    this.#refusedCommit = false
    const text = [isolation ? 'BEGIN ISOLATION LEVEL READ COMMITTED' : 'BEGIN', ...local].join('; ')
    await after(
      home,
      this.#abreast(text, () => this.#client.query(text)),
    )
  }

  async beginReading(): Promise<void> {
    this.#refusedCommit = false
    const text = ['BEGIN READ ONLY', ...this.#hiding].join('; ')
    await this.#abreast(text, () => this.#client.query(text))
  }

  get hidesReads(): boolean {
    return this.#hiding.length > 0
  }

  async hideReads(): Promise<boolean> {
    // Before PostgreSQL 15, only a superuser could set these parameters.
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
   * True while no statement has committed the transaction. The result is also true after a refused commit, because none of the
   * transaction's changes remain.
   */
  async intact(): Promise<boolean> {
    return this.#refusedCommit || this.#client.getTransactionStatus() !== 'I'
  }

  async commit(at: SourceLocation = ENGINE): Promise<void> {
    const { command } = await this.#abreast('COMMIT', () => this.#client.query('COMMIT'), at).catch((error: unknown) => {
      this.#refusedCommit = true
      throw error
    })
    this.#settings.finished('commit')
    // The server executes COMMIT in a failed transaction as a rollback, and reports no error.
    if (command === 'ROLLBACK') {
      this.#refusedCommit = true
      const facts = { ...at, statement: 'COMMIT', sqlState: '25P02', message: 'the transaction had failed and was rolled back' }
      throw new InterphaseError('statement.failed', facts)
    }
  }

  async rollback(): Promise<void> {
    this.#refusedCommit = false
    await this.#simple('ROLLBACK', ENGINE)
    this.#settings.finished('rollback')
  }

  async limit(limits: StatementTimeLimits): Promise<void> {
    const home = this.#goHome()
    this.#ownLimits = limits
    this.#limits = limits
    const all = { lockTimeoutMs: 'DEFAULT', statementTimeoutMs: 'DEFAULT', ...limits } as const
    const statements = settingsOf(all, 'SET')
    this.#limitSettings = statements
    this.#settings.limits = [...statements, ...this.#silence]
    await after(home, this.#simple(statements.join('; '), ENGINE))
  }

  /** Executes COPY … FROM stdin with its rows. An error in a row is reported with the line of that row. */
  async #copy(statement: string, rows: string, at: SourceLocation): Promise<StatementResult> {
    try {
      return await this.#watched(statement, at, async () => {
        return { rows: [], columns: [], affected: await executeCopyFromStdin(this.#client, statement, rows) }
      })
    } catch (error) {
      throw addLineOfCopiedRow(error, at)
    }
  }

  async endWhenSilent(ms: number): Promise<void> {
    const home = this.#goHome()
    this.#silence = idleTimeoutSettingsSql(ms, this.version)
    this.#settings.limits = [...this.#limitSettings, ...this.#silence]
    await after(home, this.#simple(this.#silence.join('; '), ENGINE))
  }

  async touch(): Promise<void> {
    if (this.#inHand || this.lost.aborted) return
    // An empty text checks the connection, because the server accepts it even in a failed transaction.
    await this.#abreast('', () => this.#client.query(''))
  }

  async reset(): Promise<void> {
    this.#settings.end()
    await this.#leftovers.end()
  }

  /** Resets the settings of the migration file, without waiting for the answer. */
  async #goHome(): Promise<void> {
    const home = this.#settings.beforeEngine()
    if (!home) return
    if (home.way === 'set') {
      await this.#abreast(SET_ALL, () => this.#client.query(setAll(home.settings, this.#nameOf(SET_ALL))))
      return
    }
    const sent = this.#abreast(home.text, () => this.#client.query<Shown>(home.text))
    if (home.way === 'read') {
      const homes = this.#settings.homes()
      const reading = sent.then((results) => this.#settings.note(madeBy([results].flat(), this.#login, homes)))
      // An error of this query is dropped, because the next statement reports the failure.
      this.#reading = reading.catch(ignore)
    }
    await sent
  }

  async cancel(): Promise<void> {
    this.#cancelled = true
    const other = new pgDriver.Client(this.#address.config)
    other.on('error', ignore)
    try {
      await other.connect()
      await other.query('SELECT pg_cancel_backend($1)', [pidOfConnection(this.backend)])
    } catch (error) {
      throw convertConnectionError(error, this.#address, other.user ?? 'the user')
    } finally {
      await other.end().catch(ignore)
    }
  }

  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    if (!this.lost.aborted) await this.#client.end().catch(ignore)
  }

  /** Sends a statement of the engine. The server prepares the statement the second time. */
  async #send<Row extends Pg.QueryResultRow>(text: string, values: readonly SqlValue[] = []): Promise<Pg.QueryResult<Row>> {
    const prepared = values.length > 0 || ASKS.test(text) ? this.#nameOf(text) : undefined
    const query = { text, values: values.map(sendable) }
    if (prepared === undefined) return this.#abreast(text, async () => last(await this.#client.query<Row>(query)))
    return this.#abreast(text, async () => {
      try {
        return last(await this.#client.query<Row>({ ...query, name: prepared }))
      } catch (error) {
        if (!isOutdatedPreparedStatement(error)) throw error
        // The prepared statement no longer fits, because another run has upgraded the ledger. In a transaction, which has failed now,
        // this error is thrown.
        this.#prepared.delete(text)
        return last(await this.#client.query<Row>(query).catch(() => Promise.reject(error)))
      }
    })
  }

  /**
   * Sends a statement when the server makes its plan. A plan that is made while the catalogs are nearly empty uses full scans, and the
   * server would keep it when the catalogs have grown. Two such statements wait for each other. Otherwise the second one would read the
   * changed setting, and restore that.
   */
  #planned(text: string, values: readonly SqlValue[]): Promise<Pg.QueryResult> {
    const mine = this.#lastPlanned.then(() => this.#plannedForFullTables(text, values))
    this.#lastPlanned = mine.then(ignore, ignore)
    return mine
  }

  async #plannedForFullTables(text: string, values: readonly SqlValue[]): Promise<Pg.QueryResult> {
    const [before] = await this.#simple("SELECT current_setting('enable_seqscan') AS was; SET enable_seqscan = off", ENGINE)
    const restore = `SET enable_seqscan = ${before?.rows[0]?.was ?? 'on'}`
    try {
      const result = await this.#send(text, values)
      await this.#simple(restore, ENGINE)
      return result
    } catch (error) {
      // An error is dropped here: in a failed transaction, the rollback restores the settings. The driver's transaction status can be
      // out of date.
      await this.#simple(restore, ENGINE).catch(ignore)
      throw error
    }
  }

  /** Sends a text unchanged. A text without values is sent with the simple protocol. */
  async #simple(text: string, at: SourceLocation, values: readonly unknown[] = []): Promise<readonly Pg.QueryResult[]> {
    const query = { text, types: { getTypeParser: resultValueParserFor } }
    if (values.length === 0) return this.#watched(text, at, async () => [await this.#client.query(query)].flat())
    return this.#watched(text, at, () => this.#plannedForValues({ ...query, values: [...values] }))
  }

  /**
   * Lets the server plan a statement for its values. The generic plan of the engine's own statements does not know how few rows a
   * range contains, and can read the whole table. If the statement fails in a transaction, its rollback restores the setting.
   */
  async #plannedForValues(query: Pg.QueryConfig): Promise<readonly Pg.QueryResult[]> {
    const plansFor = (mode: 'auto' | 'force_generic_plan') => this.#client.query(`SET plan_cache_mode = ${mode}`).catch(ignore)
    const [, result] = await Promise.all([plansFor('auto'), this.#client.query(query), plansFor('force_generic_plan')])
    return [result].flat()
  }

  /** Sends statements one at a time, even if a function migration sends several at once. */
  #watched<Result>(text: string, at: SourceLocation, send: () => Promise<Result>): Promise<Result> {
    const mine = this.#everything.then(() => this.#sent(text, at, send))
    this.#lastAlone = this.#everything = mine.then(ignore, ignore)
    return mine
  }

  /** Sends a statement of the engine behind the previous ones, without waiting for their answers. */
  #abreast<Result>(text: string, send: () => Promise<Result>, at: SourceLocation = ENGINE): Promise<Result> {
    const mine = this.#lastAlone.then(() => this.#sent(text, at, send))
    // The result of the promise is dropped. Otherwise each promise would keep the previous one in memory.
    this.#everything = Promise.allSettled([this.#everything, mine]).then(ignore)
    return mine
  }

  async #sent<Result>(text: string, at: SourceLocation, send: () => Promise<Result>): Promise<Result> {
    if (this.lost.aborted) throw this.lost.reason
    const inHand = { text, at }
    this.#inHand = inHand
    this.#cancelled = false
    this.#outbox.hold()
    try {
      return await send()
    } catch (error) {
      if (isConnectionLost(error)) this.#lose(error)
      const statementTimeoutMs = this.#limits.statementTimeoutMs ?? 0
      const statement = at === ENGINE ? brief(text) : text
      throw convertStatementError(error, {
        statement,
        at,
        isOwn: at === ENGINE,
        where: this.where,
        doing: doing(text, at),
        statementTimeoutMs,
        cancelled: this.#cancelled,
      })
    } finally {
      // Another statement may have been sent after this one, and must then stay the current one.
      if (this.#inHand === inHand) this.#inHand = undefined
    }
  }

  #nameOf(text: string): string | undefined {
    if (!this.#prepared.has(text)) {
      this.#prepared.set(text, undefined)
      return undefined
    }
    const prepared = this.#prepared.get(text) ?? `interphase_${(this.#names += 1)}`
    this.#prepared.set(text, prepared)
    return prepared
  }

  #forgetPrepared(): void {
    this.#prepared.clear()
  }

  #lose(error: unknown): void {
    if (!this.#closing && !this.lost.aborted)
      this.#loss.abort(makeConnectionLostError(error, this.#inHand ? doing(this.#inHand.text, this.#inHand.at) : 'waiting'))
  }
}

/** A row of the query that reads the settings of a migration file. */
interface Shown {
  readonly connected?: string
  readonly role?: string
  readonly name?: string
  readonly setting?: string
  readonly reset?: string
}

const SET_ALL = 'SELECT pg_catalog.set_config(s.name, s.value, false) FROM unnest($1::text[], $2::text[]) AS s(name, value)'

function setAll(settings: readonly SessionSetting[], prepared: string | undefined): Pg.QueryConfig {
  return {
    ...(prepared !== undefined && { name: prepared }),
    text: SET_ALL,
    values: [settings.map(({ name }) => name), settings.map(({ value }) => value)],
  }
}

/**
 * Returns the settings of a migration file that differ from the engine's. The user and the role come last, because they limit what can
 * be set.
 */
function madeBy(
  results: readonly Pg.QueryResult<Shown>[],
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

/** Waits for two statements that were sent one after the other. If both fail, the error of the first is thrown. */
async function after<T>(first: Promise<unknown>, second: Promise<T>): Promise<T> {
  const [one, other] = await Promise.allSettled([first, second])
  if (one.status === 'rejected') throw one.reason
  if (other.status === 'rejected') throw other.reason
  return other.value
}

/** Returns the time limits that differ from the current ones. */
function changed(own: StatementTimeLimits, { lockTimeoutMs, statementTimeoutMs }: StatementTimeLimits): StatementTimeLimits {
  return {
    ...(lockTimeoutMs !== undefined && lockTimeoutMs !== own.lockTimeoutMs && { lockTimeoutMs }),
    ...(statementTimeoutMs !== undefined && statementTimeoutMs !== own.statementTimeoutMs && { statementTimeoutMs }),
  }
}

function settingsOf(limits: { readonly [K in keyof StatementTimeLimits]: number | 'DEFAULT' | undefined }, set: string): string[] {
  const { lockTimeoutMs, statementTimeoutMs } = limits
  return [
    ...(lockTimeoutMs === undefined ? [] : [`${set} lock_timeout = ${lockTimeoutMs}`]),
    ...(statementTimeoutMs === undefined ? [] : [`${set} statement_timeout = ${statementTimeoutMs}`]),
  ]
}

// Converts a value to a type that the driver can send. The driver cannot send bigints.
function sendable(value: SqlValue): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

function versionOf({ text, number }: Greeting): ServerVersion {
  return { text, major: Math.floor(number / 10_000), minor: number % 10_000 }
}

function last<Row extends Pg.QueryResultRow>(results: Pg.QueryResult<Row> | readonly Pg.QueryResult<Row>[]): Pg.QueryResult<Row> {
  const found = [results].flat().at(-1)
  if (!found) throw new InterphaseError('internal', { problem: 'the server answered nothing' })
  return found
}

function doing(text: string, at: SourceLocation): string {
  return at === ENGINE ? `the engine ran ${brief(text)}` : `${at.file}:${at.line} ran`
}

function brief(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 57)}...` : line
}

function ignore(): void {}
