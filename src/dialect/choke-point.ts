import { errorMessageOf, InterphaseError } from '../error.ts'
import { runMigrationCode } from '../migration-code.ts'
import type { FunctionMigrationCall, StatementResult } from './dialect.ts'
import { FunctionAsyncWorkTracker, startTrackingFunction, stopTrackingFunction } from './function-scope.ts'

/**
 * The function that sends one statement on the database session. `line` is the line of the migration file that contains the
 * statement.
 */
export type SendStatementOfFunction = (text: string, values: readonly unknown[] | undefined, line: number) => Promise<StatementResult>

interface Sent {
  readonly text: string
  readonly line: number
}

/**
 * Sends every statement of a function migration while the function runs. When the function returns, the class waits for the
 * statements that the function sent without `await`, and sends no further statement. A statement without `await` and a statement
 * after the return both make the migration fail. Otherwise, the engine would record the migration as done before its last
 * statement ended.
 */
export class FunctionStatementSender {
  readonly #call: FunctionMigrationCall
  readonly #deliver: SendStatementOfFunction
  readonly #scope: FunctionAsyncWorkTracker
  /**
   * The engine's error for each driver error that the code of the function migration received. If the function fails because of a
   * driver error, the migration fails with the engine's error.
   */
  readonly #ours = new Map<unknown, InterphaseError>()
  readonly #inHand = new Map<Promise<unknown>, Sent>()
  #isOpen = true
  #hasSent = false
  #unawaited: Sent | undefined
  #connected: InterphaseError | undefined
  #affected = 0

  constructor(call: FunctionMigrationCall, deliver: SendStatementOfFunction) {
    this.#call = call
    this.#deliver = deliver
    this.#scope = new FunctionAsyncWorkTracker(call.path, (where) => this.#ownConnection(where))
  }

  /**
   * Sends a statement of the function migration. If the function returns before the statement ends, the promise never settles, so
   * that code which awaits the promise does not continue.
   */
  send(text: string, values?: readonly unknown[]): Promise<StatementResult> {
    const sent = { text, line: this.line() }
    if (!this.#isOpen) return this.#tooLate(sent)
    this.#hasSent = true
    const answer = this.#delivered(sent, values)
    this.#inHand.set(answer, sent)
    const forget = () => void this.#inHand.delete(answer)
    answer.then(forget, forget)
    return new Promise((resolve, reject) => {
      answer.then(
        (outcome) => this.#isOpen && resolve(outcome),
        (error: unknown) => this.#isOpen && reject(error),
      )
    })
  }

  /** Returns the line of the migration file that runs at the moment. */
  line(): number {
    return this.#scope.line() ?? 1
  }

  /**
   * Returns a wrapper of an object. Each method call of the wrapper records the line of the migration file that made the call,
   * for error messages.
   */
  watched<T extends object>(object: T): T {
    return new Proxy(object, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target)
        if (typeof value !== 'function' || property === 'constructor') return value
        return (...args: readonly unknown[]) => this.#scope.at<unknown>(() => Reflect.apply(value, target, args))
      },
    })
  }

  /**
   * Runs the migration function, and waits until the asynchronous work of the function ends. Returns the number of rows written.
   * Throws an error if the function or one of its statements failed, or if a statement was sent without `await`.
   */
  async run(body: () => Promise<unknown>): Promise<number> {
    startTrackingFunction(this.#scope)
    try {
      return await runMigrationCode(() => this.#throughout(body))
    } finally {
      stopTrackingFunction(this.#scope)
    }
  }

  async #throughout(body: () => Promise<unknown>): Promise<number> {
    const failed = await this.#waitedFor(body).then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    this.#isOpen = false
    const [left] = this.#inHand.values()
    await Promise.allSettled(this.#inHand.keys())
    if (this.#connected) throw this.#connected
    if (failed) throw this.#told(failed.error)
    await this.#scope.afterwards(this.#call.signal)
    this.#call.signal.throwIfAborted()
    const unawaited = left ?? this.#unawaited
    if (unawaited) throw this.#missingAwait(unawaited, this.#scope.forsaken?.reason)
    if (this.#scope.forsaken) throw this.#forsaken(this.#scope.forsaken.reason)
    return this.#affected
  }

  #waitedFor(body: () => Promise<unknown>): Promise<unknown> {
    const ran = this.#scope.run(body).then((value) => this.#refuseUnstarted(value))
    const { abandoned } = this.#call
    return abandoned ? Promise.race([ran, abandoned(() => this.#inHand.size > 0)]) : ran
  }

  /**
   * Throws `migration.unstarted` if the function returned a function or a generator and sent no statement. The code of a
   * generator runs only when other code iterates over the generator.
   */
  #refuseUnstarted(value: unknown): void {
    if (this.#hasSent) return
    const is = typeof value === 'function' ? 'a function' : isGenerator(value) ? 'a generator' : undefined
    if (is === undefined) return
    throw new InterphaseError('migration.unstarted', { file: this.#call.file, returned: is })
  }

  async #delivered({ text, line }: Sent, values: readonly unknown[] | undefined): Promise<StatementResult> {
    try {
      this.#call.signal.throwIfAborted()
      const outcome = await this.#deliver(text, values, line)
      this.#affected += outcome.affected
      return outcome
    } catch (error) {
      if (!(error instanceof InterphaseError)) throw error
      const cause = error.code.startsWith('statement.') && error.cause !== undefined ? error.cause : error
      this.#ours.set(cause, error)
      throw cause
    }
  }

  #tooLate(sent: Sent): Promise<never> {
    this.#unawaited ??= sent
    return new Promise<never>(() => undefined)
  }

  #missingAwait({ text, line }: Sent, cause?: unknown): InterphaseError {
    return new InterphaseError('migration.unawaited', { file: this.#call.file, line, statement: text }, { cause })
  }

  /** Returns the error for a promise that was rejected while the migration function ran, and that no code awaited. */
  #forsaken(reason: unknown): unknown {
    const told = this.#told(reason)
    if (!(told instanceof InterphaseError)) return told
    const { line = 1, statement = told.message } = told.facts as { readonly line?: number; readonly statement?: string }
    return new InterphaseError('migration.unawaited', { file: this.#call.file, line, statement }, { cause: told })
  }

  #ownConnection(where: string): InterphaseError {
    return (this.#connected ??= new InterphaseError('migration.own-connection', {
      file: this.#call.file,
      line: this.line(),
      where,
    }))
  }

  /**
   * Returns the engine's error that caused the error of the function migration, or else an error `migration.threw`. The search is
   * needed because Sequelize wraps the error of the driver, and other libraries wrap the error of Sequelize.
   */
  #told(error: unknown): unknown {
    let inner: unknown = error
    for (let depth = 0; depth < 8 && typeof inner === 'object' && inner !== null; depth += 1) {
      if (inner instanceof InterphaseError) return inner
      const found = this.#ours.get(inner)
      if (found) return found
      inner = Reflect.get(inner, 'parent') ?? Reflect.get(inner, 'cause')
    }
    if (this.#call.signal.aborted) return error
    const line = this.#scope.lineIn(error instanceof Error ? error.stack : undefined)
    return new InterphaseError(
      'migration.threw',
      { file: this.#call.file, line: line ?? 1, problem: errorMessageOf(error) },
      { cause: error },
    )
  }
}

function isGenerator(value: unknown): boolean {
  const next: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'next') : undefined
  return (
    typeof next === 'function' && value !== null && typeof value === 'object' && (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}
