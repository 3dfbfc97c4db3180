/** The source of time and random numbers. Nearly all modules receive a clock as an argument, so that tests can replace it. */
export interface Clock {
  now(): Date
  /** Returns the milliseconds since an arbitrary point in time. The number never decreases. */
  elapsedMs(): number
  /** Waits for `ms` milliseconds. Rejects with the reason of the signal when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
  /** Returns a random number in [0, 1). */
  random(): number
}

/** Calls the function after `ms` milliseconds. The timer does not keep the process alive. */
export function callAfterDelay(ms: number, callback: () => void): void {
  setTimeout(callback, ms).unref()
}

/** The clock and the random numbers of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  elapsedMs: () => performance.now(),
  random: () => Math.random(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const stop = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, ms)
      signal?.addEventListener('abort', stop, { once: true })
    }),
}
