import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { Socket } from 'node:net'
import { pathToFileURL } from 'node:url'

/** Returns the innermost line of the file `path` in a call stack. Returns undefined if the stack does not contain the file. */
export function findLineInCallStack(stack: string | undefined, path: string): number | undefined {
  return lineInNamedFile(stack, namesInStack(path))
}

function namesInStack(path: string): readonly string[] {
  return [`${path}:`, `${pathToFileURL(path).href}:`]
}

function lineInNamedFile(stack: string | undefined, names: readonly string[]): number | undefined {
  for (const frame of stack?.split('\n').slice(1) ?? []) {
    const name = names.find((one) => frame.includes(one))
    const line = name === undefined ? NaN : Number.parseInt(frame.slice(frame.indexOf(name) + name.length), 10)
    if (line > 0) return line
  }
  return undefined
}

/** A function migration that is running, and the line of its file that started the current operation. */
interface Spot {
  readonly scope: FunctionAsyncWorkTracker
  readonly line: number | undefined
}

const spots = new AsyncLocalStorage<Spot>()

// The longest time in milliseconds that a run waits for the timers of a function migration that has returned. A pause in a
// migration is usually shorter. A longer timer is usually only the time limit of another operation, so the run does not wait for
// it.
const PATIENCE_MS = 10_000

/**
 * Matches the kinds of asynchronous resources that can still send a statement after a function migration has returned: timers,
 * file operations and DNS lookups. The pattern does not match requests of `crypto`, because Node does not report the end of a
 * request that completes immediately.
 */
const LATER = /^(?:Timeout|Immediate|FSREQ\w+|FILEHANDLECLOSEREQ|GETADDRINFOREQWRAP)$/

interface Timer {
  readonly _idleTimeout?: number
  hasRef?(): boolean
}

/**
 * Tracks the asynchronous work of one call of a migration function with Node's async hooks. The class records the line that
 * started a statement, rejected promises that no code awaited, and connections that the function itself opened. The class also
 * records the timers and file operations that have not ended when the function returns.
 */
export class FunctionAsyncWorkTracker {
  readonly #names: readonly string[]
  readonly #connects: (where: string) => Error
  readonly #later = new Map<number, Timer>()
  readonly #promises = new WeakSet<object>()
  #patienceMs = Number.POSITIVE_INFINITY
  #changed: (() => void) | undefined
  /** The rejection reason of the function's first rejected promise that no code awaited. */
  forsaken: { readonly reason: unknown } | undefined

  /**
   * Creates the tracker of one migration function. `path` is the file of the function. `connects` returns the error for a
   * connection that the function itself opens.
   */
  constructor(path: string, connects: (where: string) => Error) {
    this.#names = namesInStack(path)
    this.#connects = connects
  }

  /** Runs the migration function, and tracks the asynchronous work that the function starts. */
  run<T>(body: () => Promise<T>): Promise<T> {
    return spots.run({ scope: this, line: undefined }, body)
  }

  /** Runs an operation of the function, and records the line of the migration file that called the operation. */
  at<T>(writing: () => T): T {
    return spots.run({ scope: this, line: this.line() }, writing)
  }

  /**
   * Returns the line of the migration file that runs at the moment, which is the innermost line on the stack. If the stack
   * contains no line of the file, returns the line that started the operation.
   */
  line(): number | undefined {
    return this.lineIn(stackHere()) ?? spots.getStore()?.line
  }

  lineIn(stack: string | undefined): number | undefined {
    return lineInNamedFile(stack, this.#names)
  }

  /**
   * Waits until the timers, file operations and DNS lookups that the migration function started have ended. Waits for timers only
   * up to a total delay of `PATIENCE_MS`. The wait ends early if `signal` aborts.
   */
  async afterwards(signal: AbortSignal): Promise<void> {
    this.#patienceMs = PATIENCE_MS
    for (const [id, timer] of this.#later) if (!this.#awaits(timer)) this.#later.delete(id)
    const stop = () => this.#changed?.()
    signal.addEventListener('abort', stop, { once: true })
    await nextTurn()
    while (this.#later.size > 0 && !signal.aborted) {
      await this.#next()
      // An asynchronous operation that has ended can have started another operation. The loop therefore repeats the wait until
      // the migration function has no open operation.
      await nextTurn()
    }
    signal.removeEventListener('abort', stop)
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve
    })
  }

  /**
   * Records the start of an asynchronous operation of the migration function. Returns true if the run must wait for the end of
   * the operation.
   */
  began(id: number, type: string, resource: object): boolean {
    if (type === 'PROMISE') this.#promises.add(resource)
    if (!LATER.test(type) || (this.#patienceMs !== Number.POSITIVE_INFINITY && !this.#awaits(resource))) return false
    this.#later.set(id, resource)
    return true
  }

  ended(id: number): void {
    if (this.#later.delete(id) && this.#later.size === 0) this.#changed?.()
  }

  /** Returns true when code of the migration function created the promise. */
  owns(promise: object): boolean {
    return this.#promises.has(promise)
  }

  refuseConnection(where: string): Error {
    return this.#connects(where)
  }

  /**
   * Returns true for a timer that the run waits for. The run does not wait for a timer with a long delay, or for a timer that does
   * not keep the process alive, because such a timer is usually only the time limit of another operation.
   */
  #awaits(timer: Timer): boolean {
    const { _idleTimeout: delay = 1 } = timer
    const delayMs = Math.max(delay, 1)
    if (timer.hasRef?.() === false || delayMs > this.#patienceMs) return false
    this.#patienceMs -= delayMs
    return true
  }
}

/**
 * Waits for two turns of the event loop. Node reports the end of a promise in the first turn, and executes the callbacks of the
 * promise in the second turn.
 */
async function nextTurn(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

// The number of stack frames to record. Sequelize puts many frames between a statement and the line that sent it.
const DEPTH = 60

function stackHere(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = DEPTH
  const holder: { readonly stack?: string } = {}
  Error.captureStackTrace(holder)
  Error.stackTraceLimit = limit
  return holder.stack
}

/** The trackers of the migration functions that are running in the Node process. */
const open = new Set<FunctionAsyncWorkTracker>()

const hook = createHook({
  init: (id, type, _trigger, resource) => {
    const scope = spots.getStore()?.scope
    if (scope?.began(id, type, resource)) owners.set(id, scope)
  },
  after: (id) => end(id),
  destroy: (id) => end(id),
})

const owners = new Map<number, FunctionAsyncWorkTracker>()

function end(id: number): void {
  owners.get(id)?.ended(id)
  owners.delete(id)
}

/**
 * Starts tracking the asynchronous work of a migration function. Node's hooks are installed while at least one migration function
 * runs.
 */
export function startTrackingFunction(scope: FunctionAsyncWorkTracker): void {
  open.add(scope)
  if (open.size > 1) return
  hook.enable()
  process.on('unhandledRejection', onForsaken)
  Socket.prototype.connect = connectInScope
}

export function stopTrackingFunction(scope: FunctionAsyncWorkTracker): void {
  open.delete(scope)
  if (open.size > 0) return
  hook.disable()
  owners.clear()
  process.off('unhandledRejection', onForsaken)
  Socket.prototype.connect = connect
}

/**
 * Handles a rejected promise that no code awaited. If a migration function created the promise, the migration fails. For every
 * other promise, the process reacts as without the engine.
 */
function onForsaken(reason: unknown, promise: Promise<unknown>): void {
  const scope = [...open].find((one) => one.owns(promise))
  if (scope) scope.forsaken ??= { reason }
  else if (process.listenerCount('unhandledRejection') === 1) throw reason
}

// oxlint-disable-next-line typescript/unbound-method -- the original method is restored after the functions, and is called with the socket as `this`
const { connect } = Socket.prototype
// Matches the file path of a PostgreSQL, MySQL, MariaDB or SQL Server driver.
const DRIVERS = /[\\/]node_modules[\\/](?:pg|pg-native|mysql2|mysql|mariadb|postgres|tedious)[\\/]/

/**
 * Replaces `Socket.connect` while migration functions run. Throws an error for a connection that a database driver opens inside a
 * function. Statements on that connection would bypass the lock, the transaction and the guards.
 */
function connectInScope(this: Socket, ...args: readonly unknown[]): Socket {
  const scope = spots.getStore()?.scope
  if (scope && DRIVERS.test(stackHere() ?? '')) throw scope.refuseConnection(whereOf(args))
  return Reflect.apply(connect, this, args)
}

function whereOf(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args
  if (typeof first === 'object' && first !== null) {
    const { host = 'localhost', port, path } = first as { readonly host?: string; readonly port?: number; readonly path?: string }
    return path ?? `${host}:${port}`
  }
  return typeof first === 'number' ? `${typeof second === 'string' ? second : 'localhost'}:${first}` : String(first)
}
