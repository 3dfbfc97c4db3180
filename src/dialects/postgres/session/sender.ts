import type Pg from 'pg'
import type { SourceLocation } from '../../../dialect/dialect.ts'
import { convertStatementError, isConnectionLost, makeConnectionLostError } from './errors.ts'
import { SocketOutbox } from './outbox.ts'

/** The location for errors of the engine's own statements, which belong to no migration file. */
export const ENGINE_LOCATION: SourceLocation = { file: 'interphase', line: 1 }

/**
 * Sends the statements of one connection in order, one at a time or behind each other. Converts the errors of the server, and notices
 * the loss of the connection.
 */
export class StatementSender {
  /** Aborts when the connection is lost. The reason is an error `database.lost`. */
  readonly lost: AbortSignal
  /** The time limit that the server's error about a cancelled statement names, in milliseconds. 0 means none. */
  statementTimeoutMs = 0

  readonly #where: string
  readonly #loss = new AbortController()
  readonly #outbox: SocketOutbox
  /** Resolves after the last statement that must end before another one is sent. */
  #lastAlone: Promise<unknown> = Promise.resolve()
  /** Resolves after all statements that were sent so far. */
  #everything: Promise<unknown> = Promise.resolve()
  #current: { readonly text: string; readonly at: SourceLocation } | undefined
  #closing = false
  #cancelled = false

  constructor(client: Pg.Client, where: string) {
    this.#where = where
    this.lost = this.#loss.signal
    this.#outbox = new SocketOutbox(client.connection.stream)
  }

  /** True while a statement waits for its answer. */
  get isBusy(): boolean {
    return this.#current !== undefined
  }

  /** Sends statements one at a time, even if a function migration sends several at once. */
  alone<Result>(text: string, at: SourceLocation, send: () => Promise<Result>): Promise<Result> {
    const mine = this.#everything.then(() => this.#send(text, at, send))
    this.#lastAlone = this.#everything = mine.then(ignore, ignore)
    return mine
  }

  /** Sends a statement of the engine behind the previous ones, without waiting for their answers. */
  abreast<Result>(text: string, send: () => Promise<Result>, at: SourceLocation = ENGINE_LOCATION): Promise<Result> {
    const mine = this.#lastAlone.then(() => this.#send(text, at, send))
    // The result of the promise is dropped. Otherwise each promise would keep the previous one in memory.
    this.#everything = Promise.allSettled([this.#everything, mine]).then(ignore)
    return mine
  }

  /** Notes that a cancellation of the current statement was requested. */
  cancelling(): void {
    this.#cancelled = true
  }

  /** Notes that the session is closed on request, so that the end of the connection is not a loss. Returns false the second time. */
  closing(): boolean {
    const isFirst = !this.#closing
    this.#closing = true
    return isFirst
  }

  /** Notes that the connection is lost, unless it was closed on request. */
  lose(error: unknown): void {
    if (!this.#closing && !this.lost.aborted)
      this.#loss.abort(makeConnectionLostError(error, this.#current ? doing(this.#current.text, this.#current.at) : 'waiting'))
  }

  async #send<Result>(text: string, at: SourceLocation, send: () => Promise<Result>): Promise<Result> {
    if (this.lost.aborted) throw this.lost.reason
    const current = { text, at }
    this.#current = current
    this.#cancelled = false
    this.#outbox.hold()
    try {
      return await send()
    } catch (error) {
      if (isConnectionLost(error)) this.lose(error)
      throw convertStatementError(error, {
        statement: at === ENGINE_LOCATION ? brief(text) : text,
        at,
        isOwn: at === ENGINE_LOCATION,
        where: this.#where,
        doing: doing(text, at),
        statementTimeoutMs: this.statementTimeoutMs,
        cancelled: this.#cancelled,
      })
    } finally {
      // Another statement may have been sent after this one, and must then stay the current one.
      if (this.#current === current) this.#current = undefined
    }
  }
}

/** Waits for two statements that were sent one after the other. If both fail, the error of the first is thrown. */
export async function afterBoth<T>(first: Promise<unknown>, second: Promise<T>): Promise<T> {
  const [one, other] = await Promise.allSettled([first, second])
  if (one.status === 'rejected') throw one.reason
  if (other.status === 'rejected') throw other.reason
  return other.value
}

function doing(text: string, at: SourceLocation): string {
  return at === ENGINE_LOCATION ? `the engine ran ${brief(text)}` : `${at.file}:${at.line} ran`
}

function brief(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 57)}...` : line
}

function ignore(): void {}
