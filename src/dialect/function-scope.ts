import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { Socket } from 'node:net'
import { pathToFileURL } from 'node:url'

/** Where code of the function is at work, and at which line of its file it began what it does. */
interface Spot {
  readonly scope: FunctionScope
  readonly line: number | undefined
}

const spots = new AsyncLocalStorage<Spot>()

// What a function left to be done later is waited for this long, reckoned by the delays of its timers: longer than any pause
// in a migration, shorter than a timer that only guards against hanging.
const PATIENCE_MS = 10_000

/**
 * Node's kinds of work that ends by itself after a function has returned, and may then send a statement: timers, files, names of
 * hosts. Requests of `crypto` are not among them: of one that is done at once, Node never says that it has ended.
 */
const LATER = /^(?:Timeout|Immediate|FSREQ\w+|FILEHANDLECLOSEREQ|GETADDRINFOREQWRAP)$/

interface Timer {
  readonly _idleTimeout?: number
  hasRef?(): boolean
}

/**
 * Everything that one call of a function migration begins, directly or later: how Node tells its timers and promises from
 * those of others. It knows at which line of the function's file a statement began, what the function left behind when it
 * returned, which of its promises were rejected and awaited by nobody, and connections of its own.
 */
export class FunctionScope {
  readonly #names: readonly string[]
  readonly #connects: (where: string) => Error
  readonly #later = new Map<number, Timer>()
  readonly #promises = new WeakSet<object>()
  #patienceMs = Number.POSITIVE_INFINITY
  #changed: (() => void) | undefined
  /** The reason of the first of its promises that was rejected and awaited by nobody. */
  forsaken: { readonly reason: unknown } | undefined

  /** `path` is the function's file; `connects` makes the error that a connection of its own ends with. */
  constructor(path: string, connects: (where: string) => Error) {
    this.#names = [`${path}:`, `${pathToFileURL(path).href}:`]
    this.#connects = connects
  }

  /** Runs the function within the scope. */
  run<T>(body: () => Promise<T>): Promise<T> {
    return spots.run({ scope: this, line: undefined }, body)
  }

  /** Runs what the function calls, remembering the line that called it. */
  at<T>(writing: () => T): T {
    return spots.run({ scope: this, line: this.line() }, writing)
  }

  /** The line of the function's file that is at work: the innermost one, or the one that began this. */
  line(): number | undefined {
    return this.lineIn(stackHere()) ?? spots.getStore()?.line
  }

  lineIn(stack: string | undefined): number | undefined {
    for (const frame of stack?.split('\n').slice(1) ?? []) {
      const name = this.#names.find((one) => frame.includes(one))
      const line = name === undefined ? NaN : Number.parseInt(frame.slice(frame.indexOf(name) + name.length), 10)
      if (line > 0) return line
    }
    return undefined
  }

  /** Ends when nothing is left that the function put off, as far as anybody waits for it, and a turn after that. */
  async afterwards(signal: AbortSignal): Promise<void> {
    this.#patienceMs = PATIENCE_MS
    for (const [id, timer] of this.#later) if (!this.#awaits(timer)) this.#later.delete(id)
    const stop = () => this.#changed?.()
    signal.addEventListener('abort', stop, { once: true })
    await nextTurn()
    while (this.#later.size > 0 && !signal.aborted) {
      await this.#next()
      // What ended may begin the next of its kind.
      await nextTurn()
    }
    signal.removeEventListener('abort', stop)
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve
    })
  }

  /** True for what is waited for. */
  began(id: number, type: string, resource: object): boolean {
    if (type === 'PROMISE') this.#promises.add(resource)
    if (!LATER.test(type) || (this.#patienceMs !== Number.POSITIVE_INFINITY && !this.#awaits(resource))) return false
    this.#later.set(id, resource)
    return true
  }

  ended(id: number): void {
    if (this.#later.delete(id) && this.#later.size === 0) this.#changed?.()
  }

  /** Is this promise one of the function's? */
  owns(promise: object): boolean {
    return this.#promises.has(promise)
  }

  refuseConnection(where: string): Error {
    return this.#connects(where)
  }

  /** A timer that keeps no process alive is a guard, and so is one that is longer than anybody waits. */
  #awaits(timer: Timer): boolean {
    const { _idleTimeout: delay = 1 } = timer
    const delayMs = Math.max(delay, 1)
    if (timer.hasRef?.() === false || delayMs > this.#patienceMs) return false
    this.#patienceMs -= delayMs
    return true
  }
}

/** Two turns: the end of a promise is told of in the first, and what comes of that happens in the second. */
async function nextTurn(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

// Deep enough for the layers of Sequelize between a statement and the line that asked for it.
const DEPTH = 60

function stackHere(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = DEPTH
  const holder: { readonly stack?: string } = {}
  Error.captureStackTrace(holder)
  Error.stackTraceLimit = limit
  return holder.stack
}

/** The scopes of functions that are at work. */
const open = new Set<FunctionScope>()

const hook = createHook({
  init: (id, type, _trigger, resource) => {
    const scope = spots.getStore()?.scope
    if (scope?.began(id, type, resource)) owners.set(id, scope)
  },
  after: (id) => end(id),
  destroy: (id) => end(id),
})

const owners = new Map<number, FunctionScope>()

function end(id: number): void {
  owners.get(id)?.ended(id)
  owners.delete(id)
}

/** While a function is at work, Node is asked what belongs to it. */
export function enter(scope: FunctionScope): void {
  open.add(scope)
  if (open.size > 1) return
  hook.enable()
  process.on('unhandledRejection', onForsaken)
  Socket.prototype.connect = connectInScope
}

export function leave(scope: FunctionScope): void {
  open.delete(scope)
  if (open.size > 0) return
  hook.disable()
  owners.clear()
  process.off('unhandledRejection', onForsaken)
  Socket.prototype.connect = connect
}

/** A rejection of the function's fails the migration; one of others does what it would do without this. */
function onForsaken(reason: unknown, promise: Promise<unknown>): void {
  const scope = [...open].find((one) => one.owns(promise))
  if (scope) scope.forsaken ??= { reason }
  else if (process.listenerCount('unhandledRejection') === 1) throw reason
}

// oxlint-disable-next-line typescript/unbound-method -- it is put back, and called with the socket
const { connect } = Socket.prototype
// The drivers that reach these servers.
const DRIVERS = /[\\/]node_modules[\\/](?:pg|pg-native|mysql2|mysql|mariadb|postgres|tedious)[\\/]/

/** A driver's connection that is opened within a function goes around the session that holds lock, transaction and guards. */
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
