import type Pg from 'pg'
import type { SourceLocation } from '../../../dialect/dialect.ts'
import { convertPostgresStatementError, isPostgresConnectionLostError, makePostgresConnectionLostError } from './errors.ts'
import { PostgresSocketWriteBuffer } from './write-buffer.ts'

/** The location that errors of the engine's own statements contain. The engine's statements belong to no migration file. */
export const ENGINE_STATEMENT_LOCATION: SourceLocation = { file: 'interphase', line: 1 }

/**
 * Sends the statements of one connection in order. The class sends a statement either alone or without waiting for the previous
 * results. The class converts the errors of the server, and detects a lost connection.
 */
export class PostgresStatementSender {
  /** A signal that aborts when the connection is lost. The abort reason is a `database.lost` error. */
  readonly lost: AbortSignal
  /** The time limit in milliseconds for the error message of a cancelled statement. The value 0 means no limit. */
  statementTimeoutMs = 0

  readonly #where: string
  readonly #loss = new AbortController()
  readonly #writeBuffer: PostgresSocketWriteBuffer
  /**
   * The next statement waits for this promise. The promise resolves when the last statement that had to be sent alone has ended.
   */
  #lastAlone: Promise<unknown> = Promise.resolve()
  /** Resolves when all statements that were given to the sender have ended. */
  #everything: Promise<unknown> = Promise.resolve()
  #current: { readonly text: string; readonly at: SourceLocation } | undefined
  #closing = false
  #cancelled = false

  constructor(client: Pg.Client, where: string) {
    this.#where = where
    this.lost = this.#loss.signal
    this.#writeBuffer = new PostgresSocketWriteBuffer(client.connection.stream)
  }

  /** True while the sender waits for the result of a statement. */
  get isBusy(): boolean {
    return this.#current !== undefined
  }

  /**
   * Sends a statement after all previous statements have ended, even if a function migration sends several statements at once.
   */
  sendAlone<Result>(text: string, at: SourceLocation, send: () => Promise<Result>): Promise<Result> {
    const mine = this.#everything.then(() => this.#send(text, at, send))
    this.#lastAlone = this.#everything = mine.then(ignore, ignore)
    return mine
  }

  /** Sends a statement of the engine after the previous statements, without waiting for their results. */
  sendWithoutWaiting<Result>(text: string, send: () => Promise<Result>, at: SourceLocation = ENGINE_STATEMENT_LOCATION): Promise<Result> {
    const mine = this.#lastAlone.then(() => this.#send(text, at, send))
    // The promise resolves to undefined instead of the results. Otherwise each promise would keep the previous promise in memory.
    this.#everything = Promise.allSettled([this.#everything, mine]).then(ignore)
    return mine
  }

  /** Records that the session has asked the server to cancel the current statement. */
  noteCancelRequest(): void {
    this.#cancelled = true
  }

  /**
   * Records that the engine itself closes the session, so that the end of the connection does not count as a lost connection.
   * Returns false for a second call.
   */
  closing(): boolean {
    const isFirst = !this.#closing
    this.#closing = true
    return isFirst
  }

  /** Records that the connection is lost, unless the engine itself closed the session. */
  noteLoss(error: unknown): void {
    if (!this.#closing && !this.lost.aborted)
      this.#loss.abort(makePostgresConnectionLostError(error, this.#current ? doing(this.#current.text, this.#current.at) : 'waiting'))
  }

  async #send<Result>(text: string, at: SourceLocation, send: () => Promise<Result>): Promise<Result> {
    if (this.lost.aborted) throw this.lost.reason
    const current = { text, at }
    this.#current = current
    this.#cancelled = false
    this.#writeBuffer.collect()
    try {
      return await send()
    } catch (error) {
      if (isPostgresConnectionLostError(error)) this.noteLoss(error)
      throw convertPostgresStatementError(error, {
        statement: at === ENGINE_STATEMENT_LOCATION ? brief(text) : text,
        at,
        isOwn: at === ENGINE_STATEMENT_LOCATION,
        where: this.#where,
        doing: doing(text, at),
        statementTimeoutMs: this.statementTimeoutMs,
        cancelled: this.#cancelled,
      })
    } finally {
      // A later statement can already be the current statement. The ended statement must not remove the later statement from
      // `#current`.
      if (this.#current === current) this.#current = undefined
    }
  }
}

/**
 * Waits for two statements that were sent one after the other. If both statements fail, the function throws the error of the
 * first statement.
 */
export async function waitForBothStatements<T>(first: Promise<unknown>, second: Promise<T>): Promise<T> {
  const [one, other] = await Promise.allSettled([first, second])
  if (one.status === 'rejected') throw one.reason
  if (other.status === 'rejected') throw other.reason
  return other.value
}

function doing(text: string, at: SourceLocation): string {
  return at === ENGINE_STATEMENT_LOCATION ? `the engine ran ${brief(text)}` : `${at.file}:${at.line} ran`
}

function brief(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 57)}...` : line
}

function ignore(): void {}
