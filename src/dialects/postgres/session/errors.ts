import type { SourceLocation } from '../../../dialect/dialect.ts'
import {
  type ErrorPositionInStatement,
  locateErrorInStatement,
  maskPasswords,
  maskPasswordsInMessage,
  removeEngineComment,
} from '../../../dialect/excerpt.ts'
import { errorMessageOf, InterphaseError, isError } from '../../../error.ts'
import type { ParsedPostgresUrl } from './address.ts'

/** The fields of a server error, as the driver returns them. A network error does not have these fields. */
interface ServerError {
  readonly code: string
  readonly message: string
  /** The position of the error in the statement, in characters, counted from 1. */
  readonly position: number | undefined
}

/**
 * Converts the driver's error of a connection attempt. The message contains host, port, user and database, and no other part of
 * the URL.
 */
export function convertPostgresConnectionError(error: unknown, address: ParsedPostgresUrl, user: string): InterphaseError {
  const { where, database } = address
  const code = codeOfDriverError(error)
  if (code === '28P01' || code === '28000' || /^SASL|client password/.test(errorMessageOf(error))) {
    return new InterphaseError('database.login', { where, user })
  }
  if (code === '3D000') return new InterphaseError('database.missing', { where, database })
  if (code === '42501')
    return new InterphaseError('database.privilege', { doing: `connecting to ${where}`, problem: errorMessageOf(error) })
  const refusal = serverError(error)
  if (refusal) return new InterphaseError('database.refused', { where, problem: refusal.message }, { cause: error })
  return new InterphaseError('database.unreachable', { where, problem: problemOf(error) })
}

/** The state of the session when a statement failed. */
export interface PostgresFailedStatementContext {
  readonly statement: string
  readonly at: SourceLocation
  /** True for a failed statement of the engine, and false for a failed statement of a migration. */
  readonly isOwn: boolean
  /** The address of the database, for messages of errors. */
  readonly where: string
  /** The action of the session, for messages, such as `the engine ran SELECT 1`. */
  readonly doing: string
  readonly statementTimeoutMs: number
  /** True when the session itself asked the server to cancel the failed statement. */
  readonly cancelled: boolean
}

/** Converts the driver's error of a statement to an engine error. The driver's error becomes the cause of the engine error. */
export function convertPostgresStatementError(error: unknown, circumstances: PostgresFailedStatementContext): InterphaseError {
  if (error instanceof InterphaseError) return error
  const { at, doing, statementTimeoutMs, cancelled } = circumstances
  const sent = circumstances.statement
  const own = removeEngineComment(sent)
  const statement = maskPasswords(own)
  if (isPostgresConnectionLostError(error)) return makePostgresConnectionLostError(error, doing)
  const server = serverError(error)
  if (!server) return new InterphaseError('internal', { problem: `${doing}: ${errorMessageOf(error)}` }, { cause: error })
  const spot = server.position === undefined ? undefined : spotOf(sent, own, server.position, at.line)
  const place = { file: at.file, line: at.line + (spot?.down ?? 0), statement }
  const because = { cause: error }
  if (server.code === '42501') return new InterphaseError('database.privilege', { doing, problem: server.message }, because)
  if (circumstances.isOwn && POOLED.has(server.code)) return new InterphaseError('database.pooler', { where: circumstances.where }, because)
  if (server.code === READ_ONLY) return new InterphaseError('database.read-only', { doing, problem: server.message }, because)
  if (server.code === '55P03') return new InterphaseError('statement.lock-timeout', { ...place, attempts: 1, blockers: [] }, because)
  if (server.code === '57014' && isTimeout(server, statementTimeoutMs, cancelled)) {
    return new InterphaseError('statement.timeout', { ...place, afterMs: statementTimeoutMs }, because)
  }
  const { down: _, ...marked } = spot ?? { down: 0 }
  return new InterphaseError(
    'statement.failed',
    {
      ...place,
      ...marked,
      sqlState: server.code,
      message: maskPasswordsInMessage(own, server.message),
      ...(server.code === TERMINATES_TRANSACTION && { hint: COMMIT_NEEDS_OFF }),
      ...saidBesides(error, own),
    },
    because,
  )
}

// The SQLSTATE code for a COMMIT or ROLLBACK in a procedure or a DO block that was called in a transaction.
const TERMINATES_TRANSACTION = '2D000'
const COMMIT_NEEDS_OFF =
  'A procedure or a DO block can commit only outside a transaction. Add the comment "interphase: transaction off" at the top of the file, then run interphase record.'

// The SQLSTATE codes that show a transaction pooler. A pooler can assign another server connection to the session. The new server
// connection does not know a statement that the engine has prepared, or already has a statement with the same name.
const POOLED: ReadonlySet<string> = new Set(['26000', '42P05'])

// The SQLSTATE code for a write on a standby, in a read-only transaction, or with default_transaction_read_only = on.
const READ_ONLY = '25006'

/** Adds the line of the incorrect row to an error of COPY. Returns every other error unchanged. */
export function addLineOfCopiedRowToError(error: unknown, at: SourceLocation): unknown {
  if (!isError(error, 'statement.failed')) return error
  const row = /^COPY .*?, line (\d+)/.exec(String(fieldOf(error.cause, 'where')))?.[1]
  return row === undefined
    ? error
    : new InterphaseError('statement.failed', { ...error.facts, line: at.line + Number(row) }, { cause: error.cause })
}

const NULL_REFUSED = '23502'

export function isPostgresNullRefusedError(error: unknown, column: string): boolean {
  return isError(error, 'statement.failed') && error.facts.sqlState === NULL_REFUSED && error.facts.tableColumn === column
}

export function makePostgresConnectionLostError(error: unknown, doing: string): InterphaseError<'database.lost'> {
  return new InterphaseError('database.lost', { doing, problem: problemOf(error) }, { cause: error })
}

/** Returns true for an error that means a lost connection: a network error, a server shutdown, or a terminated backend. */
export function isPostgresConnectionLostError(error: unknown): boolean {
  const code = codeOfDriverError(error)
  if (code === undefined)
    return /^(Connection terminated|Client has encountered a connection error|Client was closed)/.test(errorMessageOf(error))
  return /^(08...|25P0[34]|57P0[1-5]|E[A-Z]{3,})$/.test(code) && code !== '57P04'
}

// Returns true for a statement timeout. The server reports a timeout and a cancel request with the same code, and the language of
// the message varies. The function therefore also checks the time limit of the session, and whether the session requested the
// cancellation.
function isTimeout(server: ServerError, statementTimeoutMs: number, cancelled: boolean): boolean {
  if (server.message.includes('statement timeout')) return true
  return statementTimeoutMs > 0 && !cancelled && !server.message.includes('user request')
}

/**
 * Returns the position of an error in the statement. The function converts the position, because the server counts Unicode
 * characters of the sent text, and JavaScript counts UTF-16 units.
 */
function spotOf(sent: string, own: string, position: number, line: number): ErrorPositionInStatement {
  const at = Array.from(sent)
    .slice(0, position - 1)
    .join('').length
  return locateErrorInStatement(own, Math.max(0, at - (sent.length - own.length)), line)
}

const BESIDES = {
  detail: 'detail',
  hint: 'hint',
  where: 'context',
  constraint: 'constraint',
  table: 'table',
  column: 'tableColumn',
} as const

/** Returns the additional fields of a server error, such as the detail and the hint. */
function saidBesides(error: unknown, statement: string): { readonly [K in (typeof BESIDES)[keyof typeof BESIDES]]?: string } {
  const said = Object.entries(BESIDES).flatMap(([field, name]) => {
    const text = fieldOf(error, field)
    return typeof text === 'string' && text !== '' ? [[name, maskPasswordsInMessage(statement, text)] as const] : []
  })
  return Object.fromEntries(said)
}

function serverError(error: unknown): ServerError | undefined {
  const code = codeOfDriverError(error)
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return undefined
  const position = Number(fieldOf(error, 'position'))
  return { code, message: errorMessageOf(error), position: position > 0 ? position : undefined }
}

/** Returns the SQLSTATE of a server error, or the code of a network error. Returns undefined for any other error. */
export function codeOfDriverError(error: unknown): string | undefined {
  const code = fieldOf(error, 'code')
  return typeof code === 'string' ? code : undefined
}

function fieldOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
}

// Returns the message of a network error. If a host name has several addresses, the driver combines their errors in one error
// without a message. The result is then the message of the first error.
function problemOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorMessageOf(error.errors[0])
  return errorMessageOf(error) || (codeOfDriverError(error) ?? 'no reason given')
}

/**
 * Returns true for the error with which the server refuses a prepared statement because the columns of a table changed after the
 * preparation.
 */
export function isOutdatedPreparedStatementError(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && error.code === '0A000' && 'routine' in error && error.routine === 'RevalidateCachedQuery'
  )
}
