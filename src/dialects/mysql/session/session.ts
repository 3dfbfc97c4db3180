import type { Duplex } from 'node:stream'
import type { Connection, FieldPacket, ResultSetHeader } from 'mysql2/promise'
import type { ServerVersion, Session, SourceLocation, StatementResult, TimeLimits } from '../../../dialect/dialect.ts'
import { type Sql, sql, verbatim } from '../../../dialect/sql.ts'
import type { Statement } from '../../../dialect/statement.ts'
import { InterphaseError, isError } from '../../../error.ts'
import { hasAnsiName } from '../text/ansi.ts'
import { tokensOf } from '../text/lexer.ts'
import { beginsWithLockTables } from '../text/locked.ts'
import { mannerOf } from '../text/manner.ts'
import { compile, type Parameter } from '../text/notation.ts'
import { split } from '../text/split.ts'
import { SQL_MODES_THAT_CHANGE_SYNTAX } from '../text/statements/kinds.ts'
import { backendOf, numberOf } from './backend.ts'
import { endsTransaction, errnoOf, isLost, lostError, NO_SAVEPOINT, statementError, withWarnings } from './errors.ts'
import type { Flavour } from './flavour.ts'
import { Leftovers, registerLeftovers } from './leftovers.ts'
import { lockLimits } from './limits.ts'
import { outcomeOf } from './outcome.ts'
import { pinVariables } from './pins.ts'
import { type ChangedVariables, FileSettings, keepSettings } from './settings.ts'
import { SILENCE, silenceSettings } from './silence.ts'
import { engineSessionSettings } from './sql-mode.ts'
import { refuseUnsupportedServer, versionOf } from './version.ts'

export interface OpenedConnection {
  readonly connection: Connection
  /** Opens another connection to the same database. */
  readonly dial: () => Promise<Connection>
  readonly flavour: Flavour
  readonly where: string
  readonly database: string
}

/**
 * The savepoint at the beginning of every engine transaction. If the savepoint no longer exists, a statement has committed the
 * transaction.
 */
const ALIVE = sql`interphase_alive`

export async function openSession(opened: OpenedConnection): Promise<Session> {
  const session = new MysqlSession(opened)
  await session.introduce()
  return session
}

/** The character set in which the driver encodes texts, as a number. */
interface Encoding {
  charsetNumber: number
}

class MysqlSession implements Session {
  readonly dialect: Flavour['name']
  readonly where: string
  readonly database: string
  readonly #opened: OpenedConnection
  readonly #lost = new AbortController()
  readonly #driver: Encoding
  readonly #ownCharset: number
  /** The driver's character set while the settings of the migration file are active. */
  #fileCharset: number
  #backend = ''
  #version: ServerVersion = { text: '', major: 0, minor: 0 }
  #limits: TimeLimits = {}
  #silence: Sql | undefined
  /** The number of statements that were sent and are not answered yet. */
  #atWork = 0
  #settling: Sql = sql``
  /** The path of the migration file whose statements are being executed. */
  #file: string | undefined
  readonly #settings = new FileSettings()
  readonly #leftovers = new Leftovers()
  #rollsBackOnTimeout = false
  /** The error because of which the server rolled back the transaction. */
  #undoneBy: InterphaseError | undefined
  /** The session variables with an unexpected value that the user may not set. */
  #unpinned: readonly string[] = []
  #doing = 'waiting for work'
  #closing = false

  constructor(opened: OpenedConnection) {
    this.#opened = opened
    this.dialect = opened.flavour.name
    this.where = opened.where
    this.database = opened.database
    keepSettings(this, this.#settings)
    registerLeftovers(this, this.#leftovers)
    const { connection } = opened.connection as unknown as {
      connection: { stream: Duplex; config: Encoding; on(event: 'error', told: (error: Error) => void): void }
    }
    this.#driver = connection.config
    this.#ownCharset = connection.config.charsetNumber
    this.#fileCharset = this.#ownCharset
    connection.on('error', (error) => this.#lose(error))
    connection.stream.once('close', () => this.#lose('the server closed the connection'))
  }

  get backend(): string {
    return this.#backend
  }

  get version(): ServerVersion {
    return this.#version
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async introduce(): Promise<void> {
    const [row] = await this.query<Introduction>(sql`SELECT version() AS text, connection_id() AS id, @@sql_mode AS mode,
      @@lower_case_table_names AS folds,
      @@innodb_rollback_on_timeout AS rolls`)
    this.#rollsBackOnTimeout = Number(row?.rolls) === 1
    const folds = Number(row?.folds ?? 0)
    this.#version = { ...versionOf(String(row?.text)), ...(folds !== 0 && { lowerCaseTableNames: folds }) }
    refuseUnsupportedServer(this.#opened.flavour, this.#version)
    this.#backend = await backendOf(this, String(row?.id))
    this.#settling = engineSessionSettings(String(row?.mode))
    await this.query(sql`SET ${this.#settling}`)
    const { values, denied } = await pinVariables(this, this.dialect)
    this.#settings.pin(values)
    this.#unpinned = denied
  }

  /**
   * Executes a statement of the engine. A statement without values is sent as text. A statement with values is prepared, so that the
   * values never become a part of the text. The driver caches prepared statements, and the engine uses few of them.
   */
  async query<Row extends object = Record<string, unknown>>(statement: Sql): Promise<readonly Row[]> {
    await this.#goHome()
    const { text, values } = compile(statement)
    const [result] = await this.#send(text, values, undefined, true)
    return Array.isArray(result) ? (result as readonly Row[]) : []
  }

  async execute(text: string, at: SourceLocation, values: readonly unknown[] = []): Promise<StatementResult> {
    if (this.#file !== undefined && this.#file !== at.file) {
      await this.#goHome()
      this.#settings.end()
    }
    this.#file = at.file
    this.#mustBePinned(text, at)
    this.#leftovers.notice(text)
    const again = this.#settings.makeAgain()
    if (again) {
      this.#settings.note(changesIn((await this.#send(compile(again).text, [], undefined, false))[0]))
      this.#driver.charsetNumber = this.#fileCharset
    }
    const parts = beginsWithLockTables(text) ? split({ file: at.file, text }) : []
    return parts.length > 1 ? this.#locked(parts, tagOf(text), at) : this.#authored(text, at, values)
  }

  /**
   * Refuses a CREATE statement if a session variable could not be set to the engine's value. The created object would depend on a
   * setting that no recorded state shows.
   */
  #mustBePinned(text: string, at: SourceLocation): void {
    if (this.#unpinned.length === 0 || !/\bcreate\b/i.test(text)) return
    const variables = this.#unpinned.join(', ')
    throw new InterphaseError('database.privilege', {
      doing: `running ${at.file}:${at.line}`,
      problem: `on this server ${variables} differs from the default, and the user may not set it for this session (SESSION_VARIABLES_ADMIN)`,
    })
  }

  /** Refuses a statement under a SQL mode whose syntax the engine cannot parse. The file may have set the mode from a variable. */
  #mustBeReadable(text: string, at: SourceLocation): void {
    const mode = this.#settings.made('sql_mode') ?? ''
    const because = SQL_MODES_THAT_CHANGE_SYNTAX.test(mode)
      ? `The sql_mode ${mode} is in force, in which the server reads text in another way than the engine.`
      : hasAnsiName(mode, text) && 'Under ANSI_QUOTES double quotes hold names. Write names in backticks, and strings in single quotes.'
    if (because) throw new InterphaseError('statement.refused', { ...at, statement: firstWords(text), because })
  }

  async reset(): Promise<void> {
    await this.#goHome()
    this.#settings.end()
    this.#file = undefined
    for (const end of this.#leftovers.end()) {
      await this.query(end).catch((error: unknown) => {
        // The migration file may have removed the object already, so this error is ignored.
        if (!isError(error, 'statement.failed')) throw error
      })
    }
  }

  async #authored(text: string, at: SourceLocation, values: readonly unknown[] = []): Promise<StatementResult> {
    this.#mustBeReadable(text, at)
    try {
      const [result, fields] = await this.#send(text, values as readonly Parameter[], at, false)
      this.#settings.note(changesIn(result))
      // A migration file must not change the timeouts that end an idle session, because the engine relies on them. They are set again
      // after the statement.
      if (this.#silence && SILENCE.test(text)) await this.#send(compile(sql`SET SESSION ${this.#silence}`).text, [], undefined, false)
      return outcomeOf(result, fields)
    } catch (error) {
      this.#settings.failed()
      throw isError(error, 'statement.failed') ? withWarnings(error, text, await this.#warnings()) : error
    }
  }

  /** Reads the server's warnings about the previous statement. */
  async #warnings(): Promise<readonly string[]> {
    const [rows] = await this.#send('SHOW WARNINGS', [], undefined, false).catch(() => [[]])
    return Array.isArray(rows) ? rows.map((row: { readonly Message?: unknown }) => String(row.Message)) : []
  }

  /** Executes the statements from LOCK TABLES to UNLOCK TABLES without a statement of the engine between them. */
  async #locked(parts: readonly Statement[], tag: string, at: SourceLocation): Promise<StatementResult> {
    let affected = 0
    try {
      for (const { text, line } of parts) affected += (await this.#authored(tag + text, { ...at, line: at.line + line - 1 })).affected
    } finally {
      if (!this.#lost.signal.aborted) await this.#send('UNLOCK TABLES', [], undefined, false)
    }
    return { rows: [], columns: [], affected }
  }

  /** Resets the settings of the migration file before a statement of the engine. */
  async #goHome(): Promise<void> {
    const taken = this.#settings.takeBack()
    if (!taken) return
    const { lockTimeoutMs, statementTimeoutMs } = this.#limits
    const limits = sql`${lockLimits(lockTimeoutMs)}, ${this.#opened.flavour.statementTimeout(statementTimeoutMs)}`
    const silence = this.#silence ? sql`, ${this.#silence}` : sql``
    // The driver's character set is corrected at once, because other queries are already queued. The driver notices SET NAMES in a
    // file, but not always the reset.
    this.#fileCharset = this.#driver.charsetNumber
    this.#driver.charsetNumber = this.#ownCharset
    await this.#send(compile(sql`SET ${taken}${this.#settling}, ${limits}${silence}`).text, [], undefined, false)
  }

  async begin(limits?: TimeLimits): Promise<void> {
    this.#undoneBy = undefined
    await this.limit(limits ?? {})
    await this.query(sql`START TRANSACTION`)
    await this.query(sql`SAVEPOINT ${ALIVE}`)
  }

  async beginReading(): Promise<void> {
    this.#undoneBy = undefined
    await this.query(sql`START TRANSACTION READ ONLY`)
  }

  /**
   * True while no statement has committed the transaction. The result is also true after the server rolled the transaction back: none
   * of its changes remain, and `commit` throws the reason.
   */
  async intact(): Promise<boolean> {
    if (this.#undoneBy) return true
    if (!(await this.#releaseAlive())) return false
    await this.query(sql`SAVEPOINT ${ALIVE}`)
    return true
  }

  /**
   * Commits the transaction. Throws `migration.committed` when the transaction has ended already. The caller adds the facts of the
   * error.
   */
  async commit(): Promise<void> {
    const undoneBy = this.#undoneBy
    if (!undoneBy && (await this.#releaseAlive())) {
      await this.query(sql`COMMIT`)
      return
    }
    await this.rollback()
    throw undoneBy ?? new InterphaseError('migration.committed', { migration: '', file: '' })
  }

  async rollback(): Promise<void> {
    this.#undoneBy = undefined
    await this.query(sql`ROLLBACK`)
  }

  async limit(limits: TimeLimits): Promise<void> {
    const changed = (['lockTimeoutMs', 'statementTimeoutMs'] as const).filter((name) => limits[name] !== this.#limits[name])
    await this.#setLimits(limits, changed)
    this.#limits = limits
  }

  async endWhenSilent(ms: number): Promise<void> {
    this.#silence = silenceSettings(ms)
    await this.query(sql`SET SESSION ${this.#silence}`)
  }

  async touch(): Promise<void> {
    if (this.#atWork > 0 || this.#lost.signal.aborted) return
    // A ping shows the server that the process is alive, and changes neither FOUND_ROWS() nor ROW_COUNT().
    await this.#opened.connection.ping()
  }

  async cancel(): Promise<void> {
    const connection = await this.#opened.dial()
    try {
      await connection.query(compile(sql`KILL QUERY ${verbatim(numberOf(this.#backend))}`).text)
    } finally {
      await connection.end()
    }
  }

  async close(): Promise<void> {
    if (this.#closing || this.#lost.signal.aborted) return
    this.#closing = true
    await this.#opened.connection.end().catch(() => this.#opened.connection.destroy())
  }

  async #setLimits({ lockTimeoutMs, statementTimeoutMs }: TimeLimits, names: readonly (keyof TimeLimits)[]): Promise<void> {
    const set = { lockTimeoutMs: lockLimits(lockTimeoutMs), statementTimeoutMs: this.#opened.flavour.statementTimeout(statementTimeoutMs) }
    for (const name of names) await this.query(sql`SET SESSION ${set[name]}`)
  }

  async #releaseAlive(): Promise<boolean> {
    try {
      await this.query(sql`RELEASE SAVEPOINT ${ALIVE}`)
      return true
    } catch (error) {
      if (errnoOf(error) === NO_SAVEPOINT) return false
      throw error
    }
  }

  async #send(text: string, values: readonly Parameter[], at: SourceLocation | undefined, bigNumberStrings: boolean) {
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason
    this.#doing = at ? `running ${at.file}:${at.line}` : 'working on the ledger or the catalog'
    const { connection } = this.#opened
    const options = { sql: text, supportBigNumbers: true, bigNumberStrings }
    this.#atWork += 1
    try {
      const answered = values.length === 0 ? await connection.query(options) : await connection.execute(options, [...values])
      this.#doing = 'waiting for work'
      return answered as [DriverResult, FieldPacket[] | undefined]
    } catch (error) {
      if (isLost(error)) this.#lose(error)
      const told = statementError(error, text, at, this.#limits.statementTimeoutMs)
      // Only for a statement that does not commit implicitly. A DDL statement commits the transaction before it waits for the lock,
      // so there is nothing to roll back.
      if (endsTransaction(told, this.#rollsBackOnTimeout) && mannerOf(tokensOf(text)) === 'atomic') this.#undoneBy = told
      throw told
    } finally {
      this.#atWork -= 1
    }
  }

  #lose(error: unknown): void {
    if (this.#closing || this.#lost.signal.aborted) return
    this.#lost.abort(lostError(error, this.#doing))
    this.#opened.connection.destroy()
  }
}

interface Introduction {
  readonly text: string
  readonly id: string
  readonly mode: string
  readonly rolls: unknown
  readonly folds: unknown
}

function firstWords(text: string): string {
  return text.slice(tagOf(text).length).trim().split(/\s+/, 3).join(' ')
}

/** Makes the comment with which another session finds the running statement. */
function tagOf(text: string): string {
  return /^\/\*[^]*?\*\/ /.exec(text)?.[0] ?? ''
}

/** Returns the variables that a statement has changed. If there are several results, the last one contains them. */
function changesIn(result: DriverResult): ChangedVariables {
  const header: unknown = Array.isArray(result) ? result.at(-1) : result
  const told = (header as { readonly stateChanges?: { readonly systemVariables?: ChangedVariables } } | undefined)?.stateChanges
  // The timeouts of an idle session are left out, because a file must not change them.
  return Object.fromEntries(Object.entries(told?.systemVariables ?? {}).filter(([name]) => !SILENCE.test(name)))
}

/** The driver's result of one statement: the rows, or the row counts of a statement without rows. */
export type DriverResult = readonly unknown[] | ResultSetHeader
