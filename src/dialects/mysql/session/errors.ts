import type { SourceLocation } from '../../../dialect/dialect.ts'
import {
  type ErrorPositionInStatement,
  locateErrorInStatement,
  maskPasswords,
  maskPasswordsInMessage,
  removeEngineComment,
} from '../../../dialect/excerpt.ts'
import { type ErrorCode, errorMessageOf, InterphaseError, isError } from '../../../error.ts'

/** An error of the driver mysql2. Every field is optional. */
interface DriverError extends Error {
  readonly code?: string
  readonly errno?: number
  readonly sqlState?: string
  readonly fatal?: boolean
}

/** The address and the user of a connection attempt, for error messages. The password is not included. */
export interface MysqlConnectionAttempt {
  readonly where: string
  readonly user: string
  readonly database: string
}

const UNKNOWN_DATABASE = 1049
const LOGIN: ReadonlySet<number> = new Set([1045, 1698, 1862, 1820])
const PRIVILEGE: ReadonlySet<number> = new Set([1044, 1142, 1143, 1227, 1370, 1419])
const LOST: ReadonlySet<number> = new Set([1053, 1927, 2006, 2013, 1077, 1078, 4031])
const LOST_CODES: ReadonlySet<string> = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'])
const LOCK_TIMEOUT = 1205
/**
 * The server's error number for a deadlock. After a deadlock, the server has rolled back the whole transaction. The engine can
 * retry the transaction, as after a lock timeout.
 */
const DEADLOCK = 1213
/**
 * MariaDB's error number for a row that another transaction changed after the present transaction first read it. The error occurs
 * with innodb_snapshot_isolation, which is on by default since MariaDB 11.6. The server has rolled back the whole transaction.
 */
const CHANGED_SINCE_READ = 1020
const SERIALIZATION_FAILURE = '40001'
/**
 * The server's error numbers for a write in a read-only transaction, on a read-only server, and on a server with read-only
 * InnoDB.
 */
const READ_ONLY: ReadonlySet<number> = new Set([1792, 1836, 1874])
/**
 * The server's error number for a statement that an option of the server forbids. In every language, the message contains the
 * name of the option.
 */
const OPTION_PREVENTS = 1290
const PACKET_TOO_LARGE = 1153
const RESULT_TOO_LONG = 1301
const TIMED_OUT: ReadonlySet<number> = new Set([3024, 1969])

/** The server's error number for ROLLBACK TO or RELEASE of a missing savepoint. */
export const MYSQL_NO_SUCH_SAVEPOINT = 1305
export const MYSQL_NO_SUCH_TABLE = 1146
export const MYSQL_UNKNOWN_VARIABLE = 1193

/** Converts the driver's error of a connection attempt to a `database.*` error. */
export function convertMysqlConnectionError(error: unknown, caller: MysqlConnectionAttempt): InterphaseError {
  const { errno, code } = error as DriverError
  if (errno !== undefined && LOGIN.has(errno)) return wrapped('database.login', { where: caller.where, user: caller.user }, error)
  if (errno === UNKNOWN_DATABASE) return wrapped('database.missing', { where: caller.where, database: caller.database }, error)
  if (errno !== undefined && PRIVILEGE.has(errno)) {
    return wrapped(
      'database.privilege',
      { doing: `connecting to ${caller.where} as ${caller.user}`, problem: errorMessageOf(error) },
      error,
    )
  }
  const problem = errorMessageOf(error) || code || 'no answer'
  // An error with an SQLSTATE comes from the server, which refused the connection. An error without an SQLSTATE is a network
  // error.
  const refused = (error as DriverError).sqlState !== undefined
  return wrapped(refused ? 'database.refused' : 'database.unreachable', { where: caller.where, problem }, error)
}

/**
 * Converts the driver's error of a statement to an engine error. `place` is the location of a statement in a migration file, and
 * is undefined for a statement of the engine.
 */
export function convertMysqlStatementError(error: unknown, text: string, place?: SourceLocation, timeoutMs = 0): InterphaseError {
  if (error instanceof InterphaseError) return error
  const { errno = 0 } = error as DriverError
  const own = removeEngineComment(text)
  const at = { file: place?.file ?? 'interphase', line: place?.line ?? 1, statement: maskPasswords(own) }
  const doing = place ? `running ${place.file}:${place.line}` : `running ${briefMysqlStatement(text)}`
  if (isMysqlConnectionLostError(error)) return makeMysqlConnectionLostError(error, doing)
  if (errno === LOCK_TIMEOUT || errno === DEADLOCK) return wrapped('statement.lock-timeout', { ...at, attempts: 1, blockers: [] }, error)
  if (TIMED_OUT.has(errno)) return wrapped('statement.timeout', { ...at, afterMs: timeoutMs }, error)
  if (READ_ONLY.has(errno) || (errno === OPTION_PREVENTS && /--(?:super-)?read-only\b/.test(errorMessageOf(error)))) {
    return wrapped('database.read-only', { doing, problem: errorMessageOf(error) }, error)
  }
  if (PRIVILEGE.has(errno)) {
    return wrapped('database.privilege', { doing, problem: `${errorMessageOf(error)}${HINTS[errno] ?? ''}` }, error)
  }
  // In a statement of the engine, a result that is too long shows that the packet limit of the server is too low. In a statement
  // of a migration, the values of the rows can be the cause, so the error is `statement.failed`.
  if (errno === PACKET_TOO_LARGE || (errno === RESULT_TOO_LONG && !place))
    return wrapped('database.packet', { doing, problem: errorMessageOf(error) }, error)
  const sqlState = errno === CHANGED_SINCE_READ ? SERIALIZATION_FAILURE : ((error as DriverError).sqlState ?? 'HY000')
  const { down = 0, ...marked } = spotOf(own, errorMessageOf(error), at.line) ?? {}
  return wrapped(
    'statement.failed',
    { ...at, line: at.line + down, ...marked, sqlState, message: maskPasswordsInMessage(own, errorMessageOf(error)), ...hintFor(errno) },
    error,
  )
}

// The server's error numbers for a statement that names an index which the table does not have.
const NO_SUCH_INDEX = new Set([1091, 1176])

function hintFor(errno: number): { readonly hint?: string } {
  if (!NO_SUCH_INDEX.has(errno)) return {}
  const why = 'The server drops the index that it created for a foreign key as soon as another index begins with the same columns'
  const remedy =
    'If the statement names such an index, and only this database does not have it, create it first: ALTER TABLE <table> ADD KEY <name> (<columns>)'
  return { hint: `${why}. ${remedy}` }
}

// Matches the server's syntax error, which contains the truncated rest of the statement and a line number.
const NEAR = /\bnear '([^]*)' at line (\d+)$/
const NEAR_LENGTH = 80

function spotOf(statement: string, message: string, line: number): ErrorPositionInStatement | undefined {
  const [, near = '', down = '1'] = NEAR.exec(message) ?? []
  if (near === '') return undefined
  const start = statement.split('\n', Number(down) - 1).reduce((sum, one) => sum + one.length + 1, 0)
  const at = near.length < NEAR_LENGTH && statement.endsWith(near) ? statement.length - near.length : statement.indexOf(near, start)
  return at < 0 ? undefined : locateErrorInStatement(statement, at, line)
}

/** Adds the server's warnings to an error `statement.failed`. Returns every other error unchanged. */
export function addServerWarningsToError(error: unknown, statement: string, warnings: readonly string[]): unknown {
  if (!isError(error, 'statement.failed')) return error
  const { facts } = error
  const message = errorMessageOf(error.cause)
  const more = [...new Set(warnings)].filter((text) => !message.includes(text))
  if (more.length === 0) return error
  return new InterphaseError(
    'statement.failed',
    { ...facts, detail: maskPasswordsInMessage(statement, more.join('; ')) },
    { cause: error.cause },
  )
}

const HINTS: Readonly<Record<number, string>> = {
  1419: '. With the binary log on, triggers and functions need the server variable log_bin_trust_function_creators = ON, or the SUPER privilege',
}

export function isMysqlConnectionLostError(error: unknown): boolean {
  const { errno, code, fatal } = error as DriverError
  return fatal === true || (errno !== undefined && LOST.has(errno)) || (code !== undefined && LOST_CODES.has(code))
}

export function makeMysqlConnectionLostError(error: unknown, doing: string): InterphaseError<'database.lost'> {
  return wrapped('database.lost', { doing, problem: errorMessageOf(error) }, error)
}

/**
 * Returns true when the server rolled back the whole transaction because of the error. `rollsBackOnTimeout` is the server
 * variable `innodb_rollback_on_timeout`.
 */
export function didMysqlErrorRollBackTransaction(error: unknown, rollsBackOnTimeout: boolean): boolean {
  const errno = mysqlErrorNumberOf(error)
  return errno === DEADLOCK || errno === CHANGED_SINCE_READ || (rollsBackOnTimeout && errno === LOCK_TIMEOUT)
}

/** Returns the server's error number from an error of the engine or the driver. Returns undefined if the error has no number. */
export function mysqlErrorNumberOf(error: unknown): number | undefined {
  return (causeOf(error) as DriverError | undefined)?.errno
}

const NULL_REFUSED = 1048

/**
 * Returns true when the server refused a NULL in the column. The function searches the message for the column's name in quotes,
 * because the message contains the name in every language of the server.
 */
export function isMysqlNullRefusedError(error: unknown, column: string): boolean {
  return mysqlErrorNumberOf(error) === NULL_REFUSED && errorMessageOf(causeOf(error)).includes(`'${column}'`)
}

function causeOf(error: unknown): unknown {
  return error instanceof InterphaseError ? error.cause : error
}

function wrapped<C extends ErrorCode>(code: C, facts: InterphaseError<C>['facts'], cause: unknown): InterphaseError<C> {
  return new InterphaseError(code, facts, { cause })
}

/** Returns the beginning of a statement in one line, for an error message. */
export function briefMysqlStatement(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
