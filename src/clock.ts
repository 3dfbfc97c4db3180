/** Where time and chance come from. Nothing below `engine.ts` asks the machine for them by itself. */
export interface Clock {
  now(): Date
  /** Milliseconds since an arbitrary start; never goes backwards. */
  elapsedMs(): number
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason as soon as it aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
  /** A number in [0, 1). */
  random(): number
}

/** Acts after `ms` milliseconds, where the process still lives then; it does not live on for this. */
export function inCaseOf(ms: number, writing: () => void): void {
  setTimeout(writing, ms).unref()
}

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
