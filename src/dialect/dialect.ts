import type { Price } from '../effect/price.ts'
import type { RowWrite } from '../effect/row-write.ts'
import type { InterphaseError } from '../error.ts'
import type { TableSizes } from '../plan/estimate.ts'
import type { FragileUses } from '../release/fragile-use.ts'
import type { SqlText } from '../release/migration.ts'
import type { Identities, RenamedIds } from '../schema/difference.ts'
import type { SameExpression } from '../schema/mismatch.ts'
import type { Neighbour } from '../schema/neighbour.ts'
import type { DialectName, GroupKey, IndexObject, ObjectId, TableObject } from '../schema/object.ts'
import type { ReadColumns } from '../schema/reads.ts'
import type { State } from '../schema/state.ts'
import type { ExecutedTexts, FoundObject, NamedObject, Stranger } from './border.ts'
import type { FilePurpose, StatementRefusal } from './judgement.ts'
import type { MissingPrerequisite } from './lack.ts'
import type { RoutineBody, SessionUse } from './session-use.ts'
import type { Sql } from './sql.ts'
import type { Script } from './statement.ts'

/** The interface that every database implements. A caller asks for the narrowest part that it needs. */
export interface Dialect {
  readonly name: DialectName
  readonly files: FileReader
  readonly mutex: Mutex
  readonly catalog: Catalog
  readonly observer: Observer
  readonly processes: Processes
  readonly functions: FunctionHost
  readonly border: Border
  /**
   * The options at the end of each CREATE TABLE statement of the ledger: the binary collation and the engine on MySQL and MariaDB,
   * nothing on PostgreSQL.
   */
  readonly ledgerTableOptions: Sql
  /** The column type for a text with one line for each of ten thousand tables. */
  readonly ledgerText: Sql
  /** Ends the query by which a write to the ledger reads the epoch, and keeps the epoch until the transaction ends. */
  readonly epochLock: Sql
  /**
   * True when a statement of a migration can implicitly commit the engine's transaction: a DDL statement, or a routine that executes
   * one.
   */
  readonly commitsOnItsWay: boolean
  /** True when the server gives each object an identity that stays the same as long as the object exists. */
  readonly identitiesLast: boolean
  /**
   * True when a table of this name exists in the default schema. It does not use `information_schema`, which hides the tables that the
   * user may not use: a hidden ledger would look like a missing one. Throws `database.privilege` when the server does not answer.
   */
  hasTable(session: Session, name: string): Promise<boolean>
  /** The ledgers that other schemas of this database hold of the project, where a database has several. */
  readonly otherLedgers?: (session: Session, project: string) => Promise<OtherLedgers>
  /** True when the table, which exists, has a column of this name. */
  hasColumn(session: Session, table: string, column: string): Promise<boolean>
  /** The missing role, extension or similar because of which a statement failed. Undefined for other errors. */
  missingPrerequisite(error: InterphaseError): MissingPrerequisite | undefined
  /** True when the server refused a write because it puts NULL into this column, which is NOT NULL. */
  isNullRefused(error: unknown, column: string): boolean
  /** The default collation of the database. Present only on servers where it changes the result of a script. */
  readonly defaultCollation?: (session: Session) => Promise<string>
  /** Prepares a statement in the session under this name, which is a plain word. `EXECUTE <name>` then executes it. */
  prepare(session: Session, name: string, text: string, at: SourceLocation): Promise<void>
  /** True if the statement names a table with a capital letter. Absent if no setting of the server changes such names. */
  readonly namesCapitals?: (text: string) => boolean
  /** Opens one connection. Throws `database.*`. The messages name host, port and user, and never the password. */
  open(target: Target): Promise<Session>
  /** Returns a comparison of expressions for these two major versions of the server, or undefined when both print expressions alike. */
  expressionComparer(one: number, other: number): Promise<SameExpression | undefined>
  /** Opens a server for shadows. Throws `record.no-server`. */
  scratch(options: ScratchOptions): Promise<ScratchServer>
}

/** A schema as SQL writes it, and the parameter of a URL that makes it the current one. */
export interface LedgerSchema {
  readonly schema: string
  readonly parameter: string
}

export interface OtherLedgers {
  /** The current schema. Absent if the search path names none that exists. */
  readonly here?: LedgerSchema
  readonly there: readonly LedgerSchema[]
}

/** The address of a database, and the options of the connection. */
export interface Target {
  readonly url: string
  /** The application name or program name that the server shows for the connection. */
  readonly purpose: string
  readonly tls?: Tls
  readonly connectTimeoutMs?: number
}

export interface Tls {
  /** 'require' encrypts, 'verify' also checks the server's certificate and name. */
  readonly mode: 'off' | 'require' | 'verify'
  /** Paths of PEM files. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** Reads the SQL files of a project. */
export interface FileReader {
  /**
   * Splits a file into statements by the rules of the server's own client. Throws `sql.syntax` with the position if the server's
   * grammar is available, and `statement.refused` for a statement that is not allowed in a file of this purpose.
   */
  script(sql: SqlText, transaction: 'auto' | 'off', purpose?: FilePurpose): Promise<Script>
  /** Judges statements that are not part of a file. Throws `statement.refused`. A text that cannot be parsed is accepted. */
  judge(sql: SqlText, line?: number): Promise<void>
  /** Finds the fragile statements: those that rely on a fact that the file does not state. Throws `sql.syntax` as `script` does. */
  fragileUses(sql: SqlText): Promise<FragileUses>
  /**
   * Returns for each statement of a file what it leaves in its session and what it needs there. `bodies` are the routines and triggers
   * that the statements may run.
   */
  sessionUses(texts: readonly string[], bodies: readonly RoutineBody[]): Promise<readonly SessionUse[]>
}

/** One connection to a database. After the connection is lost, all methods throw `database.lost`. */
export interface Session {
  readonly dialect: DialectName
  /**
   * The server's number for this connection (pid or connection id) with a start time. The time makes it unique, because servers reuse
   * the numbers.
   */
  readonly backend: string
  readonly version: ServerVersion
  /** The address for messages: `host:port/database`. */
  readonly where: string
  /** The database that the session was opened on, also after a statement has made another one current. */
  readonly database: string
  /** Aborts as soon as the connection is lost. The reason is a `database.lost` error. */
  readonly lost: AbortSignal
  /**
   * Executes a statement of the engine. Values are sent separately from the text. Numbers are returned as numbers, and bigints as
   * strings.
   */
  query<Row extends object = Record<string, unknown>>(statement: Sql): Promise<readonly Row[]>
  /** Executes a statement of a migration, unchanged, with values for its placeholders. Throws `statement.*` with the location `at`. */
  execute(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<StatementResult>
  /** Begins a transaction with these limits, in one round trip if the server allows it. */
  begin(limits?: TimeLimits): Promise<void>
  /** Begins a read-only transaction under the current limits. `rollback` ends it. */
  beginReading(): Promise<void>
  /**
   * True when the transaction that `begin` started is still open. It is false after a statement of a migration committed it (MySQL and
   * MariaDB). It is also true after the server rolled the transaction back, because then none of its changes remain.
   */
  intact(): Promise<boolean>
  /** Commits the transaction. A violation of a deferred constraint is reported with the location `at`. */
  commit(at?: SourceLocation): Promise<void>
  rollback(): Promise<void>
  /** Sets the limits for statements outside a transaction, until the next call. */
  limit(limits: TimeLimits): Promise<void>
  /**
   * Removes what a migration file left in the session: settings, temporary tables, prepared statements, cursors and locks. Call it at
   * the end of the file, also after a failure, but not in a failed transaction.
   */
  reset(): Promise<void>
  /**
   * Tells the server to end this session when it has received nothing for `ms` milliseconds while no statement runs. The server then
   * rolls back and releases the locks. `touch` restarts the period.
   */
  endWhenSilent(ms: number): Promise<void>
  /**
   * Tells the server that this process is alive, unless a statement is running. The call has no effect that a statement could observe.
   */
  touch(): Promise<void>
  /** Asks the server, over another connection, to cancel the statement that this session is running. */
  cancel(): Promise<void>
  close(): Promise<void>
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
   * The setting of MySQL and MariaDB that decides whether table names keep their capital letters. Absent if it is 0, which keeps them.
   */
  readonly lowerCaseTableNames?: number
}

export interface StatementResult {
  /** The rows of the result, with values as the driver returns them. Empty for a statement without a result. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly columns: readonly string[]
  /** The number of rows written. */
  readonly affected: number
  /** The first AUTO_INCREMENT value that the statement generated (MySQL and MariaDB). */
  readonly insertId?: number
}

/** Time limits. Absent means the server's setting, and 0 means no limit. */
export interface TimeLimits {
  readonly lockTimeoutMs?: number
  readonly statementTimeoutMs?: number
}

/** The lock that allows only one run at a time on a project. The session that executes the statements holds it. */
export interface Mutex {
  /** Tries once to take the lock, without waiting. The lock ends with the session. */
  take(session: Session, key: MutexKey): Promise<boolean>
  give(session: Session, key: MutexKey): Promise<void>
  /** Returns the current holder of the lock. Any session can ask. */
  holder(session: Session, key: MutexKey): Promise<Holder | undefined>
  /**
   * True when the server connection of this session still holds the lock. It is false behind a transaction pooler, as soon as another
   * client uses the server connection.
   */
  stillMine(session: Session, key: MutexKey): Promise<boolean>
}

export interface MutexKey {
  readonly project: string
}

export interface Holder {
  readonly backend: string
  /** The holder for messages: `interphase contract on host-3, from 10.0.0.7, for 12 s`. */
  readonly says: string
}

/** Other sessions of the same database. */
export interface Processes {
  /** The identifier of the server connection that answers this session now. It changes only behind a transaction pooler. */
  current(session: Session): Promise<string>
  /** Finds the session that is running a statement with this comment. */
  running(session: Session, tag: string): Promise<Holder | undefined>
  alive(session: Session, backend: string): Promise<boolean>
  /** Ends that session. It may end later, so the caller calls `alive` until it is false. */
  end(session: Session, backend: string): Promise<void>
  /** Lists the sessions that block that session now, one line each. */
  blockersOf(session: Session, backend: string): Promise<readonly string[]>
}

export type ReadScope = 'whole' | readonly GroupKey[]

/** Reads the schema, rows and sizes of a database. */
export interface Catalog {
  /** Drops an invalid index that an interrupted statement left behind, and nothing else. */
  sweep(session: Session, leftover: IndexObject): Promise<void>
  /** Reads these groups, or all of them. The ledger's tables (`interphase_…`) are never included. */
  read(session: Session, scope: ReadScope, options?: ReadOptions): Promise<Reading>
  /** Lists the schemas other than the connection's own and these, with their owners and contents (PostgreSQL). */
  otherSchemas(session: Session, schemas: readonly string[]): Promise<readonly Neighbour[]>
  /** Reads all rows of a table, with each value as text or null, in the order of `columns`. For small tables only. */
  rows(session: Session, table: TableObject, columns: readonly string[]): Promise<readonly (readonly (string | null)[])[]>
  /** The sizes of these tables from the server's statistics. Missing tables are left out. */
  sizes(session: Session, tables: readonly string[]): Promise<TableSizes>
}

export interface ReadOptions {
  /** False omits identities if reading them is expensive. A guard compares only states, so it needs none. */
  readonly identities?: boolean
  /** PostgreSQL: the additional schemas to read completely. Default: all schemas. */
  readonly schemas?: readonly string[]
}

export interface Reading {
  readonly state: State
  readonly identities: Identities
  /** The parts of the schema that could not be read or represented, one sentence each. */
  readonly remarks: readonly string[]
}

/** Observes on a shadow which objects a migration touches, and the price of each statement. */
export interface Observer {
  /**
   * Starts before the first statement, inside the transaction if there is one. `priced` are the tables that running code knows.
   * Without them, no prices are determined. `last` is the previous watch, if only the catalog was read since: it saves a read.
   */
  start(session: Session, priced?: ReadonlySet<string>, last?: Watch): Promise<Watch>
  /** True when this text can run in a separate transaction if none is open. Its price is then determined as for a SQL file. */
  standsAlone(text: string): Promise<boolean>
  /** The rows that the statements read, by their text. Undefined if the text does not tell: a routine, a view, `SELECT *`. */
  reads(statements: readonly string[], before: Reading, writes: readonly RowWrite[]): Promise<ReadColumns | undefined>
}

/** One observation, from its start to its result. */
export interface Watch {
  /** Called before each statement of the author: learns what is visible only between two statements. */
  next(text: string, at: SourceLocation): Promise<void>
  /** Called after a statement in a separate transaction, before that transaction ends. */
  done(): Promise<void>
  /**
   * Called after the last statement, before the commit. `before` is the state in which the statements began. `inner` are the texts
   * that they executed without containing them.
   */
  seen(statements: readonly string[], before: Reading, inner?: readonly string[]): Promise<Observation>
}

export interface Observation {
  /** The groups that the statements can have read, written, changed, created or dropped. The value is 'all' when they are unknown. */
  readonly touched: readonly GroupKey[] | 'all'
  /** The schema may also have changed in other groups, so it must be read completely. */
  readonly isVeiled?: true
  /** True when a statement can have written rows. It may have written none. */
  readonly wrote: boolean
  /** The writes to rows, and the conversions of existing values. */
  readonly writes: readonly RowWrite[]
  /** The ids of the existing sequences whose value was set. For an identity, the id of its column. */
  readonly sets?: readonly ObjectId[]
  /** One price for each statement that `next` received. Empty if no prices are measured. */
  readonly prices: readonly Price[]
  /** The renames that the statements state, for servers without lasting identities. */
  readonly renames?: RenamedIds
}

/** Detects statements that touch objects outside the project. */
export interface Border {
  named(text: string): Promise<readonly NamedObject[]>
  find(session: Session, named: readonly NamedObject[]): Promise<readonly FoundObject[]>
  executed(session: Session, text: string, inTransaction: boolean): Promise<ExecutedTexts>
  /** Refuses a statement after which the session no longer sees a table of the database. PostgreSQL has no such statement. */
  hides(session: Session, text: string): Promise<StatementRefusal | undefined>
  /** Lists the objects of the database outside these groups. Empty if `trespasses` cannot check them. */
  strangers(session: Session, own: ReadonlySet<GroupKey>): Promise<readonly Stranger[]>
  /** Lists the changes of the open transaction to the strangers and to the server, one line each. */
  trespasses(session: Session, strangers: readonly Stranger[]): Promise<readonly string[]>
}

/** Gives function migrations access to the session, in the form of Sequelize's QueryInterface. */
export interface FunctionHost {
  /**
   * Runs the function on the session. Every statement passes through `session.execute`. BEGIN and COMMIT become savepoints when
   * `inTransaction` is true. Methods that drop every table or type throw `migration.destructive-method`. A statement without `await`
   * throws `migration.unawaited`. Returns the number of rows written.
   */
  run(session: Session, call: FunctionCall): Promise<number>
}

export interface FunctionCall {
  readonly file: string
  /** The absolute path of the file. */
  readonly path: string
  readonly inTransaction: boolean
  /** The limits for its statements outside a transaction. */
  readonly limits?: TimeLimits
  readonly signal: AbortSignal
  readonly body: (context: FunctionContext) => Promise<unknown>
  /** Called before each statement is sent. An error that it throws prevents the statement. */
  readonly onStatement: (text: string, at: SourceLocation) => unknown
  /** Called with a remark about an unexpected effect of a call: one sentence, with its location. */
  readonly onRemark: (says: string) => void
  /** Rejects when the run stops waiting for the function. `isBusy` tells whether a statement of the function is running. */
  readonly abandoned?: (isBusy: () => boolean) => Promise<never>
}

/** The argument of a function migration. The public module `interphase` adds the types of Sequelize. */
export interface FunctionContext {
  readonly dialect: DialectName
  readonly queryInterface: unknown
  readonly Sequelize: unknown
  /** Executes one statement, with values for its placeholders: `$1` on PostgreSQL, `?` on MySQL and MariaDB. */
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>
  readonly signal: AbortSignal
}

export interface ScratchOptions {
  /** The URL of a server on which databases may be created. Without it, PostgreSQL starts its embedded server. */
  readonly url?: string
  readonly tls?: Tls
  /** A directory for the embedded server and its templates, which outlives the process. */
  readonly cacheDirectory: string
}

/**
 * A server on which releases are executed for recording and rehearsal. All its databases have the engine's prefix, and no other
 * database is changed.
 */
export interface ScratchServer {
  readonly version: ServerVersion
  /** True when only the engine uses the server and it outlives the process. Its databases can then be reused by the next recording. */
  readonly lasting: boolean
  /** Creates an empty database of this name, and replaces an existing one. `name` consists of letters, digits and underscores. */
  create(name: string): Promise<Target>
  /** Copies a database with its schema, rows and counters. No session may be connected to it. */
  copy(from: string, to: string): Promise<Target>
  has(name: string): Promise<boolean>
  /** The address of the scratch database of this name. */
  target(name: string): Promise<Target>
  drop(name: string): Promise<void>
  /** Lists the databases of this run and of crashed runs. The databases of other active runs are not included. */
  leftovers(): Promise<readonly string[]>
  /**
   * Renames a database so that it outlives this run. No session may be connected to it. The engine's own server then runs until the
   * next run on it ends.
   */
  keep(name: string): Promise<KeptDatabase>
  /** Stops the server if this process started it. Drops no database. */
  close(): Promise<void>
}

export interface KeptDatabase {
  readonly target: Target
  readonly database: string
  /** How long the database exists and how it is dropped, as one sentence. */
  readonly until: string
}
