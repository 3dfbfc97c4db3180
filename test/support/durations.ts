import { relative } from 'node:path'
import { ROOT } from '../structure/source.ts'

/** How long a test took, with the hooks before it. */
export interface Duration {
  readonly test: string
  readonly ms: number
}

/** Fails a run in which a test takes longer than so many seconds. */
const LIMIT_VARIABLE = 'TEST_SECONDS_AT_MOST'

const NAMED = 10
const SLOW_MS = 2000

/** Measures the tests of one process, one after the other. */
export class Stopwatch {
  #since = performance.now()
  #durations: Duration[] = []

  start(): void {
    this.#since = performance.now()
  }

  /** The time since the last test is the test's: its hooks, and those of its suite, work for it. */
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

/** The slowest tests, a line each; undefined where none is slow. */
export function slowestOf(durations: readonly Duration[]): string | undefined {
  const slowest = durations.filter(({ ms }) => ms >= SLOW_MS).toSorted((a, b) => b.ms - a.ms)
  if (slowest.length === 0) return undefined
  return ['Slowest tests, with their hooks:', ...slowest.slice(0, NAMED).map(lineOf)].join('\n')
}

/** Throws when a test took longer than the environment allows. */
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
