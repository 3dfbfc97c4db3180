import type { Duplex } from 'node:stream'
import type { Connection, FieldPacket, ResultSetHeader } from 'mysql2/promise'
import type {
  DatabaseSession,
  ServerVersion,
  SourceLocation,
  StatementResult,
  StatementTimeLimits,
  TransactionIsolation,
} from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlVerbatim } from '../../../dialect/sql.ts'
import type { FileStatement } from '../../../dialect/statement.ts'
import { InterphaseError, isError } from '../../../error.ts'
import { hasDoubleQuotedName } from '../text/ansi.ts'
import { restoreBackslashes } from '../text/backslash.ts'
import { tokenizeMysql } from '../text/lexer.ts'
import { beginsWithLockTables } from '../text/locked.ts'
import { transactionBehaviourOfMysqlStatement } from '../text/manner.ts'
import { type MysqlParameter, renderMysqlStatement } from '../text/notation.ts'
import { splitMysqlStatements } from '../text/split.ts'
import { REMOTE_STORAGE_ENGINE_PATTERN } from '../text/statements/kinds.ts'
import { REASON_AGAINST_OTHER_SERVER } from '../text/statements/reasons.ts'
import { mysqlConnectionNumberOf, readMysqlConnectionIdentifier } from './backend.ts'
import { mustMysqlDriverEncodeText, reasonAgainstChangedCharacters, reasonAgainstPreparedText } from './characters.ts'
import {
  addServerWarningsToError,
  briefMysqlStatement,
  convertMysqlStatementError,
  didMysqlErrorRollBackTransaction,
  isMysqlConnectionLostError,
  MYSQL_NO_SUCH_SAVEPOINT,
  makeMysqlConnectionLostError,
  mysqlErrorNumberOf,
} from './errors.ts'
import type { MysqlFamilyServer } from './flavour.ts'
import { isUnnecessarySetStatement, withoutRemovedSqlModes } from './foreign-settings.ts'
import { MysqlSessionLeftoverTracker, registerMysqlSessionLeftoverTracker } from './leftovers.ts'
import { mysqlLockTimeoutAssignmentsSql } from './limits.ts'
import { toMysqlStatementResult } from './outcome.ts'
import { refuseRoutineOfOtherDatabase } from './packages.ts'
import { pinMysqlSessionVariables } from './pins.ts'
import {
  type ChangedMysqlSessionVariables,
  MysqlMigrationFileSettingsSwitcher,
  registerMysqlMigrationFileSettingsSwitcher,
} from './settings.ts'
import { IDLE_TIMEOUT_CHANGE_PATTERN, mysqlIdleTimeoutAssignmentsSql } from './silence.ts'
import { mysqlEngineSessionAssignmentsSql } from './sql-mode.ts'
import { parseMysqlVersion, refuseUnsupportedMysqlServer } from './version.ts'

/**
 * An open connection of the driver, with the name and the address of its database, and the product of its server: MySQL or MariaDB.
 */
export interface OpenedMysqlConnection {
  readonly connection: Connection
  /** Opens another connection to the same database. */
  readonly dial: () => Promise<Connection>
  readonly flavour: MysqlFamilyServer
  /** The address of the database, for messages of errors. */
  readonly where: string
  readonly database: string
}

/**
 * The savepoint at the beginning of every engine transaction. If the savepoint no longer exists, a statement has committed the
 * transaction.
 */
const ALIVE = sql`interphase_alive`

/**
 * Starts the engine's session on an open connection: checks the version of the server, and sets the engine's session settings.
 */
export async function startMysqlSession(opened: OpenedMysqlConnection): Promise<DatabaseSession> {
  const session = new MysqlSession(opened)
  await session.introduce()
  return session
}

// The server's error number for SET with a variable that the server does not have.
const UNKNOWN_VARIABLE = 1193

// Matches SET STATEMENT of MariaDB. A comment can precede these words, because a run marks its statements with a comment.
const SETS_FOR_STATEMENT = /^(?:\s|\/\*(?!!|M!)[^]*?\*\/)*set\s+statement\b/i

/** The character set in which the driver encodes texts, as a number. */
interface Encoding {
  charsetNumber: number
}

class MysqlSession implements DatabaseSession {
  readonly dialect: MysqlFamilyServer['name']
  readonly where: string
  readonly database: string
  readonly #opened: OpenedMysqlConnection
  readonly #lost = new AbortController()
  readonly #driver: Encoding
  readonly #ownCharset: number
  /**
   * The character set that the driver uses while the settings of the migration file apply. A file can change the character set with
   * SET NAMES.
   */
  #fileCharset: number
  #backend = ''
  #version: ServerVersion = { text: '', major: 0, minor: 0 }
  #limits: StatementTimeLimits = {}
  #silence: SqlStatement | undefined
  /** The number of statements that the session has sent and whose results it has not received. */
  #atWork = 0
  #settling: SqlStatement = sql``
  /** The path of the migration file whose statements the session executes at the moment. */
  #file: string | undefined
  readonly #settings = new MysqlMigrationFileSettingsSwitcher()
  readonly #leftovers = new MysqlSessionLeftoverTracker()
  #rollsBackOnTimeout = false
  #packetLimit = Number.POSITIVE_INFINITY
  #hidesReads = false
  /**
   * True during a read-only transaction of the engine if the performance schema does not count the statements of this transaction.
   */
  #isHidden = false
  /** The error that caused the server to roll back the transaction. */
  #undoneBy: InterphaseError | undefined
  /**
   * True if the method `intact` has found the transaction open, and the session has sent no statement of a migration since. Only a
   * statement of a migration can end the transaction implicitly, so `commit` needs no second check.
   */
  #isKnownAlive = false
  /**
   * The session variables that still differ from the engine's value, because the user does not have the privilege to set them.
   */
  #unpinned: readonly string[] = []
  #doing = 'waiting for work'
  #closing = false

  constructor(opened: OpenedMysqlConnection) {
    this.#opened = opened
    this.dialect = opened.flavour.name
    this.where = opened.where
    this.database = opened.database
    registerMysqlMigrationFileSettingsSwitcher(this, this.#settings)
    registerMysqlSessionLeftoverTracker(this, this.#leftovers)
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
      @@lower_case_table_names AS folds, @@max_allowed_packet AS packet,
      @@innodb_rollback_on_timeout AS rolls`)
    this.#rollsBackOnTimeout = Number(row?.rolls) === 1
    this.#packetLimit = Number(row?.packet)
    const folds = Number(row?.folds ?? 0)
    this.#version = { ...parseMysqlVersion(String(row?.text)), ...(folds !== 0 && { lowerCaseTableNames: folds }) }
    refuseUnsupportedMysqlServer(this.#opened.flavour, this.#version)
    this.#settling = mysqlEngineSessionAssignmentsSql(String(row?.mode))
    await this.query(sql`SET ${this.#settling}`)
    this.#backend = await readMysqlConnectionIdentifier(this, String(row?.id))
    const { values, denied } = await pinMysqlSessionVariables(this, this.dialect)
    this.#settings.pin(values)
    this.#unpinned = denied
  }

  /**
   * Executes a statement of the engine. A statement without values is sent as text. A statement with values is prepared on the
   * server, so that the values never become a part of the SQL text. The driver caches prepared statements, and the engine has
   * only few different statements.
   */
  async query<Row extends object = Record<string, unknown>>(statement: SqlStatement): Promise<readonly Row[]> {
    await this.#goHome()
    const { text, values } = renderMysqlStatement(statement)
    this.#ownMustFit(text, values)
    const [result] = await this.#send(text, values, undefined, true)
    return Array.isArray(result) ? (result as readonly Row[]) : []
  }

  async execute(text: string, at: SourceLocation, values: readonly unknown[] = []): Promise<StatementResult> {
    if (this.#isKnownAlive) {
      this.#isKnownAlive = false
      await this.query(sql`SAVEPOINT ${ALIVE}`)
    }
    if (this.#file !== undefined && this.#file !== at.file) {
      await this.#goHome()
      this.#settings.end()
    }
    this.#file = at.file
    this.#mustBePinned(text, at)
    await refuseRoutineOfOtherDatabase(this, text, at)
    this.#leftovers.notice(text)
    const again = this.#settings.statementToRestore()
    if (again) {
      this.#settings.note(changesIn((await this.#send(renderMysqlStatement(again).text, [], undefined, false))[0]))
      this.#driver.charsetNumber = this.#fileCharset
    }
    const parts = beginsWithLockTables(text) ? splitMysqlStatements({ file: at.file, text }) : []
    if (parts.length <= 1) this.#mustFit(text, at)
    for (const part of parts.length > 1 ? parts : []) this.#mustFit(tagOf(text) + part.text, { ...at, line: at.line + part.line - 1 })
    return parts.length > 1 ? this.#locked(parts, tagOf(text), at) : this.#authored(text, at, values)
  }

  async ask(text: string, at: SourceLocation, values: readonly unknown[] = []): Promise<StatementResult> {
    await this.#goHome()
    this.#mustFit(text, at)
    const [result, fields] = await this.#send(restoreBackslashes(text), values as readonly MysqlParameter[], at, false)
    return toMysqlStatementResult(result, fields)
  }

  /**
   * Throws `database.privilege` for a CREATE statement if the session could not set a session variable to the engine's value. The
   * created object would depend on the value of the variable, and a recorded state does not contain the variable.
   */
  #mustBePinned(text: string, at: SourceLocation): void {
    if (this.#unpinned.length === 0 || !/\bcreate\b/i.test(text)) return
    const variables = this.#unpinned.join(', ')
    throw new InterphaseError('database.privilege', {
      doing: `running ${at.file}:${at.line}`,
      problem: `on this server ${variables} differs from the default, and the user may not set it for this session (SESSION_VARIABLES_ADMIN)`,
    })
  }

  /**
   * Throws `statement.too-large` for a statement that exceeds `max_allowed_packet`. Without this check, the server would end the
   * connection without an error message.
   */
  #mustFit(text: string, { file, line }: SourceLocation): void {
    // A character of UTF-16 needs at most three bytes of UTF-8. If the text is short enough even with three bytes for each
    // character, the exact number of bytes need not be computed.
    if (text.length * 3 < this.#packetLimit) return
    const bytes = Buffer.byteLength(text) + PACKET_OVERHEAD
    if (bytes <= this.#packetLimit) return
    throw new InterphaseError('statement.too-large', { file, line, bytes, limit: this.#packetLimit })
  }

  /** Throws `database.packet` for a statement of the engine that exceeds `max_allowed_packet`. */
  #ownMustFit(text: string, values: readonly unknown[]): void {
    const bytes = [text, ...values].reduce((sum: number, one) => sum + (typeof one === 'string' ? Buffer.byteLength(one) : 0), 0)
    if (bytes + PACKET_OVERHEAD <= this.#packetLimit) return
    const problem = `the statement has ${bytes} bytes, and the limit is ${this.#packetLimit}`
    throw new InterphaseError('database.packet', { doing: `running ${briefMysqlStatement(text)}`, problem })
  }

  get #clientCharset(): string {
    return this.#settings.valueSetByFile('character_set_client') ?? 'utf8mb4'
  }

  /**
   * Throws `statement.refused` if the engine could read the statement differently from the server. The cause is the SQL mode or
   * the character set that the migration file has set.
   */
  #mustBeReadable(text: string, at: SourceLocation, values: readonly unknown[]): void {
    const mode = this.#settings.valueSetByFile('sql_mode') ?? ''
    const because =
      /NO_BACKSLASH_ESCAPES/.test(mode) && text.includes('\\')
        ? `The sql_mode ${mode} is in force, and the engine did not see that the file sets it, so it reads the backslashes in another way than the server. Write the name of the mode into the SET statement.`
        : (hasDoubleQuotedName(mode, text) &&
            'Under ANSI_QUOTES double quotes hold names. Write names in backticks, and strings in single quotes.') ||
          reasonAgainstPreparedText(this.#clientCharset, text) ||
          reasonAgainstChangedCharacters(this.#clientCharset, text + values.filter((value) => typeof value === 'string').join(''))
    if (because) throw new InterphaseError('statement.refused', { ...at, statement: firstWords(text), because })
  }

  /**
   * Throws `statement.refused` for a CREATE or ALTER statement if the migration file has set the default storage engine to one
   * that stores rows on another server.
   */
  #mustStayHere(text: string, at: SourceLocation): void {
    const engine = ['default_storage_engine', 'default_tmp_storage_engine', 'enforce_storage_engine']
      .map((variable) => this.#settings.valueSetByFile(variable))
      .find((value) => value !== undefined && REMOTE_STORAGE_ENGINE_PATTERN.test(value))
    if (engine === undefined || !/\b(?:create|alter)\b/i.test(text)) return
    const because = `The file has set the default engine to ${engine}. ${REASON_AGAINST_OTHER_SERVER}`
    throw new InterphaseError('statement.refused', { ...at, statement: firstWords(text), because })
  }

  async reset(): Promise<void> {
    await this.#goHome()
    this.#settings.end()
    this.#file = undefined
    for (const end of this.#leftovers.end()) {
      await this.query(end).catch((error: unknown) => {
        // The session ignores an error of a statement that removes an object which the migration file left, such as a temporary
        // table. The file can already have removed the object.
        if (!isError(error, 'statement.failed')) throw error
      })
    }
  }

  async #authored(text: string, at: SourceLocation, values: readonly unknown[] = []): Promise<StatementResult> {
    this.#mustBeReadable(text, at, values)
    this.#mustStayHere(text, at)
    const known = this.dialect === 'mysql' ? withoutRemovedSqlModes(text) : text
    try {
      const [result, fields] = await this.#send(restoreBackslashes(known), values as readonly MysqlParameter[], at, false)
      // The server reports the settings of SET STATEMENT, but does not report that these settings end with the statement. The
      // session therefore does not store them.
      if (!SETS_FOR_STATEMENT.test(text)) this.#settings.note(changesIn(result))
      // The engine relies on the timeouts with which the server ends an idle session. If a statement of the migration file
      // changes these timeouts, the engine sets them again.
      if (this.#silence && IDLE_TIMEOUT_CHANGE_PATTERN.test(text))
        await this.#send(renderMysqlStatement(sql`SET SESSION ${this.#silence}`).text, [], undefined, false)
      return toMysqlStatementResult(result, fields)
    } catch (error) {
      if (mysqlErrorNumberOf(error) === UNKNOWN_VARIABLE && isUnnecessarySetStatement(text)) return { rows: [], columns: [], affected: 0 }
      this.#settings.failed()
      throw isError(error, 'statement.failed') ? addServerWarningsToError(error, text, await this.#warnings()) : error
    }
  }

  /** Reads the warnings of the server about the previous statement. */
  async #warnings(): Promise<readonly string[]> {
    const [rows] = await this.#send('SHOW WARNINGS', [], undefined, false).catch(() => [[]])
    return Array.isArray(rows) ? rows.map((row: { readonly Message?: unknown }) => String(row.Message)) : []
  }

  /** Executes the statements from LOCK TABLES to UNLOCK TABLES without a statement of the engine between them. */
  async #locked(parts: readonly FileStatement[], tag: string, at: SourceLocation): Promise<StatementResult> {
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
    const taken = this.#settings.assignmentsToReset()
    if (!taken) return
    const { lockTimeoutMs, statementTimeoutMs } = this.#limits
    const limits = sql`${mysqlLockTimeoutAssignmentsSql(lockTimeoutMs)}, ${this.#opened.flavour.statementTimeout(statementTimeoutMs)}`
    const silence = this.#silence ? sql`, ${this.#silence}` : sql``
    // After SET NAMES in a migration file, the driver uses the character set of the file. The session restores the character set of
    // the driver itself, because the driver does not always detect the statement that resets it on the server. The session does so
    // before it sends that statement, because the driver sends the next waiting query as soon as the statement ends.
    this.#fileCharset = this.#driver.charsetNumber
    this.#driver.charsetNumber = this.#ownCharset
    await this.#send(renderMysqlStatement(sql`SET ${taken}${this.#settling}, ${limits}${silence}`).text, [], undefined, false)
  }

  async begin(limits?: StatementTimeLimits, isolation?: TransactionIsolation): Promise<void> {
    this.#undoneBy = undefined
    await this.limit(limits ?? {})
    // SET TRANSACTION applies only to the next transaction, so the session sends it directly before START TRANSACTION.
    if (isolation) await this.query(sql`SET TRANSACTION ISOLATION LEVEL READ COMMITTED`)
    await this.query(sql`START TRANSACTION`)
    await this.query(sql`SAVEPOINT ${ALIVE}`)
    this.#isKnownAlive = false
  }

  async beginReading(): Promise<void> {
    this.#undoneBy = undefined
    if (this.#hidesReads && this.#opened.flavour.lockedObjects) {
      await this.#instrument('NO')
      this.#isHidden = true
    }
    await this.query(sql`START TRANSACTION READ ONLY`)
  }

  get hidesReads(): boolean {
    return this.#hidesReads
  }

  async hideReads(): Promise<boolean> {
    try {
      await this.#instrument('NO')
      this.#hidesReads = true
      // MySQL shows the locks of a transaction only while the performance schema observes the connection of the session. The
      // session therefore switches the observation on again.
      if (this.#opened.flavour.lockedObjects) await this.#instrument('YES')
    } catch (error) {
      if (this.#lost.signal.aborted) throw error
      this.#hidesReads = false
    }
    return this.#hidesReads
  }

  /** Makes the performance schema of the server count the statements of the connection, or ignore them. */
  async #instrument(value: 'YES' | 'NO'): Promise<void> {
    await this.query(
      sql`UPDATE performance_schema.threads SET instrumented = ${sqlVerbatim(`'${value}'`)} WHERE processlist_id = connection_id()`,
    )
  }

  /**
   * Returns true while no statement has committed the transaction. The result is also true after the server has rolled the
   * transaction back, because no change of the transaction remains. The method `commit` then throws the error that caused the
   * rollback.
   */
  async intact(): Promise<boolean> {
    if (this.#undoneBy || this.#isKnownAlive) return true
    this.#isKnownAlive = await this.#releaseAlive()
    return this.#isKnownAlive
  }

  /**
   * Commits the transaction. Throws `migration.committed` if a statement has already committed the transaction. The error names no
   * migration, because the caller adds the migration and the file. If the server has rolled the transaction back, the method throws
   * the error of the statement that caused the rollback.
   */
  async commit(): Promise<void> {
    const undoneBy = this.#undoneBy
    if (!undoneBy && (this.#isKnownAlive || (await this.#releaseAlive()))) {
      await this.query(sql`COMMIT`)
      this.#isKnownAlive = false
      return
    }
    await this.rollback()
    throw undoneBy ?? new InterphaseError('migration.committed', { migration: '', file: '' })
  }

  async rollback(): Promise<void> {
    this.#undoneBy = undefined
    this.#isKnownAlive = false
    await this.query(sql`ROLLBACK`)
    if (!this.#isHidden) return
    this.#isHidden = false
    await this.#instrument('YES')
  }

  async limit(limits: StatementTimeLimits): Promise<void> {
    const changed = (['lockTimeoutMs', 'statementTimeoutMs'] as const).filter((name) => limits[name] !== this.#limits[name])
    await this.#setLimits(limits, changed)
    this.#limits = limits
  }

  async endWhenSilent(ms: number): Promise<void> {
    this.#silence = mysqlIdleTimeoutAssignmentsSql(ms)
    await this.query(sql`SET SESSION ${this.#silence}`)
  }

  async touch(): Promise<void> {
    if (this.#atWork > 0 || this.#lost.signal.aborted) return
    // A ping shows the server that the process is alive. Unlike a query, a ping does not change FOUND_ROWS() or ROW_COUNT(),
    // which the migration can use.
    await this.#opened.connection.ping()
  }

  async cancel(): Promise<void> {
    const connection = await this.#opened.dial()
    try {
      await connection.query(renderMysqlStatement(sql`KILL QUERY ${sqlVerbatim(mysqlConnectionNumberOf(this.#backend))}`).text)
    } finally {
      await connection.end()
    }
  }

  async close(): Promise<void> {
    if (this.#closing || this.#lost.signal.aborted) return
    this.#closing = true
    await this.#opened.connection.end().catch(() => this.#opened.connection.destroy())
  }

  async #setLimits(
    { lockTimeoutMs, statementTimeoutMs }: StatementTimeLimits,
    names: readonly (keyof StatementTimeLimits)[],
  ): Promise<void> {
    const set = {
      lockTimeoutMs: mysqlLockTimeoutAssignmentsSql(lockTimeoutMs),
      statementTimeoutMs: this.#opened.flavour.statementTimeout(statementTimeoutMs),
    }
    for (const name of names) await this.query(sql`SET SESSION ${set[name]}`)
  }

  async #releaseAlive(): Promise<boolean> {
    try {
      await this.query(sql`RELEASE SAVEPOINT ${ALIVE}`)
      return true
    } catch (error) {
      if (mysqlErrorNumberOf(error) === MYSQL_NO_SUCH_SAVEPOINT) return false
      throw error
    }
  }

  async #send(text: string, values: readonly MysqlParameter[], at: SourceLocation | undefined, bigNumberStrings: boolean) {
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason
    if (!mustMysqlDriverEncodeText(this.#clientCharset)) this.#driver.charsetNumber = this.#ownCharset
    this.#doing = at ? `running ${at.file}:${at.line}` : 'working on the ledger or the catalog'
    const { connection } = this.#opened
    const options = { sql: text, supportBigNumbers: true, bigNumberStrings }
    this.#atWork += 1
    try {
      const answered = values.length === 0 ? await connection.query(options) : await connection.execute(options, [...values])
      this.#doing = 'waiting for work'
      return answered as [MysqlDriverResult, FieldPacket[] | undefined]
    } catch (error) {
      if (isMysqlConnectionLostError(error)) this.#lose(error)
      const told = convertMysqlStatementError(error, text, at, this.#limits.statementTimeoutMs)
      // The method `commit` later throws the error that made the server roll back the transaction, so the session stores the error.
      // The error of a statement that commits implicitly is not stored. Such a statement commits the transaction before it waits
      // for a lock, so the server had no open transaction to roll back.
      if (
        didMysqlErrorRollBackTransaction(told, this.#rollsBackOnTimeout) &&
        transactionBehaviourOfMysqlStatement(tokenizeMysql(text)) === 'atomic'
      )
        this.#undoneBy = told
      throw told
    } finally {
      this.#atWork -= 1
    }
  }

  #lose(error: unknown): void {
    if (this.#closing || this.#lost.signal.aborted) return
    this.#lost.abort(makeMysqlConnectionLostError(error, this.#doing))
    this.#opened.connection.destroy()
  }
}

// The number of bytes of a packet that are not available for the text of a statement. The protocol uses these bytes for the command
// and the number of parameters.
const PACKET_OVERHEAD = 16

interface Introduction {
  readonly text: string
  readonly id: string
  readonly mode: string
  readonly rolls: unknown
  readonly folds: unknown
  readonly packet: unknown
}

function firstWords(text: string): string {
  return text.slice(tagOf(text).length).trim().split(/\s+/, 3).join(' ')
}

/**
 * Returns the comment at the beginning of a statement. By this comment, other sessions recognise the running statement of the
 * engine.
 */
function tagOf(text: string): string {
  return /^\/\*[^]*?\*\/ /.exec(text)?.[0] ?? ''
}

/**
 * Returns the session variables that a statement has changed. If the statement has several results, the last result contains the
 * variables.
 */
function changesIn(result: MysqlDriverResult): ChangedMysqlSessionVariables {
  const header: unknown = Array.isArray(result) ? result.at(-1) : result
  const told = (header as { readonly stateChanges?: { readonly systemVariables?: ChangedMysqlSessionVariables } } | undefined)?.stateChanges
  // The returned list of changed session variables does not contain the timeouts of an idle session, because the engine always
  // sets these timeouts itself.
  return Object.fromEntries(Object.entries(told?.systemVariables ?? {}).filter(([name]) => !IDLE_TIMEOUT_CHANGE_PATTERN.test(name)))
}

/** The driver's result of one statement: the rows, or the row counts of a statement without rows. */
export type MysqlDriverResult = readonly unknown[] | ResultSetHeader
