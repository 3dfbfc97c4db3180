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
  LastingRedefinitions,
  ObjectNamedByStatement,
  ObjectOutsideProject,
  ObjectThatNameResolvesTo,
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

/** Everything that the engine needs from a database server. A caller asks for the narrowest part that it needs. */
export interface Dialect {
  readonly name: DialectName
  readonly files: SqlFileReader
  readonly mutex: RunLock
  readonly catalog: CatalogReader
  readonly observer: MigrationObserver
  readonly processes: ServerSessions
  readonly functions: FunctionMigrationRunner
  readonly border: OutsideObjectCheck
  /** The reader of a table's rows in ranges of a key, for data steps in batches. */
  readonly ranges: KeyRangeWalker
  /** Derives the statements of a declared data step. `state` is the schema in which the data step begins. */
  readonly derive: (step: StepToDerive, state: SchemaState) => DerivedStep | UnfitDeclaration
  readonly signals: ServerSignalReader
  readonly fleet: FleetObserver
  readonly gates: GateQueries
  readonly usage: UsageReader
  /**
   * The options at the end of each CREATE TABLE statement of the ledger: the binary collation and the engine on MySQL and MariaDB,
   * nothing on PostgreSQL.
   */
  readonly ledgerTableOptions: SqlStatement
  /** The column type of the ledger for long texts, such as one line for each of ten thousand tables. */
  readonly ledgerText: SqlStatement
  /**
   * The end of the query with which a write to the ledger reads the epoch. It locks the row, so that the epoch stays the same until
   * the transaction ends.
   */
  readonly epochLock: SqlStatement
  /**
   * True when a statement of a migration can implicitly commit the engine's transaction. A DDL statement of MySQL and MariaDB does,
   * and so does a routine that executes one.
   */
  readonly commitsOnItsWay: boolean
  /** True when the server gives each object an identifier that stays the same as long as the object exists. */
  readonly identitiesLast: boolean
  /**
   * True when a table of this name exists in the default schema. The query avoids `information_schema`, which hides tables that the
   * user may not use: a hidden ledger would look like a missing one. Throws `database.privilege` when the server refuses the query.
   */
  hasTable(session: DatabaseSession, name: string): Promise<boolean>
  /** Finds ledgers of the project in other schemas of the same database. Absent for servers on which a database has only one schema. */
  readonly otherLedgers?: (session: DatabaseSession, project: string) => Promise<LedgersInOtherSchemas>
  /** True when an existing table has a column of this name. */
  hasColumn(session: DatabaseSession, table: string, column: string): Promise<boolean>
  /**
   * Returns the object, such as a role or an extension, that a statement needed and the server does not have. Undefined for an error
   * with another cause.
   */
  missingPrerequisite(error: InterphaseError): MissingPrerequisite | undefined
  /**
   * Returns a sentence with the option of the dump tool that caused the failure of a file with this text. Undefined for every other
   * error.
   */
  dumpHint(error: InterphaseError, text: string): string | undefined
  /** Returns the reason why the database accepts no writes. Undefined if the database accepts writes. */
  readOnlyReason(session: DatabaseSession): Promise<string | undefined>
  /** True when the server refused a write because it would put NULL into this NOT NULL column. */
  isNullRefused(error: unknown, column: string): boolean
  /** Reads the default collation of the database. Absent for servers on which the default does not change the result of a migration. */
  readonly defaultCollation?: (session: DatabaseSession) => Promise<string>
  /** Prepares a statement on the session under a name, which is a plain word. `EXECUTE <name>` then executes the statement. */
  prepare(session: DatabaseSession, name: string, text: string, at: SourceLocation): Promise<void>
  /**
   * True if a statement names a table with a capital letter. Absent if the server has no setting that changes the case of table names.
   */
  readonly namesCapitals?: (text: string) => boolean
  /** Opens one connection. Throws `database.*` errors. Their messages name host, port and user, and never the password. */
  open(target: DatabaseAddress): Promise<DatabaseSession>
  /**
   * Returns a function that compares expressions which two major versions of the server printed. Returns undefined when both versions
   * print expressions alike.
   */
  expressionComparer(one: number, other: number): Promise<IsSameExpression | undefined>
  /** Opens a server on which shadow databases are created. Throws `record.no-server`. */
  scratch(options: ScratchServerOptions): Promise<ScratchServer>
}

/** A schema that contains a ledger: its name in SQL, and the URL parameter that makes it the current schema. */
export interface SchemaWithLedger {
  readonly schema: string
  readonly parameter: string
}

export interface LedgersInOtherSchemas {
  /** The current schema. Absent if no schema of the search path exists. */
  readonly here?: SchemaWithLedger
  readonly there: readonly SchemaWithLedger[]
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
   * Splits a migration file into statements by the rules of the server's own client. Throws `sql.syntax` with the position if the
   * server's grammar is available. Throws `statement.refused` for a statement that is not allowed in a file of this purpose.
   */
  script(sql: SqlText, transaction: 'auto' | 'off', purpose?: SqlFilePurpose): Promise<SqlScript>
  /**
   * Checks that statements which are not part of a file are allowed. Throws `statement.refused`. A text that cannot be parsed is
   * accepted.
   */
  judge(sql: SqlText, line?: number): Promise<void>
  /** True if a statement itself writes rows. The bodies of routines are not read. A text that cannot be parsed writes none. */
  writesRows(text: string): Promise<boolean>
  /**
   * Finds statements that rely on a fact that the migration file does not state, such as the order of columns. Throws `sql.syntax` for
   * a text that cannot be parsed.
   */
  fragileUses(sql: SqlText): Promise<FragileStatementsOfFile>
  /**
   * Returns for each statement what it leaves in the session and what it needs from earlier statements. `bodies` are the routines and
   * triggers that the statements may run.
   */
  sessionUses(texts: readonly string[], bodies: readonly RoutineOrTriggerBody[]): Promise<readonly SessionStateUse[]>
  /**
   * Returns for each statement whether it can write rows that a rollback does not remove, such as those of a MyISAM table. `before` is
   * the schema before the first statement.
   */
  writesWithoutRollback(texts: readonly string[], before: SchemaState): Promise<readonly boolean[]>
}

/** One connection to a database. After the connection is lost, all methods throw `database.lost`. */
export interface DatabaseSession {
  readonly dialect: DialectName
  /**
   * The server's number for this connection (pid or connection id) with its start time. The start time makes the value unique, because
   * servers reuse the numbers.
   */
  readonly backend: string
  readonly version: ServerVersion
  /** The address of the database for messages: `host:port/database`. */
  readonly where: string
  /** The database that the session was opened on. It stays the same when a statement makes another database current. */
  readonly database: string
  /** Aborts as soon as the connection is lost. The reason is a `database.lost` error. */
  readonly lost: AbortSignal
  /**
   * Executes a statement that the engine wrote. Values are sent separately from the text. Numbers are returned as numbers, and bigints
   * as strings.
   */
  query<Row extends object = Record<string, unknown>>(statement: SqlStatement): Promise<readonly Row[]>
  /**
   * Executes a statement that a migration contains, unchanged, with values for its placeholders. Throws `statement.*` errors with the
   * location `at`.
   */
  execute(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<StatementResult>
  /**
   * Executes a query of the project that only reads: a pending query, or a query of a policy. It runs with the settings of the engine, and the
   * migration file in progress keeps its own settings. Throws `statement.*` errors with the location `at`.
   */
  ask(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<StatementResult>
  /**
   * Sends statements before the earlier ones are answered. Absent on a server that executes further statements of a transaction after
   * a failed one.
   */
  readonly ahead?: AheadOfAnswers
  /** Begins a transaction with these time limits, in one round trip if the server allows it. */
  begin(limits?: StatementTimeLimits, isolation?: TransactionIsolation): Promise<void>
  /** Begins a read-only transaction under the current time limits. `rollback` ends the transaction. */
  beginReading(): Promise<void>
  /**
   * Keeps at least the read-only transactions of this session out of the server's statistics about the use of objects, from now on. Returns false
   * if the user may not do this.
   */
  hideReads(): Promise<boolean>
  /** True after a successful call of `hideReads`. */
  readonly hidesReads: boolean
  /**
   * True while no statement has committed the transaction that `begin` started. A DDL statement of MySQL and MariaDB commits it
   * implicitly. The result stays true after the server rolled the transaction back, because then none of its changes remain.
   */
  intact(): Promise<boolean>
  /** Commits the transaction. A deferred constraint that fails at the commit is reported with the location `at`. */
  commit(at?: SourceLocation): Promise<void>
  rollback(): Promise<void>
  /** Sets the time limits for statements outside a transaction, until the next call. */
  limit(limits: StatementTimeLimits): Promise<void>
  /**
   * Removes everything that a migration file left in the session: settings, temporary tables, prepared statements, cursors and locks.
   * Must be called at the end of the file, also after a failure, but not while a failed transaction is open.
   */
  reset(): Promise<void>
  /**
   * Asks the server to end this session when no statement runs and nothing has arrived for `ms` milliseconds. The server then rolls
   * back and releases the locks. `touch` restarts the period.
   */
  endWhenSilent(ms: number): Promise<void>
  /** Shows the server that this process is alive, unless a statement is running. No statement can observe the call. */
  touch(): Promise<void>
  /** Asks the server, over a second connection, to cancel the statement that this session is running. */
  cancel(): Promise<void>
  close(): Promise<void>
}

/** Sends statements of an open transaction before the earlier ones are answered. The server executes them in order. */
export interface AheadOfAnswers {
  /**
   * False for a statement that must be sent alone, because the statement can change the session, end the transaction or need data from
   * this process.
   */
  accepts(text: string, at: SourceLocation): boolean
  /** Sends a statement that can be sent ahead. The server refuses it after an earlier statement of the transaction has failed. */
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
  /** The setting `lower_case_table_names` of MySQL and MariaDB. Absent if it is 0, which keeps the capital letters of table names. */
  readonly lowerCaseTableNames?: number
}

export interface StatementResult {
  /** The rows of the result, with the values as the driver returns them. Empty for a statement that returns no rows. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly columns: readonly string[]
  /** The number of rows that the statement wrote. */
  readonly affected: number
  /** The first AUTO_INCREMENT value that the statement generated (MySQL and MariaDB). */
  readonly insertId?: number
}

/** The isolation level of a transaction whose writes must not wait for rows that they do not change. */
export type TransactionIsolation = 'read committed'

/** Time limits of statements and locks. An absent limit means the server's setting, and 0 means no limit. */
export interface StatementTimeLimits {
  readonly lockTimeoutMs?: number
  readonly statementTimeoutMs?: number
}

/** The lock that allows only one run at a time for a project. The session that executes the statements holds the lock. */
export interface RunLock {
  /** Tries once to take the lock of the project, without waiting. The lock ends with the session. */
  take(session: DatabaseSession, key: RunLockKey): Promise<boolean>
  give(session: DatabaseSession, key: RunLockKey): Promise<void>
  /** Returns the current holder of the lock. Any session can ask. */
  holder(session: DatabaseSession, key: RunLockKey): Promise<LockHolder | undefined>
  /**
   * True when the server connection of this session still holds the lock. The answer becomes false behind a transaction pooler, as
   * soon as another client gets the server connection.
   */
  stillMine(session: DatabaseSession, key: RunLockKey): Promise<boolean>
}

export interface RunLockKey {
  readonly project: string
}

export interface LockHolder {
  readonly backend: string
  /** The holder of the lock as text: `interphase contract on host-3, from 10.0.0.7, for 12 s`. */
  readonly says: string
}

/** Finds and ends other sessions of the same database. */
export interface ServerSessions {
  /** The identifier of the server connection that answers this session now. The identifier changes only behind a transaction pooler. */
  current(session: DatabaseSession): Promise<string>
  /** Finds the session that is running a statement which contains this comment. */
  running(session: DatabaseSession, tag: string): Promise<LockHolder | undefined>
  alive(session: DatabaseSession, backend: string): Promise<boolean>
  /** Asks the server to end another session. The session may end some time later, so the caller calls `alive` until the answer is false. */
  end(session: DatabaseSession, backend: string): Promise<void>
  /** Lists the sessions that block another session now, one line each. */
  blockersOf(session: DatabaseSession, backend: string): Promise<readonly string[]>
}

export type CatalogReadScope = 'whole' | readonly SchemaGroupKey[]

/** Reads the schema, the rows and the sizes of a database. */
export interface CatalogReader {
  /** Drops an invalid index that an interrupted CREATE INDEX CONCURRENTLY left behind, and nothing else. */
  sweep(session: DatabaseSession, leftover: IndexObject): Promise<void>
  /** Reads the given groups of schema objects, or all groups. The ledger's tables (`interphase_…`) are never included. */
  read(session: DatabaseSession, scope: CatalogReadScope, options?: CatalogReadOptions): Promise<CatalogReading>
  /**
   * Lists the other schemas of the database with their owners and contents (PostgreSQL). The connection's own schema and the given
   * schemas are left out.
   */
  otherSchemas(session: DatabaseSession, schemas: readonly string[]): Promise<readonly NeighbourObject[]>
  /** Reads all rows of a table, with each value as text or null, in the order of `columns`. For small tables only. */
  rows(session: DatabaseSession, table: TableObject, columns: readonly string[]): Promise<readonly (readonly (string | null)[])[]>
  /** Counts the rows of a table, and adds up the lengths of their values, in characters or bytes. */
  volume(session: DatabaseSession, table: TableObject, columns: readonly string[]): Promise<RowVolume>
  /** Reads the sizes of tables from the server's statistics. Missing tables are left out. */
  sizes(session: DatabaseSession, tables: readonly string[]): Promise<TableSizesByName>
}

export interface CatalogReadOptions {
  /**
   * False leaves out the identifiers of objects if reading them is expensive. A guard compares only schemas, so it needs no
   * identifiers.
   */
  readonly identities?: boolean
  /** PostgreSQL: the additional schemas to read completely. Default: all schemas. */
  readonly schemas?: readonly string[]
}

/** How much a reading of all rows of a table returns. */
export interface RowVolume {
  readonly rows: number
  readonly characters: number
}

export interface CatalogReading {
  readonly state: SchemaState
  readonly identities: ServerIdsOfObjects
  /** The parts of the schema that could not be read or represented, as one sentence each. */
  readonly remarks: readonly string[]
}

/** Observes on a shadow database which objects a migration touches, and which locks and work each statement costs. */
export interface MigrationObserver {
  /**
   * Starts the observation before the first statement, inside the transaction if there is one. `priced` are the tables that running
   * code knows; without them, no prices are determined. `last` is the previous observation. It saves a read if nothing but the catalog
   * was read since then.
   */
  start(session: DatabaseSession, priced?: ReadonlySet<string>, last?: RunningObservation): Promise<RunningObservation>
  /**
   * True when the observer can run this statement in a transaction of its own if none is open. The price is then determined as for a
   * SQL file.
   */
  standsAlone(text: string): Promise<boolean>
  /**
   * True for a statement that sets session variables to fixed values. It touches no object and no row, so it is not observed. Half of the
   * statements of a dump are such statements.
   */
  setsSessionOnly(text: string): Promise<boolean>
  /**
   * Returns the rows that the statements read, as far as their texts show. Undefined if the texts do not show it, because of a
   * routine, a view or `SELECT *`.
   */
  reads(statements: readonly string[], before: CatalogReading, writes: readonly RowWrite[]): Promise<ReadColumnsByTable | undefined>
}

/** One observation of a migration, from its start to its result. */
export interface RunningObservation {
  /**
   * Must be called before each statement of the migration. Reads facts that the server shows only between two statements, such as locks.
   */
  beforeStatement(text: string, at: SourceLocation): Promise<void>
  /** Must be called after a statement in a transaction of its own, before that transaction ends. */
  afterStatementAlone(): Promise<void>
  /**
   * Ends the observation. Must be called after the last statement, before the commit. `before` is the schema in which the statements
   * began. `inner` are SQL texts that the statements executed without containing them.
   */
  seen(statements: readonly string[], before: CatalogReading, inner?: readonly string[]): Promise<MigrationObservation>
}

export interface MigrationObservation {
  /**
   * The groups of schema objects that the statements can have read, written, changed, created or dropped. The value is 'all' when the
   * groups are unknown.
   */
  readonly touched: readonly SchemaGroupKey[] | 'all'
  /** True when the schema may also have changed in other groups. The whole schema must then be read again. */
  readonly isVeiled?: true
  /** True when a statement can have written rows, even if it wrote none. */
  readonly wrote: boolean
  /** The writes to rows, and the conversions of existing values to another type. */
  readonly writes: readonly RowWrite[]
  /** The existing sequences whose value was set. For an identity column, the id of the column is listed. */
  readonly sets?: readonly SchemaObjectId[]
  /** The existing objects on which privileges were taken away. */
  readonly revokes?: readonly RevokedPrivileges[]
  /** One price for each statement that `next` received. The list is empty if no prices are determined. */
  readonly prices: readonly StatementPrice[]
  /** The renames that the statements contain. Present for servers that give objects no lasting identifiers. */
  readonly renames?: RenamedObjectIds
}

/** Detects statements that touch database objects outside the project. */
export interface OutsideObjectCheck {
  named(text: string): Promise<readonly ObjectNamedByStatement[]>
  find(session: DatabaseSession, named: readonly ObjectNamedByStatement[]): Promise<readonly ObjectThatNameResolvesTo[]>
  executed(session: DatabaseSession, text: string, inTransaction: boolean): Promise<ExecutedSqlTexts>
  /**
   * True if a block or a routine that a statement runs writes rows according to its text, also in a branch that does not run. `inner`
   * are the texts that `executed` returned, `earlier` the statements that the migration has sent before, `known` the planned state.
   */
  writesInBodies(text: string, inner: readonly string[], earlier: readonly string[], known: SchemaState): Promise<boolean>
  /** Finds the existing tables that a statement drops or redefines such that no rollback can undo the change. */
  redefined(statement: StatementToSend): Promise<LastingRedefinitions>
  /** Refuses a statement that hides a table of the database from the session. PostgreSQL has no such statement. */
  hides(session: DatabaseSession, text: string): Promise<StatementRefusal | undefined>
  /** Lists the database objects outside these groups. The list is empty if `trespasses` cannot check the objects. */
  strangers(session: DatabaseSession, own: ReadonlySet<SchemaGroupKey>): Promise<readonly ObjectOutsideProject[]>
  /** Lists the changes that the open transaction made to objects outside the project or to the server, one line each. */
  trespasses(session: DatabaseSession, strangers: readonly ObjectOutsideProject[]): Promise<readonly string[]>
}

/** Gives function migrations access to the session, in the form of Sequelize's QueryInterface. */
export interface FunctionMigrationRunner {
  /**
   * Runs the function of a migration on the session. Every statement passes through `session.execute`. BEGIN and COMMIT become
   * savepoints when `inTransaction` is true. Methods that drop every table or type throw `migration.destructive-method`. A statement
   * without `await` throws `migration.unawaited`. Returns the number of rows written.
   */
  run(session: DatabaseSession, call: FunctionMigrationCall): Promise<number>
  /** Runs the code of one batch in the open transaction, by the same rules. The code has no QueryInterface. */
  runBatchCode(session: DatabaseSession, call: BatchCodeCall): Promise<number>
}

/** One call of the code of a batch. */
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
  /** The time limits for the function's statements outside a transaction. */
  readonly limits?: StatementTimeLimits
  readonly signal: AbortSignal
  readonly body: (context: FunctionContext) => Promise<unknown>
  /** Called before each statement is sent. The statement is not sent if the callback throws an error. */
  readonly onStatement: (text: string, at: SourceLocation) => unknown
  /** Called with a sentence about an unexpected effect of a Sequelize method, with its location. */
  readonly onRemark: (says: string) => void
  /** Rejects when the run stops waiting for the function. `isBusy` is true while a statement of the function is running. */
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
  /** The URL of a server on which databases may be created. Without a URL, PostgreSQL uses its embedded server. */
  readonly url?: string
  readonly tls?: TlsSettings
  /** The directory for the embedded server and its template databases. The directory outlives the process. */
  readonly cacheDirectory: string
}

/**
 * A server on which releases are executed for `record` and `rehearse`. All databases on it have the engine's prefix, and no other
 * database is changed.
 */
export interface ScratchServer {
  readonly version: ServerVersion
  /** True when only the engine uses the server and the server outlives the process. The next recording can then reuse its databases. */
  readonly lasting: boolean
  /** Creates an empty database of this name, and replaces an existing one. The name consists of letters, digits and underscores. */
  create(name: string): Promise<DatabaseAddress>
  /** Copies a database with its schema, rows and counters. No session may be connected to the original. */
  copy(from: string, to: string): Promise<DatabaseAddress>
  has(name: string): Promise<boolean>
  /** Returns the address of the scratch database of this name. */
  target(name: string): Promise<DatabaseAddress>
  drop(name: string): Promise<void>
  /** Lists the scratch databases of this run and of crashed runs. The databases of other active runs are left out. */
  leftovers(): Promise<readonly string[]>
  /**
   * Renames a database so that it outlives this run. No session may be connected to it. An embedded server then runs until the next
   * run on it ends.
   */
  keep(name: string): Promise<KeptScratchDatabase>
  /** Present for a server whose databases do not outlive the run. */
  readonly definitions?: KeptScratchDefinitions
  /** Stops the server if this process started the server. Drops no database. */
  close(): Promise<void>
}

/** Keeps the schema of one scratch database in a file of the cache directory. */
export interface KeptScratchDefinitions {
  /** Keeps the schema of a database under the name `as`, in the place of an earlier one. Keeps nothing if the database has rows. */
  keep(name: string, as: string): Promise<void>
  /**
   * Creates the database `name` with the schema that was kept under the name `from`. Returns undefined if there is none, or if the server
   * refuses it. The caller must compare the schema with the expected one.
   */
  restore(from: string, name: string): Promise<DatabaseAddress | undefined>
}

export interface KeptScratchDatabase {
  readonly target: DatabaseAddress
  readonly database: string
  /** One sentence that states how long the kept database exists and how it is dropped. */
  readonly until: string
}
