import { Worker } from 'node:worker_threads'
import { callAfterDelay } from '../clock.ts'

// The time in milliseconds between two signs of life of the main thread.
const BEAT_MS = 250

// The time in milliseconds without a sign of life after which the main thread counts as blocked.
const BLOCKED_MS = 2000

/**
 * The code of the second thread, which detects that the main thread is blocked. The code reads the number of the main thread's
 * last sign of life. The number is 0 if no code of a migration runs. If another number has not changed for `blockedMs`
 * milliseconds, the code uses Node's inspector to evaluate `expression` in the main thread, because only the inspector can
 * interrupt a thread that executes an endless loop. The inspector session ends after each evaluation. Otherwise, Node would wait
 * for the open session at the end of the process, and print a line.
 */
const WATCH = `
const { Session } = require('node:inspector')
const { workerData: { beats, expression, blockedMs } } = require('node:worker_threads')
const evaluate = () => {
  const session = new Session()
  session.connectToMainThread()
  session.post('Runtime.evaluate', { expression }, () => session.disconnect())
}
let last = 0
let since = Date.now()
setInterval(() => {
  const beat = Atomics.load(beats, 0)
  if (beat === 0 || beat !== last) [last, since] = [beat, Date.now()]
  else if (Date.now() - since > blockedMs) evaluate()
}, blockedMs / 4)
`

const HOOK = 'interphase.blocked-thread'

// The numbers that both threads share. The only number is that of the last sign of life.
const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

// The second thread of the process. It exists as soon as code of a migration has run.
let second: Worker | undefined

function startSecondThread(): Worker {
  const expression = `globalThis[Symbol.for('${HOOK}')]()`
  const worker = new Worker(WATCH, { eval: true, execArgv: [], workerData: { beats, expression, blockedMs: BLOCKED_MS } })
  // The second thread does not keep the process alive.
  worker.unref()
  return worker
}

/**
 * Detects that the main thread is blocked, for example by an endless loop in a migration. A second thread makes the check. The
 * first call of `begin` starts the second thread.
 */
export class BlockedThreadWatch {
  readonly #onFree: () => void
  #watchers = 0
  #isTimed = false

  /**
   * `onBlocked` runs in the main thread while the thread is blocked, again and again. `onFree` runs at each sign of life of the
   * thread.
   */
  constructor(onBlocked: () => void, onFree: () => void) {
    this.#onFree = onFree
    // The second thread can call this function shortly after the migration has ended. The call must then do nothing, because no
    // later call of `onFree` would reverse the effect of `onBlocked`.
    Reflect.set(globalThis, Symbol.for(HOOK), () => this.#watchers > 0 && onBlocked())
  }

  begin(): void {
    this.#watchers += 1
    second ??= startSecondThread()
    this.#beat()
    if (!this.#isTimed) this.#beatLater()
  }

  end(): void {
    this.#watchers -= 1
    if (this.#watchers > 0) return
    Atomics.store(beats, 0, 0)
    this.#onFree()
  }

  #beat(): void {
    // The number of a sign of life is never 0, because 0 tells the second thread that no code of a migration runs.
    Atomics.store(beats, 0, (Atomics.load(beats, 0) % 1_000_000) + 1)
    this.#onFree()
  }

  #beatLater(): void {
    this.#isTimed = this.#watchers > 0
    if (!this.#isTimed) return
    callAfterDelay(BEAT_MS, () => {
      if (this.#watchers > 0) this.#beat()
      this.#beatLater()
    })
  }
}
