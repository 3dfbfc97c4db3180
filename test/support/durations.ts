import { relative } from 'node:path'
import { ROOT } from '../structure/source.ts'

/** The duration of a test in milliseconds, including its hooks. */
export interface Duration {
  readonly test: string
  readonly ms: number
}

/** The environment variable with the longest allowed duration of a test in seconds. A run with a longer test fails. */
const LIMIT_VARIABLE = 'TEST_SECONDS_AT_MOST'

const NAMED = 10
const SLOW_MS = 2000

/** Measures the durations of the tests in one process, one test after the other. */
export class Stopwatch {
  #since = performance.now()
  #durations: Duration[] = []

  start(): void {
    this.#since = performance.now()
  }

  /**
   * Adds the duration of a test: the time since the end of the previous test, which includes the hooks of the test and of its
   * suite.
   */
  ended(test: Mocha.Test | undefined): void {
    const now = performance.now()
    const file = relative(ROOT, test?.file ?? '').replaceAll('\\', '/')
    this.#durations.push({ test: `${file}: ${test?.titlePath().join(' › ') ?? ''}`, ms: now - this.#since })
    this.#since = now
  }

  taken(): readonly Duration[] {
    return this.#durations.splice(0)
  }
}

/** Returns a text with the slowest tests, one line each. Returns undefined if no test is slow. */
export function slowestOf(durations: readonly Duration[]): string | undefined {
  const slowest = durations.filter(({ ms }) => ms >= SLOW_MS).toSorted((a, b) => b.ms - a.ms)
  if (slowest.length === 0) return undefined
  return ['Slowest tests, with their hooks:', ...slowest.slice(0, NAMED).map(lineOf)].join('\n')
}

/** Throws an error if a test took longer than the environment variable allows. */
export function mustBeQuick(durations: readonly Duration[], limit = process.env[LIMIT_VARIABLE]): void {
  if (!limit) return
  const seconds = Number(limit)
  if (!(seconds > 0)) throw new Error(`${LIMIT_VARIABLE} is a number of seconds, not ${limit}`)
  const late = durations.filter(({ ms }) => ms > seconds * 1000)
  if (late.length > 0) throw new Error([`Tests took longer than ${seconds} s:`, ...late.map(lineOf)].join('\n'))
}

function lineOf({ test, ms }: Duration): string {
  return `  ${(ms / 1000).toFixed(1)} s  ${test}`
}
