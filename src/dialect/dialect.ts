import type { StatementPrice } from '../effect/price.ts'
import type { RevokedPrivileges } from '../effect/revoke.ts'
import type { RowWrite } from '../effect/row-write.ts'
import type { InterphaseError } from '../error.ts'
import type { TableSizesByName } from '../plan/estimate.ts'
import type { FragileStatementsOfFile } from '../release/fragile-use.ts'
import type { SqlText } from '../release/migration.ts'
import type { RenamedObjectIds, ServerIdsOfObjects } from '../schema/difference.ts'
import type { IsSameExpression } from '../schema/mismatch.ts'
import type { NeighbourObject } from '../schema/neighbour.ts'
import type { DialectName, IndexObject, SchemaGroupKey, SchemaObjectId, TableObject } from '../schema/object.ts'
import type { ReadColumnsByTable } from '../schema/reads.ts'
import type { SchemaState } from '../schema/state.ts'
import type {
  ExecutedSqlTexts,
  ObjectNamedByStatement,
  ObjectOutsideProject,
  ObjectThatNameResolvesTo,
  RedefinitionsWithoutRollback,
  StatementToSend,
} from './border.ts'
import type { DerivedStep, StepToDerive, UnfitDeclaration } from './derive.ts'
import type { FleetObserver } from './fleet.ts'
import type { SqlFilePurpose, StatementRefusal } from './judgement.ts'
import type { MissingPrerequisite } from './lack.ts'
import type { KeyRangeWalker } from './ranges.ts'
import type { RoutineOrTriggerBody, SessionStateUse } from './session-use.ts'
import type { GateQueries, ServerSignalReader } from './signals.ts'
import type { SqlStatement } from './sql.ts'
import type { SqlScript } from './statement.ts'
import type { UsageReader } from './usage.ts'

/** The operations of a database server that the engine uses. A caller receives only the operations that the caller needs. */
export interface Dialect {
  readonly name: DialectName
  readonly files: SqlFileReader
  readonly runLock: RunLock
  readonly catalog: CatalogReader
  readonly observer: MigrationObserver
  readonly processes: ServerSessions
  readonly functions: FunctionMigrationRunner
  readonly border: OutsideObjectCheck
  /** The reader that divides the rows of a table into ranges of a key, for data steps in batches. */
  readonly ranges: KeyRangeWalker
  /** Derives the statements of a declared data step. `state` is the schema in which the data step begins. */
  readonly derive: (step: StepToDerive, state: SchemaState) => DerivedStep | UnfitDeclaration
  readonly signals: ServerSignalReader
  readonly fleet: FleetObserver
  readonly gates: GateQueries
  readonly usage: UsageReader
  /**
   * The options at the end of each CREATE TABLE statement of the ledger. On MySQL and MariaDB the options are the binary
   * collation and the engine. On PostgreSQL the options are empty.
   */
  readonly ledgerTableOptions: SqlStatement
  /** The type of a ledger column for long texts. Such a text can contain one line for each of ten thousand tables. */
  readonly ledgerText: SqlStatement
  /**
   * The end of the query that reads the epoch, the number of the last run, before a write to the ledger. The query locks the row,
   * so that the epoch stays the same until the transaction ends. Empty on MySQL and MariaDB, where a query inside such a write
   * always locks.
   */
  readonly epochLock: SqlStatement
  /**
   * True when a statement of a migration can implicitly commit the engine's transaction. On MySQL and MariaDB, a DDL statement
   * and a routine that executes a DDL statement commit implicitly.
   */
  readonly commitsImplicitly: boolean
  /** True when the server assigns each object an identifier that stays the same as long as the object exists. */
  readonly hasStableIdentities: boolean
  /**
   * Returns true when a table of this name exists in the default schema. The query does not read `information_schema`, because
   * `information_schema` omits tables without privileges for the user, and the engine would report an existing ledger as missing.
   * Throws `database.privilege` when the server refuses the query.
   */
  hasTable(session: DatabaseSession, name: string): Promise<boolean>
  /**
   * Finds ledgers of the project in other schemas of the same database. If the URL sets the search path, only the schemas of this
   * path are searched. The field is absent for servers on which a database has only one schema.
   */
  readonly otherLedgers?: (session: DatabaseSession, project: string) => Promise<LedgersInOtherSchemas>
  /** Returns true when an existing table has a column of this name. */
  hasColumn(session: DatabaseSession, table: string, column: string): Promise<boolean>
  /**
   * Returns the object that a failed statement needed and that the server does not have, such as a role or an extension. Returns
   * undefined if the error has another cause, or if the engine does not recognise the object.
   */
  missingPrerequisite(error: InterphaseError): MissingPrerequisite | undefined
  /**
   * Returns a sentence with the options for a new dump if the options of the dump tool made a file with this text fail. Returns
   * undefined for every other error.
   */
  dumpHint(error: InterphaseError, text: string): string | undefined
  /**
   * Returns the reason why the database refuses writes, such as a standby server or a read-only setting. Returns undefined if the
   * database accepts writes.
   */
  readOnlyReason(session: DatabaseSession): Promise<string | undefined>
  /** Returns true when the server refused a write because the write would store NULL in this NOT NULL column. */
  isNullRefused(error: unknown, column: string): boolean
  /**
   * Reads the default collation of the database. The field is absent for servers on which the default collation does not change
   * the result of a migration.
   */
  readonly defaultCollation?: (session: DatabaseSession) => Promise<string>
  /**
   * Prepares a statement on the session under a name, which is a plain word. The statement `EXECUTE <name>` then executes the
   * prepared statement.
   */
  prepare(session: DatabaseSession, name: string, text: string, at: SourceLocation): Promise<void>
  /**
   * Returns true if a statement names a table with a capital letter. The field is absent if the server has no setting that
   * changes the case of table names.
   */
  readonly namesCapitals?: (text: string) => boolean
  /**
   * Opens one connection. Throws `database.*` errors. The messages of these errors contain host, port and user, and never the
   * password.
   */
  open(target: DatabaseAddress): Promise<DatabaseSession>
  /**
   * Returns a function that compares two expressions of two major versions, each printed by a server of its version. Returns
   * undefined if both versions print every expression alike, and always on MySQL and MariaDB.
   */
  expressionComparer(one: number, other: number): Promise<IsSameExpression | undefined>
  /** Opens a server on which the engine creates shadow databases. Throws `record.no-server` if no server is available. */
  scratch(options: ScratchServerOptions): Promise<ScratchServer>
}

/** A schema that contains a ledger: its name in SQL, and the URL parameter that makes this schema the current schema. */
export interface SchemaWithLedger {
  readonly schema: string
  readonly parameter: string
}

export interface LedgersInOtherSchemas {
  /** The current schema. The field is absent if no schema of the search path exists. */
  readonly currentSchema?: SchemaWithLedger
  readonly otherSchemas: readonly SchemaWithLedger[]
  readonly searchPath: string
}

/** The address of a database and the options of a connection to it. */
export interface DatabaseAddress {
  readonly url: string
  /** The application name that the server shows for the connection. */
  readonly purpose: string
  readonly tls?: TlsSettings
  readonly connectTimeoutMs?: number
  /** True if the engine works in the current schema of the connection. Opening throws `database.no-schema` if there is none. */
  readonly needsSchema?: boolean
}

export interface TlsSettings {
  /** 'require' encrypts the connection. 'verify' also checks the server's certificate and host name. */
  readonly mode: 'off' | 'require' | 'verify'
  /** The paths of PEM files for an encrypted connection: the certificate authority, the client's certificate and the client's key. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** Reads the SQL files of a project. */
export interface SqlFileReader {
  /**
   * Splits a migration file into statements by the rules of the server's own client. Throws `sql.syntax` with the position of the
   * error if the server's grammar is available to the engine. Throws `statement.refused` for a statement that is not allowed in a
   * file of this purpose.
   */
  script(sql: SqlText, transaction: 'auto' | 'off', purpose?: SqlFilePurpose): Promise<SqlScript>
  /**
   * Throws `statement.refused` if a text that belongs to no file contains a statement that is not allowed. A text that the parser
   * rejects is accepted.
   */
  judge(sql: SqlText, line?: number): Promise<void>
  /**
   * Returns true if a statement itself writes rows. The bodies of routines are not read. The result is false for a text that the
   * parser rejects.
   */
  writesRows(text: string): Promise<boolean>
  /**
   * Finds statements that rely on a fact that the migration file does not state. For example, `INSERT … SELECT *` relies on the
   * columns of a table. On PostgreSQL, throws `sql.syntax` for a text that the parser rejects.
   */
  fragileUses(sql: SqlText): Promise<FragileStatementsOfFile>
  /**
   * Returns for each statement the session state that the statement creates for later statements and needs from earlier
   * statements. `bodies` contains the routines and triggers that the statements can run.
   */
  sessionUses(texts: readonly string[], bodies: readonly RoutineOrTriggerBody[]): Promise<readonly SessionStateUse[]>
  /**
   * Returns one value for each statement: true if the statement can write rows that a rollback does not remove, such as rows of a
   * MyISAM table. `before` is the schema before the first statement.
   */
  writesWithoutRollback(texts: readonly string[], before: SchemaState): Promise<readonly boolean[]>
}

/** A connection to a database. After the connection is lost, every statement throws `database.lost`. */
export interface DatabaseSession {
  readonly dialect: DialectName
  /**
   * The server's number for this connection (process id or connection id), with the start time of the connection. The start time
   * makes the value unique, because servers reuse the numbers.
   */
  readonly backend: string
  readonly version: ServerVersion
  /** The address of the database for messages: `host:port/database`. */
  readonly where: string
  /**
   * The name of the database that the session was opened on. The name stays the same when a statement makes another database
   * current.
   */
  readonly database: string
  /** A signal that aborts as soon as the connection is lost. The abort reason is a `database.lost` error. */
  readonly lost: AbortSignal
  /**
   * Executes a statement that the engine wrote. The values are sent separately from the text. In the rows, a BIGINT value is a
   * string, and every other integer is a number.
   */
  query<Row extends object = Record<string, unknown>>(statement: SqlStatement): Promise<readonly Row[]>
  /**
   * Executes a statement of a migration, with values for its placeholders. The text is sent as the file contains it. Throws
   * `statement.*` errors with the location `at`.
   */
  execute(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<StatementResult>
  /**
   * Executes a query of the project that only reads, such as a pending query or a query of a policy. The query runs with the
   * settings of the engine. The settings of the migration file in progress stay unchanged. Throws `statement.*` errors with the
   * location `at`.
   */
  ask(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<StatementResult>
  /**
   * Sends statements before the server has answered the previous statements. The field is absent if the server continues a
   * transaction after a failed statement.
   */
  readonly pipeline?: StatementPipeline
  /**
   * Begins a transaction with these time limits, in one round trip if the server allows this. On PostgreSQL, an absent limit has
   * the value from the last call of `limit`.
   */
  begin(limits?: StatementTimeLimits, isolation?: TransactionIsolation): Promise<void>
  /** Begins a read-only transaction under the current time limits. `rollback` ends the transaction. */
  beginReading(): Promise<void>
  /**
   * Excludes at least the read-only transactions of this session from the server's statistics about the use of objects. Returns
   * false if the user does not have the privilege.
   */
  hideReads(): Promise<boolean>
  /** True after `hideReads` has returned true. */
  readonly hidesReads: boolean
  /**
   * Returns true while no statement has committed the transaction that `begin` started. On MySQL and MariaDB a DDL statement
   * commits the transaction implicitly. The result stays true after the server has rolled the transaction back, because no change
   * of the transaction remains.
   */
  intact(): Promise<boolean>
  /**
   * Commits the transaction. Throws an error if the server rolls the transaction back instead, or, on MySQL and MariaDB, if a
   * statement has already committed it. If a deferred constraint fails at the commit, the error has the location `at`.
   */
  commit(at?: SourceLocation): Promise<void>
  rollback(): Promise<void>
  /**
   * Sets the time limits of the session. The limits apply until the next call, and on MySQL and MariaDB only until the next
   * `begin`.
   */
  limit(limits: StatementTimeLimits): Promise<void>
  /**
   * Removes everything that a migration file created in the session: settings, temporary tables, prepared statements, cursors and
   * locks. The caller calls `reset` at the end of the file, also after a failure, but not while a failed transaction is open.
   */
  reset(): Promise<void>
  /**
   * Tells the server to end this session when no statement runs and no data has arrived for `ms` milliseconds. When the session
   * ends, the server rolls the transaction back and releases the locks. `touch` restarts the period.
   */
  endWhenSilent(ms: number): Promise<void>
  /**
   * Sends data to the server unless a statement is running, so that the period of `endWhenSilent` restarts. No statement can
   * observe the call.
   */
  touch(): Promise<void>
  /** Cancels the statement that this session is running. The request uses a second connection. */
  cancel(): Promise<void>
  close(): Promise<void>
}

/**
 * Sends statements of an open transaction before the server has answered the previous statements. The server executes the
 * statements in order.
 */
export interface StatementPipeline {
  /**
   * Returns false for a statement that must be sent alone. Such a statement can change the session, end the transaction or read
   * data from this process.
   */
  accepts(text: string, at: SourceLocation): boolean
  /**
   * Sends a statement without waiting for earlier results. The server refuses the statement if an earlier statement of the
   * transaction has failed.
   */
  execute(text: string, at: SourceLocation): Promise<StatementResult>
}

export interface SourceLocation {
  readonly file: string
  readonly line: number
}

export interface ServerVersion {
  readonly text: string
  readonly major: number
  readonly minor: number
  /**
   * The setting `lower_case_table_names` of MySQL and MariaDB. The field is absent if the setting is 0, because the server then
   * preserves the capital letters of table names.
   */
  readonly lowerCaseTableNames?: number
}

export interface StatementResult {
  /**
   * The rows of the result, with the values as the driver returns them. The list is empty for a statement that returns no rows.
   */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly columns: readonly string[]
  /** The number of rows that the statement wrote. */
  readonly affected: number
  /** The first AUTO_INCREMENT value that the statement generated, on MySQL and MariaDB. */
  readonly insertId?: number
}

/** The isolation level of a transaction whose writes must not wait for locks on rows that the writes do not change. */
export type TransactionIsolation = 'read committed'

/**
 * Time limits of statements and of lock waits. The value 0 means no limit. If `lockTimeoutMs` is absent, the server's setting
 * applies. If `statementTimeoutMs` is absent, statements have no limit.
 */
export interface StatementTimeLimits {
  readonly lockTimeoutMs?: number
  readonly statementTimeoutMs?: number
}

/** The lock that allows only one run at a time for a project. The session that executes the statements holds the lock. */
export interface RunLock {
  /** Tries once to acquire the lock of the project, without waiting. The server releases the lock at the end of the session. */
  acquire(session: DatabaseSession, key: RunLockKey): Promise<boolean>
  release(session: DatabaseSession, key: RunLockKey): Promise<void>
  /** Returns the session that holds the lock, or undefined if the lock is free. Any session can call this function. */
  holder(session: DatabaseSession, key: RunLockKey): Promise<LockHolder | undefined>
  /**
   * Returns true when the server connection of this session still holds the lock. Behind a transaction pooler, the result becomes
   * false as soon as another client receives the server connection.
   */
  isHeldBy(session: DatabaseSession, key: RunLockKey): Promise<boolean>
}

export interface RunLockKey {
  readonly project: string
}

export interface LockHolder {
  readonly backend: string
  /** The session that holds the lock, as text. Example: `interphase contract on host-3, from 10.0.0.7, for 12 s`. */
  readonly says: string
}

/** Finds and terminates other sessions on the server. */
export interface ServerSessions {
  /**
   * Returns the identifier of the server connection that executes the statements of this session now. The identifier changes only
   * behind a transaction pooler.
   */
  current(session: DatabaseSession): Promise<string>
  /** Returns the session that is running a statement with this comment, or undefined if there is none. */
  running(session: DatabaseSession, tag: string): Promise<LockHolder | undefined>
  alive(session: DatabaseSession, backend: string): Promise<boolean>
  /**
   * Asks the server to terminate another session. The session can end some time later, so the caller calls `alive` until the
   * result is false.
   */
  end(session: DatabaseSession, backend: string): Promise<void>
  /**
   * Returns the sessions that block another session now, one line for each blocking session. On MySQL and MariaDB, the list is
   * empty if the user does not have the privilege to see other sessions.
   */
  blockersOf(session: DatabaseSession, backend: string): Promise<readonly string[]>
}

export type CatalogReadScope = 'whole' | readonly SchemaGroupKey[]

/** Reads the schema, the rows and the sizes of a database. */
export interface CatalogReader {
  /** Drops an invalid index that an interrupted CREATE INDEX CONCURRENTLY created. Drops nothing else. */
  dropInvalidIndex(session: DatabaseSession, leftover: IndexObject): Promise<void>
  /** Reads the given groups of schema objects, or all groups. The result never contains the ledger's tables (`interphase_…`). */
  read(session: DatabaseSession, scope: CatalogReadScope, options?: CatalogReadOptions): Promise<CatalogReading>
  /**
   * Lists the other schemas of the database with their owners and contents, on PostgreSQL. The list contains neither the current
   * schema of the connection nor the given schemas.
   */
  otherSchemas(session: DatabaseSession, schemas: readonly string[]): Promise<readonly NeighbourObject[]>
  /** Reads all rows of a table, for small tables only. Each value is a text or null, in the order of `columns`. */
  rows(session: DatabaseSession, table: TableObject, columns: readonly string[]): Promise<readonly (readonly (string | null)[])[]>
  /** Counts the rows of a table, and adds up the lengths of their values, in characters or in bytes. */
  volume(session: DatabaseSession, table: TableObject, columns: readonly string[]): Promise<RowVolume>
  /** Reads the sizes of tables from the server's statistics. The result omits tables that do not exist. */
  sizes(session: DatabaseSession, tables: readonly string[]): Promise<TableSizesByName>
}

export interface CatalogReadOptions {
  /**
   * False omits the identifiers of objects if the server computes them slowly. A guard compares only schemas, so a guard needs no
   * identifiers.
   */
  readonly identities?: boolean
  /** PostgreSQL: the schemas to read besides the current one, if the scope is 'whole'. Default: all schemas. */
  readonly schemas?: readonly string[]
}

/** The size of all rows of a table: the number of rows, and the sum of the lengths of their values. */
export interface RowVolume {
  readonly rows: number
  readonly characters: number
}

export interface CatalogReading {
  readonly state: SchemaState
  readonly identities: ServerIdsOfObjects
  /** Sentences about the reading, such as about a part of the schema that the reader could not read. */
  readonly remarks: readonly string[]
}

/**
 * Observes a migration on a shadow database: the objects that the migration touches, and the locks and the work of each
 * statement.
 */
export interface MigrationObserver {
  /**
   * Starts the observation before the first statement. If the migration runs in a transaction, the observation starts inside the
   * transaction. `priced` contains the tables that running code knows. Without `priced`, the observer determines no prices.
   * `last` is the previous observation, which saves one query if only catalog queries ran since then.
   */
  start(session: DatabaseSession, priced?: ReadonlySet<string>, last?: RunningObservation): Promise<RunningObservation>
  /**
   * Returns true when the observer can run this statement in a transaction of its own if no transaction is open. The observer
   * then determines the price as for a statement of a SQL file.
   */
  canRunInOwnTransaction(text: string): Promise<boolean>
  /**
   * Returns true for a statement that only sets session variables to fixed values. The observer skips such a statement, because the
   * statement touches no object and no row. A dump of MySQL or MariaDB contains many such statements.
   */
  setsSessionOnly(text: string): Promise<boolean>
  /**
   * Returns the columns that the statements read, as their texts show them. A written table counts as read as a whole. Returns
   * undefined if the texts do not show the columns, for example because of a routine, a view, a trigger or `SELECT *`.
   */
  reads(statements: readonly string[], before: CatalogReading, writes: readonly RowWrite[]): Promise<ReadColumnsByTable | undefined>
}

/** One observation of a migration, from its start to its result. */
export interface RunningObservation {
  /**
   * Measures prices, if the observer determines them. On PostgreSQL, reads the price of the previous statement from its locks. On
   * MySQL and MariaDB, determines the price of the next statement. The caller calls this function before each statement of the
   * migration.
   */
  beforeStatement(text: string, at: SourceLocation): Promise<void>
  /**
   * Reads the price of a statement that ran in a transaction of its own (PostgreSQL). The caller calls this function after the
   * statement and before the end of the transaction.
   */
  afterStatementAlone(): Promise<void>
  /**
   * Ends the observation and returns the result. The caller calls this function after the last statement and before the commit.
   * `before` is the schema before the first statement. `inner` contains SQL texts that the statements executed and do not
   * contain.
   */
  finish(statements: readonly string[], before: CatalogReading, inner?: readonly string[]): Promise<MigrationObservation>
}

export interface MigrationObservation {
  /**
   * The keys of the groups of schema objects that the statements can have read, written, changed, created or dropped. The value
   * 'all' means that the groups are unknown.
   */
  readonly touched: readonly SchemaGroupKey[] | 'all'
  /** True when the schema can also have changed in other groups. The caller must then read the whole schema again. */
  readonly mayChangeOtherGroups?: true
  /** True when a statement can have written rows. The value is also true if the statement then wrote none. */
  readonly wrote: boolean
  /** The writes of rows, including those of DDL statements that change or lose existing values. */
  readonly writes: readonly RowWrite[]
  /** The existing sequences whose values the statements set. For an identity column, the list contains the id of the column. */
  readonly sets?: readonly SchemaObjectId[]
  /** The existing objects on which the statements revoked privileges. */
  readonly revokes?: readonly RevokedPrivileges[]
  /** One price for each statement that `beforeStatement` received. The list is empty if the observer determines no prices. */
  readonly prices: readonly StatementPrice[]
  /** The renames that the statements contain. The field is present for servers that assign objects no lasting identifiers. */
  readonly renames?: RenamedObjectIds
}

/** Detects statements that touch database objects outside the project. */
export interface OutsideObjectCheck {
  named(text: string): Promise<readonly ObjectNamedByStatement[]>
  find(session: DatabaseSession, named: readonly ObjectNamedByStatement[]): Promise<readonly ObjectThatNameResolvesTo[]>
  executed(session: DatabaseSession, text: string, inTransaction: boolean): Promise<ExecutedSqlTexts>
  /**
   * Returns true if a statement runs a block or a routine that contains a statement that writes rows, even in a branch that is not
   * executed. `inner` contains the SQL texts that the statement executes, and `earlier` the statements that the migration has sent
   * before. `known` is the planned state.
   */
  writesInBodies(text: string, inner: readonly string[], earlier: readonly string[], known: SchemaState): Promise<boolean>
  /** Finds the existing objects that a statement drops or redefines without the possibility of a rollback. */
  redefined(statement: StatementToSend): Promise<RedefinitionsWithoutRollback>
  /**
   * Returns the refusal of a statement after which a temporary table and a permanent table have the same name. Later statements of
   * the session would use the temporary table. The result is always undefined on PostgreSQL.
   */
  refusalInDatabase(session: DatabaseSession, text: string): Promise<StatementRefusal | undefined>
  /** Lists the database objects outside these groups. The list is empty if `listOutsideChanges` cannot check the objects. */
  listOutsideObjects(session: DatabaseSession, own: ReadonlySet<SchemaGroupKey>): Promise<readonly ObjectOutsideProject[]>
  /**
   * Lists the changes that the open transaction made to objects outside the project or to the server, one line for each change.
   */
  listOutsideChanges(session: DatabaseSession, objects: readonly ObjectOutsideProject[]): Promise<readonly string[]>
}

/** Runs function migrations on the engine's session. The functions receive the session as Sequelize's QueryInterface. */
export interface FunctionMigrationRunner {
  /**
   * Runs the function of a migration on the session, and returns the number of rows written. Every statement passes through
   * `session.execute`. When `inTransaction` is true, BEGIN and COMMIT become savepoints. Methods that drop every table or type
   * throw `migration.destructive-method`. A statement without `await` throws `migration.unawaited`.
   */
  run(session: DatabaseSession, call: FunctionMigrationCall): Promise<number>
  /** Runs the code of one batch in the open transaction, by the rules of `run`. The code receives no QueryInterface. */
  runBatchCode(session: DatabaseSession, call: BatchCodeCall): Promise<number>
}

/** The parameters for one execution of the code of a batch. */
export interface BatchCodeCall extends Pick<FunctionMigrationCall, 'file' | 'path' | 'signal' | 'onStatement' | 'abandoned'> {
  readonly body: (send: SendSql) => Promise<unknown>
}

/** Sends one statement with its values, and returns its rows. */
export type SendSql = (statement: SqlStatement) => Promise<StatementResult['rows']>

export interface FunctionMigrationCall {
  readonly file: string
  /** The absolute path of the migration file. */
  readonly path: string
  readonly inTransaction: boolean
  /** The time limits for statements of the function outside a transaction. */
  readonly limits?: StatementTimeLimits
  readonly signal: AbortSignal
  readonly body: (context: FunctionContext) => Promise<unknown>
  /**
   * The engine calls this function before each statement is sent. If this function throws an error, the statement is not sent.
   */
  readonly onStatement: (text: string, at: SourceLocation) => unknown
  /**
   * The engine calls this function with a sentence about a Sequelize method that did something else than its documentation states.
   * The sentence contains the location.
   */
  readonly onRemark: (says: string) => void
  /**
   * Returns a promise that rejects when the run stops waiting for the migration function. `isBusy` returns true while a statement
   * of the migration function is running.
   */
  readonly abandoned?: (isBusy: () => boolean) => Promise<never>
}

/** The argument that a function migration receives. The public module `interphase` adds the types of Sequelize. */
export interface FunctionContext {
  readonly dialect: DialectName
  readonly queryInterface: unknown
  readonly Sequelize: unknown
  /** Executes one statement, with values for its placeholders: `$1` on PostgreSQL, `?` on MySQL and MariaDB. */
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>
  readonly signal: AbortSignal
}

export interface ScratchServerOptions {
  /**
   * The URL of a server on which the engine can create databases. Without a URL, the engine uses the embedded server for
   * PostgreSQL, and has no server for MySQL and MariaDB.
   */
  readonly url?: string
  readonly tls?: TlsSettings
  /**
   * The directory for files that remain when the process ends: the embedded PostgreSQL with its databases, and the kept schemas of
   * MySQL and MariaDB.
   */
  readonly cacheDirectory: string
}

/**
 * A server on which `record` and `rehearse` execute releases. The names of all databases that the engine creates have the
 * engine's prefix. The engine changes no other database of the server.
 */
export interface ScratchServer {
  readonly version: ServerVersion
  /**
   * True when only the engine uses the server, and the databases of the server remain after the run. The next recording can then
   * reuse the databases.
   */
  readonly lasting: boolean
  /**
   * Creates an empty database of this name, and replaces an existing database of the same name. The name consists of letters,
   * digits and underscores.
   */
  create(name: string): Promise<DatabaseAddress>
  /**
   * Copies a database with its schema, rows and counters. The caller closes all sessions on the original database before the
   * copy.
   */
  copy(from: string, to: string): Promise<DatabaseAddress>
  has(name: string): Promise<boolean>
  /** Returns the address of the scratch database of this name. */
  target(name: string): Promise<DatabaseAddress>
  drop(name: string): Promise<void>
  /**
   * Lists the scratch databases of this run and of crashed runs. The list omits the databases of other active runs, and databases
   * that `keep` has kept.
   */
  leftovers(): Promise<readonly string[]>
  /**
   * Keeps a database after this run, under another name. The caller closes all sessions on the database first. An embedded server
   * then runs until the end of the next run that uses the server.
   */
  keep(name: string): Promise<KeptScratchDatabase>
  /** Keeps schemas for the next run. Present only for a server whose databases do not outlive the run. */
  readonly definitions?: KeptScratchDefinitions
  /** Stops the server if this process started the server and `keep` has kept no database. Drops no database. */
  close(): Promise<void>
}

/** Keeps the schema of one scratch database in a file of the cache directory. */
export interface KeptScratchDefinitions {
  /**
   * Keeps the schema of a database under the name `as`, and replaces a schema that has this name. Keeps nothing if the database has
   * rows.
   */
  keep(name: string, as: string): Promise<void>
  /**
   * Creates the database `name` with the schema that was kept under the name `from`. Returns undefined if no schema has this name,
   * or if the server refuses the schema. The caller must compare the result with the expected schema.
   */
  restore(from: string, name: string): Promise<DatabaseAddress | undefined>
}

export interface KeptScratchDatabase {
  readonly target: DatabaseAddress
  readonly database: string
  /** One sentence that states how long the kept database exists and how it is dropped. */
  readonly until: string
}
