import type { StatementPrice } from '../effect/price.ts'
import type { PrivilegeRevocation } from '../effect/revoke.ts'
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
import type { DataStepToDerive, DerivedDataStepStatement, ReasonDeclarationDoesNotFitSchema } from './derive.ts'
import type { FleetSessionReader } from './fleet.ts'
import type { SqlFilePurpose, StatementRefusal } from './judgement.ts'
import type { MissingPrerequisite } from './lack.ts'
import type { KeyRangeWalker } from './ranges.ts'
import type { RoutineOrTriggerBody, SessionStateUse } from './session-use.ts'
import type { GateQueries, ServerLoadSignalReader } from './signals.ts'
import type { SqlStatement } from './sql.ts'
import type { SqlScript } from './statement.ts'
import type { ObjectUsageReader } from './usage.ts'

/** The operations of a database server that the engine uses. A caller receives only the operations that the caller needs. */
export interface Dialect {
  readonly name: DialectName
  readonly files: SqlFileAnalyzer
  readonly runLock: RunLock
  readonly catalog: CatalogReader
  readonly observer: MigrationObserver
  readonly processes: ServerSessionController
  readonly functions: FunctionMigrationRunner
  readonly border: OutsideObjectDetector
  /** The reader that divides the rows of a table into ranges of a key, for data steps in batches. */
  readonly ranges: KeyRangeWalker
  /** Derives the statements of a declared data step from its declaration. `state` is the schema in which the data step begins. */
  readonly derive: (step: DataStepToDerive, state: SchemaState) => DerivedDataStepStatement | ReasonDeclarationDoesNotFitSchema
  readonly signals: ServerLoadSignalReader
  readonly fleet: FleetSessionReader
  readonly gates: GateQueries
  readonly usage: ObjectUsageReader
  /**
   * The options at the end of each CREATE TABLE statement of the ledger. On MySQL and MariaDB the options are the binary
   * collation and the engine. On PostgreSQL the options are empty.
   */
  readonly ledgerTableOptions: SqlStatement
  /** The type of a ledger column for long texts. Such a text can contain one line for each of ten thousand tables. */
  readonly ledgerText: SqlStatement
  /**
   * The lock clause at the end of the query for the epoch, the number of the last run. The query is part of each write to the
   * ledger, and its row lock keeps the epoch unchanged until the transaction ends. The clause is empty on MySQL and MariaDB,
   * where a query inside a write always locks.
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
   * Returns true when a table with the given name exists in the default schema. The query does not read `information_schema`,
   * because `information_schema` shows only tables for which the user has privileges. The engine would then report an existing
   * ledger as missing. Throws `database.privilege` when the server refuses the query.
   */
  hasTable(session: DatabaseSession, name: string): Promise<boolean>
  /**
   * Finds ledgers of the project in other schemas of the same database. If the URL sets the search path, the function searches
   * only the schemas of this path. The field is absent for servers on which a database has only one schema.
   */
  readonly otherLedgers?: (session: DatabaseSession, project: string) => Promise<LedgersInOtherSchemas>
  /** Returns true when an existing table has a column with the given name. */
  hasColumn(session: DatabaseSession, table: string, column: string): Promise<boolean>
  /**
   * Returns the object that a failed statement needed and that the server does not have, such as a role or an extension. Returns
   * undefined if the error has another cause, or if the engine does not recognise the object.
   */
  missingPrerequisite(error: InterphaseError): MissingPrerequisite | undefined
  /**
   * Returns a sentence with better options for the dump tool, if the present options of the dump tool caused the error. `text` is
   * the text of the dump. Returns undefined for every other error.
   */
  dumpHint(error: InterphaseError, text: string): string | undefined
  /**
   * Returns the reason why the database refuses writes, for example that the server is a standby. Returns undefined if the
   * database accepts writes.
   */
  readOnlyReason(session: DatabaseSession): Promise<string | undefined>
  /** Returns true when the server refused a write because the write would store NULL in the NOT NULL column `column`. */
  isNullRefused(error: unknown, column: string): boolean
  /**
   * Reads the default collation of the database. The field is absent for servers on which the default collation does not change
   * the result of a migration.
   */
  readonly defaultCollation?: (session: DatabaseSession) => Promise<string>
  /**
   * Prepares a statement in the session under a name, which is a plain word. The statement `EXECUTE <name>` then executes the
   * prepared statement.
   */
  prepare(session: DatabaseSession, name: string, text: string, at: SourceLocation): Promise<void>
  /**
   * Returns true if a statement names a table with a capital letter. The field is absent if the server has no setting that
   * changes the case of table names.
   */
  readonly namesCapitals?: (text: string) => boolean
  /**
   * Opens one connection to a database. Throws `database.*` errors. The messages of these errors contain host, port and user, and
   * never the password.
   */
  open(target: DatabaseConnectionSettings): Promise<DatabaseSession>
  /**
   * Returns a function that compares two expressions, because two major versions of PostgreSQL can print the same expression
   * differently. Returns undefined if the two versions print every expression alike, and always on MySQL and MariaDB.
   */
  expressionComparer(one: number, other: number): Promise<IsSameExpression | undefined>
  /** Opens a server on which the engine creates shadow databases. Throws `record.no-server` if no server is available. */
  scratch(options: ScratchServerOptions): Promise<ScratchServer>
}

/**
 * A schema that contains a ledger. The fields are the name of the schema in SQL, and the URL parameter that makes this schema the
 * current schema.
 */
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

/** The settings of a connection: the URL of the database, its TLS settings and its options. */
export interface DatabaseConnectionSettings {
  readonly url: string
  /** The application name that the server shows for the connection of the engine. */
  readonly purpose: string
  readonly tls?: TlsSettings
  readonly connectTimeoutMs?: number
  /**
   * True if the engine works in the current schema of the connection. Opening then throws `database.no-schema` if the connection
   * has no current schema.
   */
  readonly needsSchema?: boolean
}

export interface TlsSettings {
  /** The use of TLS. 'require' encrypts the connection. 'verify' also checks the server's certificate and host name. */
  readonly mode: 'off' | 'require' | 'verify'
  /**
   * The paths of PEM files for an encrypted connection: the certificate authority, the client's certificate and the client's key.
   */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** Splits the texts of SQL files into statements, and analyses the statements without a connection to a server. */
export interface SqlFileAnalyzer {
  /**
   * Splits a migration file into statements by the rules of the server's own client. `purpose` is the purpose of the file: a
   * migration or a set-up file. Throws `sql.syntax`, with the position of the error if the engine has the server's grammar.
   * Throws `statement.refused` for a statement that is not allowed in a file of this purpose.
   */
  script(sql: SqlText, transaction: 'auto' | 'off', purpose?: SqlFilePurpose): Promise<SqlScript>
  /**
   * Throws `statement.refused` if a text that belongs to no file contains a forbidden statement. The function accepts a text that
   * the parser rejects, because the server reports its error.
   */
  judge(sql: SqlText, line?: number): Promise<void>
  /**
   * Returns true if the text of a statement itself writes rows. The function does not read the bodies of called routines. The
   * result is false for a text that the parser rejects.
   */
  writesRows(text: string): Promise<boolean>
  /**
   * Finds statements that rely on a fact that the migration file does not state. For example, `INSERT … SELECT *` relies on the
   * columns of a table. On PostgreSQL, throws `sql.syntax` for a text that the parser rejects.
   */
  fragileUses(sql: SqlText): Promise<FragileStatementsOfFile>
  /**
   * Returns, for each statement, the session state that the statement creates for later statements and needs from earlier
   * statements. `bodies` contains the routines and triggers that the statements can run.
   */
  sessionUses(texts: readonly string[], bodies: readonly RoutineOrTriggerBody[]): Promise<readonly SessionStateUse[]>
  /**
   * Returns one value for each statement: true if the statement can write rows that a rollback does not remove, such as rows of a
   * MyISAM table. `before` is the schema before the first statement.
   */
  writesWithoutRollback(texts: readonly string[], before: SchemaState): Promise<readonly boolean[]>
}

/**
 * A connection to a database. After the server or the network has ended the connection, every statement throws `database.lost`.
 */
export interface DatabaseSession {
  readonly dialect: DialectName
  /**
   * The server's number for the connection (process id or connection id), with the start time of the connection. The start time
   * makes the text unique, because servers reuse the numbers.
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
  /** A signal that aborts as soon as the connection to the database is lost. The abort reason is a `database.lost` error. */
  readonly lost: AbortSignal
  /**
   * Executes a statement that the engine wrote. The values are sent separately from the text. In the result rows, a BIGINT value
   * is a string, and every other integer is a number.
   */
  query<Row extends object = Record<string, unknown>>(statement: SqlStatement): Promise<readonly Row[]>
  /**
   * Executes a statement of a migration, with values for its placeholders. The session sends the text as the file contains it.
   * Throws `statement.*` errors with the location `at`.
   */
  execute(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<StatementResult>
  /**
   * Executes a query of the project that only reads, such as a pending query or a query of a policy. The query runs with the
   * settings of the engine, and the settings of the current migration file stay unchanged. Throws `statement.*` errors with the
   * location `at`.
   */
  ask(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<StatementResult>
  /**
   * Sends statements before the server has answered the previous statements. The field is absent for servers that continue a
   * transaction after a failed statement, because the later statements would then still change data.
   */
  readonly pipeline?: StatementPipeline
  /**
   * Begins a transaction with the given time limits, in one round trip if the server allows this. On PostgreSQL, an absent limit
   * has the value from the last call of `limit`.
   */
  begin(limits?: StatementTimeLimits, isolation?: TransactionIsolation): Promise<void>
  /** Begins a read-only transaction under the current time limits of the session. `rollback` ends the transaction. */
  beginReading(): Promise<void>
  /**
   * Makes the server exclude at least the read-only transactions of the session from its statistics about the use of objects.
   * Returns false if the user does not have the privilege.
   */
  hideReads(): Promise<boolean>
  /** True after `hideReads` has returned true, so that the server's statistics do not count read-only transactions. */
  readonly hidesReads: boolean
  /**
   * Returns false if a statement has committed the transaction that `begin` started. On MySQL and MariaDB, a DDL statement
   * commits the transaction implicitly. Returns true in every other case, even after the server has rolled the transaction back,
   * because no change of the transaction remains.
   */
  intact(): Promise<boolean>
  /**
   * Commits the transaction. Throws an error if the server rolls the transaction back instead. On MySQL and MariaDB, also throws
   * an error if a statement has already committed the transaction. If a deferred constraint fails at the commit, the error has
   * the location `at`.
   */
  commit(at?: SourceLocation): Promise<void>
  rollback(): Promise<void>
  /**
   * Sets the time limits of the session. The limits apply until the next call of `limit`. On MySQL and MariaDB, they apply only
   * until the next `begin`.
   */
  limit(limits: StatementTimeLimits): Promise<void>
  /**
   * Removes everything that a migration file created in the session: settings, temporary tables, prepared statements, cursors and
   * locks. The caller calls `reset` at the end of the file, also after a failure, but not while a failed transaction is open.
   */
  reset(): Promise<void>
  /**
   * Tells the server to end the session when no statement runs and no data has arrived for `ms` milliseconds. When the session
   * ends, the server rolls the transaction back and releases the locks. Each call of `touch` starts the period again.
   */
  endWhenSilent(ms: number): Promise<void>
  /**
   * Sends data to the server unless a statement is running, so that the period of `endWhenSilent` starts again. The call has no
   * effect that a statement could see.
   */
  touch(): Promise<void>
  /** Cancels the statement that runs in the session. The cancel request uses a second connection. */
  cancel(): Promise<void>
  close(): Promise<void>
}

/**
 * Sends statements of an open transaction before the server has answered the previous statements. The server executes the
 * statements in order.
 */
export interface StatementPipeline {
  /**
   * Returns false for a statement that the session must send alone. Such a statement can change the session, end the transaction
   * or read data from the Node process.
   */
  accepts(text: string, at: SourceLocation): boolean
  /**
   * Sends a statement without waiting for earlier results. If an earlier statement of the transaction has failed, the server
   * refuses the statement.
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
  /** The number of rows that the statement wrote, as the server reports it. */
  readonly affected: number
  /**
   * The number of rows that an UPDATE found, including the rows whose values it did not change. The field is absent if the server
   * does not report this number separately from `affected`. On PostgreSQL, an UPDATE writes every row that it finds.
   */
  readonly matched?: number
  /** The first AUTO_INCREMENT value that the statement generated, on MySQL and MariaDB. */
  readonly insertId?: number
}

/** The isolation level of a transaction whose writes must not wait for locks on rows that they do not change. */
export type TransactionIsolation = 'read committed'

/**
 * Time limits of statements and of lock waits, in milliseconds. The value 0 means no limit. If `lockTimeoutMs` is absent, the
 * server's setting applies. If `statementTimeoutMs` is absent, statements have no limit.
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
  /**
   * Returns the session that holds the lock of the project, or undefined if the lock is free. Any session can call this function.
   */
  holder(session: DatabaseSession, key: RunLockKey): Promise<ServerSessionDescription | undefined>
  /**
   * Returns true when the server connection of the session still holds the lock of the project. Behind a transaction pooler, the
   * result becomes false as soon as another client receives the server connection.
   */
  isHeldBy(session: DatabaseSession, key: RunLockKey): Promise<boolean>
}

export interface RunLockKey {
  readonly project: string
}

export interface ServerSessionDescription {
  readonly backend: string
  /** The description of the session that holds the lock, such as `interphase contract on host-3, from 10.0.0.7, for 12 s`. */
  readonly says: string
}

/** Finds and terminates other sessions on the server. */
export interface ServerSessionController {
  /**
   * Returns the identifier of the server connection that executes the statements of the session at the moment. The identifier
   * changes only behind a transaction pooler.
   */
  current(session: DatabaseSession): Promise<string>
  /** Returns the session that runs a statement with the comment `tag`, or undefined if no session runs such a statement. */
  running(session: DatabaseSession, tag: string): Promise<ServerSessionDescription | undefined>
  alive(session: DatabaseSession, backend: string): Promise<boolean>
  /**
   * Asks the server to end another session. The session can end some time later, so the caller calls `alive` until the result is
   * false.
   */
  end(session: DatabaseSession, backend: string): Promise<void>
  /**
   * Returns the sessions that block the session `backend` at the moment, one line for each blocking session. On MySQL and
   * MariaDB, the list is empty if the user does not have the privilege to see other sessions.
   */
  blockersOf(session: DatabaseSession, backend: string): Promise<readonly string[]>
}

export type CatalogReadScope = 'whole' | readonly SchemaGroupKey[]

/** Reads the schema, the rows and the sizes of a database. */
export interface CatalogReader {
  /** Drops an invalid index that an interrupted CREATE INDEX CONCURRENTLY left. Does not drop a valid index. */
  dropInvalidIndex(session: DatabaseSession, leftover: IndexObject): Promise<void>
  /** Reads the given groups of schema objects, or all groups. The result never contains the ledger's tables (`interphase_…`). */
  read(session: DatabaseSession, scope: CatalogReadScope, options?: CatalogReadOptions): Promise<CatalogReading>
  /**
   * Lists the other schemas of the database with their owners and contents, on PostgreSQL. The list contains neither the current
   * schema of the connection nor the given schemas.
   */
  otherSchemas(session: DatabaseSession, schemas: readonly string[]): Promise<readonly NeighbourObject[]>
  /**
   * Reads all rows of a table into memory, so the method is for small tables only. Each value is a text or null, in the order of
   * `columns`.
   */
  rows(session: DatabaseSession, table: TableObject, columns: readonly string[]): Promise<readonly (readonly (string | null)[])[]>
  /** Counts the rows of a table, and adds up the lengths of their values, in characters or in bytes. */
  volume(session: DatabaseSession, table: TableObject, columns: readonly string[]): Promise<TableRowVolume>
  /** Reads the sizes of tables from the server's statistics. The result does not contain tables that do not exist. */
  sizes(session: DatabaseSession, tables: readonly string[]): Promise<TableSizesByName>
}

export interface CatalogReadOptions {
  /**
   * False to omit the identifiers of objects on a server that computes the identifiers slowly. For example, a comparison of the
   * live schema with the planned schema needs no identifiers.
   */
  readonly identities?: boolean
  /**
   * The schemas that a reading of all groups includes besides the current schema of the connection, on PostgreSQL. By default, the
   * reading includes all schemas of the database.
   */
  readonly schemas?: readonly string[]
}

/** The size of all rows of a table: the number of rows, and the sum of the lengths of their values. */
export interface TableRowVolume {
  readonly rows: number
  readonly characters: number
}

export interface CatalogReading {
  readonly state: SchemaState
  readonly identities: ServerIdsOfObjects
  /**
   * Sentences for the user about the reading of the schema, for example about a part of the schema that the catalog reader could
   * not read.
   */
  readonly remarks: readonly string[]
}

/**
 * Observes a migration on a shadow database: the objects that the migration touches, and the locks and the work of each
 * statement.
 */
export interface MigrationObserver {
  /**
   * Starts the observation before the first statement of a migration. If the migration runs in a transaction, the observation
   * starts inside the transaction. `priced` contains the tables that running application code knows. Without `priced`, the
   * observer determines no prices. `last` is the previous observation. If only catalog queries ran since then, the observer uses
   * figures of `last` and saves a query.
   */
  start(session: DatabaseSession, priced?: ReadonlySet<string>, last?: RunningMigrationObservation): Promise<RunningMigrationObservation>
  /**
   * Returns true if the caller can execute the statement in a separate transaction when no transaction is open. In a transaction,
   * the observer can determine the price of the statement from its locks.
   */
  canStatementRunInOwnTransaction(text: string): Promise<boolean>
  /**
   * Returns true for a statement that only sets session variables to fixed values. The observer skips such a statement, because
   * the statement touches no object and no row. A dump of MySQL or MariaDB contains many such statements.
   */
  setsSessionOnly(text: string): Promise<boolean>
  /**
   * Returns the columns that the statements read, according to their texts. A table that a statement writes counts as read as a
   * whole. Returns undefined if the texts do not show the columns, for example because of a routine, a view, a trigger or `SELECT
   * *`.
   */
  reads(statements: readonly string[], before: CatalogReading, writes: readonly RowWrite[]): Promise<ReadColumnsByTable | undefined>
}

/** One observation of one migration on a shadow, from its start to its result. */
export interface RunningMigrationObservation {
  /**
   * Measures the price of a statement, if the observer determines prices. A price states which sessions the statement blocks and
   * how long the statement works. On PostgreSQL, the method reads the price of the previous statement from its locks. On MySQL
   * and MariaDB, the method determines the price of the next statement. The caller calls this method before each statement of the
   * migration.
   */
  beforeStatement(text: string, at: SourceLocation): Promise<void>
  /**
   * Reads the price of a statement that ran in a transaction of its own, on PostgreSQL. A price states which sessions the
   * statement blocks and how long the statement works. The caller calls this method after the statement and before the end of the
   * transaction.
   */
  afterStatementAlone(): Promise<void>
  /**
   * Ends the observation of a migration and returns the result. The caller calls this method after the last statement and before
   * the commit. `before` is the schema before the first statement. `inner` contains the SQL texts that the statements executed in
   * addition to their own texts, such as the bodies of routines.
   */
  finish(statements: readonly string[], before: CatalogReading, inner?: readonly string[]): Promise<MigrationObservation>
}

export interface MigrationObservation {
  /**
   * The keys of the groups of schema objects that the statements can have read, written, changed, created or dropped. The value
   * 'all' means that the groups are unknown.
   */
  readonly touched: readonly SchemaGroupKey[] | 'all'
  /**
   * True when the migration can also have changed the schema of groups that `touched` does not contain. The caller must then read
   * the whole schema again.
   */
  readonly mayChangeOtherGroups?: true
  /** True when a statement of the migration can have written rows, even if it wrote none in fact. */
  readonly wrote: boolean
  /** The writes of rows by the migration. The list includes DDL statements that change or lose existing values. */
  readonly writes: readonly RowWrite[]
  /**
   * The existing sequences whose values the statements of the migration set. For an identity column, the list contains the id of
   * the column.
   */
  readonly sets?: readonly SchemaObjectId[]
  /** The existing objects on which the statements of the migration revoked privileges. */
  readonly revokes?: readonly PrivilegeRevocation[]
  /**
   * The prices of the statements that `beforeStatement` received, one price for each statement. A price states which sessions the
   * statement blocks and how long the statement works. The list is empty if the observer determines no prices.
   */
  readonly prices: readonly StatementPrice[]
  /**
   * The renames that the statements of the migration contain. The field is present for servers that assign objects no lasting
   * identifiers.
   */
  readonly renames?: RenamedObjectIds
}

/** Detects statements that touch database objects outside the project. */
export interface OutsideObjectDetector {
  named(text: string): Promise<readonly ObjectNamedByStatement[]>
  find(session: DatabaseSession, named: readonly ObjectNamedByStatement[]): Promise<readonly ObjectThatNameResolvesTo[]>
  executed(session: DatabaseSession, text: string, inTransaction: boolean): Promise<ExecutedSqlTexts>
  /**
   * Returns true if a statement runs a block or a routine whose text writes rows, even in a branch that does not run. `inner`
   * contains the SQL texts that the statement executes, and `earlier` contains the statements that the migration has sent before.
   * `known` is the planned state.
   */
  doRoutineBodiesWriteRows(text: string, inner: readonly string[], earlier: readonly string[], known: SchemaState): Promise<boolean>
  /** Finds the existing objects that a statement drops or redefines without the possibility of a rollback. */
  redefined(statement: StatementToSend): Promise<RedefinitionsWithoutRollback>
  /**
   * Returns the reason to refuse a statement after which a temporary table and a permanent table would have the same name. Later
   * statements of the session would use the temporary table. The result is always undefined on PostgreSQL.
   */
  refusalInDatabase(session: DatabaseSession, text: string): Promise<StatementRefusal | undefined>
  /**
   * Lists the database objects outside the groups in `own`. The caller later passes the list to `listOutsideChanges`. The list is
   * empty if `listOutsideChanges` cannot check the objects.
   */
  listOutsideObjects(session: DatabaseSession, own: ReadonlySet<SchemaGroupKey>): Promise<readonly ObjectOutsideProject[]>
  /**
   * Lists the changes that the open transaction made to objects outside the project or to the server, one line for each change.
   */
  listOutsideChanges(session: DatabaseSession, objects: readonly ObjectOutsideProject[]): Promise<readonly string[]>
}

/** Runs function migrations on the engine's session. The functions receive the session as Sequelize's QueryInterface. */
export interface FunctionMigrationRunner {
  /**
   * Runs the function of a migration on the session, and returns the number of rows written. Every statement of the function
   * passes through `session.execute`. When `inTransaction` is true, BEGIN and COMMIT become savepoints. Methods that drop every
   * table or type throw `migration.destructive-method`. A statement without `await` throws `migration.unawaited`.
   */
  run(session: DatabaseSession, call: FunctionMigrationCall): Promise<number>
  /**
   * Runs the code of one batch in the open transaction, by the same rules as `run`. The code of a batch receives no
   * QueryInterface.
   */
  runBatchCode(session: DatabaseSession, call: BatchCodeCall): Promise<number>
}

/** The parameters for one execution of the code of a batch. */
export interface BatchCodeCall extends Pick<FunctionMigrationCall, 'file' | 'path' | 'signal' | 'onStatement' | 'abandoned'> {
  readonly body: (send: SendSqlOfBatchCode) => Promise<unknown>
}

/** The function that sends one statement with its values, and returns its rows. */
export type SendSqlOfBatchCode = (statement: SqlStatement) => Promise<StatementResult['rows']>

export interface FunctionMigrationCall {
  readonly file: string
  /** The absolute path of the function migration's file. */
  readonly path: string
  readonly inTransaction: boolean
  /** The time limits for statements of the function migration outside a transaction. */
  readonly limits?: StatementTimeLimits
  readonly signal: AbortSignal
  readonly body: (context: FunctionContext) => Promise<unknown>
  /**
   * The function that the engine calls before it sends each statement of the migration. If the function throws an error, the
   * engine does not send the statement.
   */
  readonly onStatement: (text: string, at: SourceLocation) => unknown
  /**
   * The function that receives a sentence about a call of a Sequelize method that did something else than its documentation
   * states. The sentence contains the location of the call.
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
   * The URL of a server on which the engine can create scratch databases. Without a URL, the engine uses the embedded server for
   * PostgreSQL, and has no server for MySQL and MariaDB.
   */
  readonly url?: string
  readonly tls?: TlsSettings
  /**
   * The directory for files that remain when the Node process ends: the embedded PostgreSQL with its databases, and the kept
   * schemas of MySQL and MariaDB.
   */
  readonly cacheDirectory: string
}

/**
 * A server on which `record` and `rehearse` execute releases in scratch databases. The names of all databases that the engine
 * creates have the engine's prefix. The engine changes no other database of the server.
 */
export interface ScratchServer {
  readonly version: ServerVersion
  /**
   * True when only the engine uses the server, and the databases of the server remain after the run. The next recording can then
   * use the databases again.
   */
  readonly lasting: boolean
  /**
   * Creates an empty scratch database with the given name, and replaces an existing database with the same name. The name
   * consists of letters, digits and underscores.
   */
  create(name: string): Promise<DatabaseConnectionSettings>
  /**
   * Copies a scratch database with its schema, rows and counters. The caller closes all sessions on the original database before
   * the copy.
   */
  copy(from: string, to: string): Promise<DatabaseConnectionSettings>
  has(name: string): Promise<boolean>
  /** Returns the address of the scratch database with the given name. */
  target(name: string): Promise<DatabaseConnectionSettings>
  drop(name: string): Promise<void>
  /**
   * Lists the scratch databases of the present run and of crashed runs. The list contains no databases of other active runs, and
   * no databases that `keep` has kept.
   */
  leftovers(): Promise<readonly string[]>
  /**
   * Keeps a scratch database after the run, under another name. The caller closes all sessions on the database first. An embedded
   * server then runs until the end of the next run that uses the server.
   */
  keep(name: string): Promise<KeptScratchDatabase>
  /** Keeps schemas as files for the next run. The field is present only for a server whose databases do not outlive the run. */
  readonly definitions?: ScratchDefinitionStore
  /** Stops the scratch server if the process itself started the server and `keep` has kept no database. Drops no database. */
  close(): Promise<void>
}

/** Stores the schema and the rows of scratch databases in files of the cache directory, and creates databases from them. */
export interface ScratchDefinitionStore {
  /**
   * Stores the schema and the rows of a database under the name `as`, and replaces what is stored under the same name. Stores
   * nothing if the database has too many rows, or rows that an INSERT cannot restore exactly.
   */
  keep(name: string, as: string): Promise<void>
  /**
   * Creates the database `name` with the schema that was stored under the name `from`. Returns undefined if no stored schema has
   * this name, or if the server refuses the schema. The caller must compare the result with the expected schema.
   */
  restore(from: string, name: string): Promise<DatabaseConnectionSettings | undefined>
}

export interface KeptScratchDatabase {
  readonly target: DatabaseConnectionSettings
  readonly database: string
  /** A sentence for the user that states how long the kept database exists and how to drop it. */
  readonly until: string
}
