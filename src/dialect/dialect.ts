import type { Price } from '../effect/price.ts'
import type { RowWrite } from '../effect/row-write.ts'
import type { InterphaseError } from '../error.ts'
import type { Sizes } from '../plan/estimate.ts'
import type { Leanings } from '../release/leaning.ts'
import type { SqlText } from '../release/migration.ts'
import type { Identities, Renames } from '../schema/difference.ts'
import type { Alike } from '../schema/mismatch.ts'
import type { Neighbour } from '../schema/neighbour.ts'
import type { DialectName, GroupKey, IndexObject, ObjectId, TableObject } from '../schema/object.ts'
import type { Reads } from '../schema/reads.ts'
import type { State } from '../schema/state.ts'
import type { Executed, FoundObject, NamedObject, Stranger } from './border.ts'
import type { FilePurpose, StatementRow } from './judgement.ts'
import type { Lack } from './lack.ts'
import type { Body, SessionUse } from './session-use.ts'
import type { Sql } from './sql.ts'
import type { Script } from './statement.ts'

/** The questions that every database must answer. Each room asks for the narrowest part that serves it. */
export interface Dialect {
  readonly name: DialectName
  readonly files: FileReader
  readonly mutex: Mutex
  readonly catalog: Catalog
  readonly observer: Observer
  readonly processes: Processes
  readonly functions: FunctionHost
  readonly border: Border
  /** What follows the columns of a CREATE TABLE of the ledger: byte-wise collation and engine on MySQL, nothing on PostgreSQL. */
  readonly ledgerTableOptions: Sql
  /** The type of a text that holds a line for each of ten thousand tables. */
  readonly ledgerText: Sql
  /** An author's statement can commit the engine's transaction on its way: a schema statement, or a routine that it calls. */
  readonly commitsOnItsWay: boolean
  /** An object's identity in a `Reading` is its own for as long as it is there. */
  readonly identitiesLast: boolean
  /**
   * Is there a table of this name where unqualified names live? `information_schema` shows only what the user may use, and a
   * ledger that is hidden would pass for none. Throws `database.privilege` where the server does not tell.
   */
  hasTable(session: Session, name: string): Promise<boolean>
  /** What the server lacks, when a statement failed for the want of it. */
  lackOf(error: InterphaseError): Lack | undefined
  /** Did the server refuse a write because it puts NULL into this column, which is NOT NULL? */
  isNullRefused(error: unknown, column: string): boolean
  /** The database's default collation, where it decides what a script makes. */
  readonly defaultCollation?: (session: Session) => Promise<string>
  /** Has the session keep an author's statement prepared under this name, a plain word; `EXECUTE <name>` runs it. */
  prepare(session: Session, name: string, text: string, at: SourceLocation): Promise<void>
  /** Opens one connection. Errors are `database.*`, and name host, port and user, never the password. */
  open(target: Target): Promise<Session>
  /** Holds expressions against each other that servers of these two majors print; undefined where both print them alike. */
  alike(one: number, other: number): Promise<Alike | undefined>
  /** A server for shadows. Errors are `record.no-server`. */
  scratch(options: ScratchOptions): Promise<ScratchServer>
}

/** Where a database is and how to introduce oneself. */
export interface Target {
  readonly url: string
  /** Shown by the server as application name or program name. */
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

/** How author's SQL files are read. */
export interface FileReader {
  /**
   * Splits by the client's own rules. Throws `sql.syntax` with the place where the server's grammar is at hand, and
   * `statement.refused` for a statement that the table of statements refuses in a file of this purpose.
   */
  script(sql: SqlText, transaction: 'auto' | 'off', purpose?: FilePurpose): Promise<Script>
  /** Judges statements that stand in no file of their own. Throws `statement.refused`; what does not parse passes. */
  judge(sql: SqlText, line?: number): Promise<void>
  /** Every kind of statement with its judgement, for people. */
  statements(): readonly StatementRow[]
  /** What the statements lean on without saying it. Throws `sql.syntax` as `script` does. */
  leanings(sql: SqlText): Promise<Leanings>
  /** What each statement of a file leaves in its session and needs there; `bodies` are the routines and triggers it may run. */
  sessionUses(texts: readonly string[], bodies: readonly Body[]): Promise<readonly SessionUse[]>
}

/** One connection, one server process. All methods throw `database.lost` when it is gone. */
export interface Session {
  readonly dialect: DialectName
  /**
   * The server's number for this connection (pid or connection id) and a time, so that no other connection ever has the
   * same, though the number is given away again.
   */
  readonly backend: string
  readonly version: ServerVersion
  /** `host:port/database`, for messages. */
  readonly where: string
  /** The database that the session was opened on, also after a statement has made another one current. */
  readonly database: string
  /** Aborts the moment the connection is lost, with `database.lost` as its reason. */
  readonly lost: AbortSignal
  /** A statement of the engine's own. Values go apart from the text; numbers come back as numbers, bigints as strings. */
  query<Row extends object = Record<string, unknown>>(statement: Sql): Promise<readonly Row[]>
  /** An author's statement, as written, with values for its places where given. Throws `statement.*`, with `at` as its place. */
  execute(text: string, at: SourceLocation, values?: readonly unknown[]): Promise<Outcome>
  /** Begins a transaction with these limits, in one round trip where the server allows it. */
  begin(limits?: Limits): Promise<void>
  /** Begins a transaction in which the server refuses to write, under the limits in force; `rollback` ends it. */
  beginReading(): Promise<void>
  /**
   * Is the transaction that `begin` began still open? An author's statement may have committed it (MySQL, MariaDB). True too
   * where the server has rolled it back by itself: then nothing of it is done.
   */
  intact(): Promise<boolean>
  /** What a deferred constraint refuses is told with `at` as its place. */
  commit(at?: SourceLocation): Promise<void>
  rollback(): Promise<void>
  /** Limits for statements outside a transaction, until they are set again. */
  limit(limits: Limits): Promise<void>
  /**
   * Ends what an author's file has left in the session: settings, temporary tables, prepared statements, cursors and locks. Said
   * at the end of the file, when it failed too; not in a transaction that has failed.
   */
  reset(): Promise<void>
  /**
   * From now on the server ends the session, rolls back and frees its locks, when it has heard nothing for so long while it
   * had nothing to do for it. `touch` is heard.
   */
  endWhenSilent(ms: number): Promise<void>
  /** Tells the server that this process is alive, unless a statement is at work. Changes nothing that a statement could see. */
  touch(): Promise<void>
  /** Asks the server to stop what this session is running (from another connection). */
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
}

export interface Outcome {
  /** Rows of the result, values as the driver gives them; empty for a statement without one. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly columns: readonly string[]
  /** Rows written. */
  readonly affected: number
  /** The first AUTO_INCREMENT value that the statement made (MySQL and MariaDB). */
  readonly insertId?: number
}

/** Absent: as the server has it. 0: no limit. */
export interface Limits {
  readonly lockTimeoutMs?: number
  readonly statementTimeoutMs?: number
}

/** The lock that lets one runner at a time work on a project, held by the session that runs the statements. */
export interface Mutex {
  /** One try, without waiting. The lock ends with the session. */
  take(session: Session, key: MutexKey): Promise<boolean>
  give(session: Session, key: MutexKey): Promise<void>
  /** Who has it now, seen from any session. */
  holder(session: Session, key: MutexKey): Promise<Holder | undefined>
  /**
   * Does the server connection behind this session still have the lock? False behind a transaction pooler, once another
   * client has a transaction open.
   */
  stillMine(session: Session, key: MutexKey): Promise<boolean>
}

export interface MutexKey {
  readonly project: string
}

export interface Holder {
  readonly backend: string
  /** `interphase contract on host-3, from 10.0.0.7, for 12 s` */
  readonly says: string
}

/** Other sessions of the same database. */
export interface Processes {
  /** The server connection that answers this session now: another one than at first behind a transaction pooler. */
  current(session: Session): Promise<string>
  /** The session that runs a statement carrying this comment, if one does. */
  running(session: Session, tag: string): Promise<Holder | undefined>
  alive(session: Session, backend: string): Promise<boolean>
  /** Ends that session. The caller waits with `alive` until it is gone. */
  end(session: Session, backend: string): Promise<void>
  /** Who stands in the way of that session right now, a line each. */
  blockersOf(session: Session, backend: string): Promise<readonly string[]>
}

export type Scope = 'whole' | readonly GroupKey[]

/** The schema as the server's catalogs tell it. */
export interface Catalog {
  /** Takes away what an interrupted statement left half made (an invalid index), and nothing else. */
  sweep(session: Session, leftover: IndexObject): Promise<void>
  /** Reads these groups, or all. The ledger's own tables (`interphase_…`) are never in it. */
  read(session: Session, scope: Scope, options?: ReadOptions): Promise<Reading>
  /** The schemas besides the connection's own and these: who owns them, and what is in them (PostgreSQL). */
  otherSchemas(session: Session, schemas: readonly string[]): Promise<readonly Neighbour[]>
  /** All rows of a table, each value as text or null, in the order of `columns`; for small tables. */
  rows(session: Session, table: TableObject, columns: readonly string[]): Promise<readonly (readonly (string | null)[])[]>
  /** How large these tables are, as the server's statistics have it; those that are not there are left out. */
  sizes(session: Session, tables: readonly string[]): Promise<Sizes>
}

export interface ReadOptions {
  /** False leaves identities out where they are dear to ask for: a guard compares states and needs none. */
  readonly identities?: boolean
  /** PostgreSQL: the schemas to read in whole besides the connection's own. All of them when absent. */
  readonly schemas?: readonly string[]
}

export interface Reading {
  readonly state: State
  readonly identities: Identities
  /** What could not be read or modelled, a sentence each. */
  readonly remarks: readonly string[]
}

/** Watches, on a shadow, what a migration touches, and what its statements cost those who use the tables. */
export interface Observer {
  /**
   * Starts before the first statement, inside the transaction if there is one. `priced` are the tables that running code knows.
   * Without them, no prices are determined. `last` is the previous watch, if only the catalog was read since: it saves a read.
   */
  start(session: Session, priced?: ReadonlySet<string>, last?: Watch): Promise<Watch>
  /** Whether this text can run in a transaction of its own, if none is open. Then its price is determined as for a SQL file. */
  standsAlone(text: string): Promise<boolean>
  /** The rows that the statements read, by their text. Undefined if the text does not tell: a routine, a view, `SELECT *`. */
  reads(statements: readonly string[], before: Reading, writes: readonly RowWrite[]): Promise<Reads | undefined>
}

/** One observation, from its start to its result. */
export interface Watch {
  /** Called before each statement of the author: learns what is visible only between two statements. */
  next(text: string, at: SourceLocation): Promise<void>
  /** Called after a statement in a transaction of its own, before that transaction ends. */
  done(): Promise<void>
  /**
   * Called after the last statement, before the commit. `before` is the state in which the statements began. `inner` are the texts
   * that they executed without containing them.
   */
  seen(statements: readonly string[], before: Reading, inner?: readonly string[]): Promise<Observation>
}

export interface Observation {
  /** Groups that can have changed or were read or written, gone ones and new ones included; 'all' when it cannot be told. */
  readonly touched: readonly GroupKey[] | 'all'
  /** The schema may have changed elsewhere, too: all of it is read. */
  readonly isVeiled?: true
  /** Rows were written, though perhaps none. */
  readonly wrote: boolean
  /** The rows that were written, and the values that were given another form. */
  readonly writes: readonly RowWrite[]
  /** Sequences of the state before whose value was set, as ids; an identity by its column. */
  readonly sets?: readonly ObjectId[]
  /** A price for each statement that `next` was told of; empty where nobody asked for them. */
  readonly prices: readonly Price[]
  /** What the statements renamed by their words, where a server keeps no lasting identities. */
  readonly renames?: Renames
}

/** Keeps statements with the objects of the project. */
export interface Border {
  named(text: string): Promise<readonly NamedObject[]>
  find(session: Session, named: readonly NamedObject[]): Promise<readonly FoundObject[]>
  executed(session: Session, text: string, inTransaction: boolean): Promise<Executed>
  /** What the database has besides what these groups hold. Empty where `trespasses` cannot tell anything of it. */
  strangers(session: Session, own: ReadonlySet<GroupKey>): Promise<readonly Stranger[]>
  /** What the open transaction changed of the strangers, and of the server: a line each. */
  trespasses(session: Session, strangers: readonly Stranger[]): Promise<readonly string[]>
}

/** Hands a session to function migrations as Sequelize's QueryInterface. */
export interface FunctionHost {
  /**
   * Runs the function on the session. Every statement goes through `session.author`; BEGIN and COMMIT become savepoints
   * when `inTransaction`; methods that drop whatever they find throw `migration.destructive-method`. What the function sends
   * and does not await throws `migration.unawaited`. Gives the number of rows written.
   */
  run(session: Session, call: FunctionCall): Promise<number>
}

export interface FunctionCall {
  readonly file: string
  /** Where the machine finds the file. */
  readonly path: string
  readonly inTransaction: boolean
  /** What is in force for its statements outside a transaction. */
  readonly limits?: Limits
  readonly signal: AbortSignal
  readonly body: (context: FunctionContext) => Promise<unknown>
  /** Told of every statement before it is sent; what it throws keeps the statement from being sent. */
  readonly onStatement: (text: string, at: SourceLocation) => unknown
  /** Told what a call did that its name does not say: a sentence with its place. */
  readonly onRemark: (says: string) => void
  /** Rejects when the function is not waited for any longer; `isBusy` says whether a statement of its own is at work. */
  readonly abandoned?: (isBusy: () => boolean) => Promise<never>
}

/** Typed loosely here; `interphase`'s public face gives the types of Sequelize. */
export interface FunctionContext {
  readonly dialect: DialectName
  readonly queryInterface: unknown
  readonly Sequelize: unknown
  /** Sends one statement, with values for its places where given: `$1` on PostgreSQL, `?` on MySQL and MariaDB. */
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>
  readonly signal: AbortSignal
}

export interface ScratchOptions {
  /** A server on which databases may be created. Without one, PostgreSQL starts its embedded server. */
  readonly url?: string
  readonly tls?: Tls
  /** A directory of the engine's own that outlives the process, for the embedded server and its templates. */
  readonly cacheDirectory: string
}

/** A server on which chains are replayed. Its databases carry the engine's prefix and no other is ever touched. */
export interface ScratchServer {
  readonly version: ServerVersion
  /** Nobody else works on it and it outlives the process, so what it holds may serve the next recording. */
  readonly lasting: boolean
  /** An empty database of this name, in place of one that was there. `name` is letters, digits and underscores. */
  create(name: string): Promise<Target>
  /** A copy with schema, rows and counters, of a database to which nobody is connected. */
  copy(from: string, to: string): Promise<Target>
  has(name: string): Promise<boolean>
  /** Where the scratch database of this name is. */
  target(name: string): Promise<Target>
  drop(name: string): Promise<void>
  /** The databases of this run and those that dead runs left behind, never those of a run that is at work. */
  leftovers(): Promise<readonly string[]>
  /**
   * Makes a database outlive this run, under another name; nobody is connected to it. A server of our own goes on running
   * until the next run on it ends.
   */
  keep(name: string): Promise<Kept>
  /** Drops nothing; stops the server when it was started by this process. */
  close(): Promise<void>
}

export interface Kept {
  readonly target: Target
  readonly database: string
  /** How long it is there, and how it goes: a sentence. */
  readonly until: string
}
