import type { LoadSignalReading } from '../../dialect/signals.ts'
import { LOAD_SIGNAL_UNITS, type LoadSignalLimit, type LoadSignalName, type ThrottleTimeWindow } from '../../phase/throttle.ts'

/**
 * The value of a signal about the server's load at one moment, and the limit of the signal, which the field `above` contains. If
 * the value exceeds the limit, a signal of the class `budget` makes the data step wait, and a signal of the class `gauge` makes the
 * data step slower.
 */
export interface LoadSignalWithLimit {
  readonly name: string
  readonly class: 'budget' | 'gauge'
  readonly above: number
  readonly reason: string
  readonly reading: { readonly value: number; readonly says: string } | { readonly lost: string }
}

/**
 * The decision about the next batch of a data step. With `go` the batch may begin. With `slow` the data step pauses before each
 * batch. With `wait` the batch may not begin until a later decision is `go` or `slow`.
 */
export type BatchThrottleDecision =
  | { readonly does: 'go' }
  | { readonly does: 'slow'; readonly signal: string; readonly factor: number; readonly because: string }
  | { readonly does: 'wait'; readonly signal: string; readonly because: string; readonly reason?: string }

const LEAST_FACTOR = 1.25
const GREATEST_FACTOR = 10

/**
 * Decides from all signals whether the next batch may begin. The data step waits if a signal of the class `budget` is above its
 * limit or cannot be read, because an unknown value can be above the limit. Otherwise, the signal of the class `gauge` that is
 * furthest above its limit slows the data step down.
 */
export function decideBatchBySignals(signals: readonly LoadSignalWithLimit[]): BatchThrottleDecision {
  const slow: { readonly signal: string; readonly factor: number; readonly because: string }[] = []
  for (const { name, class: kind, above, reason, reading } of signals) {
    if ('lost' in reading) {
      if (kind === 'budget') return { does: 'wait', signal: name, because: `${name} cannot be read: ${reading.lost}`, reason }
      continue
    }
    if (reading.value <= above) continue
    if (kind === 'budget') return { does: 'wait', signal: name, because: reading.says, reason }
    slow.push({ signal: name, factor: factorOf(reading.value, above), because: reading.says })
  }
  const [worst] = slow.sort((a, b) => b.factor - a.factor)
  return worst ? { does: 'slow', ...worst } : { does: 'go' }
}

function factorOf(value: number, above: number): number {
  const factor = above === 0 ? GREATEST_FACTOR : Math.min(GREATEST_FACTOR, Math.max(LEAST_FACTOR, value / above))
  return Math.round(factor * 100) / 100
}

/** Returns true if a signal was readable before and is not readable now. */
export function isLoadSignalLost(reading: LoadSignalReading, wasReadable: ReadonlySet<string>): boolean {
  return 'unreadable' in reading && wasReadable.has(reading.signal)
}

/** Formats the value of a signal as a sentence, such as `lock-waits is 12 sessions, above the limit of 10`. */
export function formatLoadSignalValue(name: string, value: number, above: number, unit = '', what?: string): string {
  const number = (of: number) => `${(Math.round(of * 10) / 10).toLocaleString('en')}${unit === '' ? '' : ` ${unit}`}`
  return `${name}${what === undefined ? '' : ` of ${what}`} is ${number(value)}, above the limit of ${number(above)}`
}

/**
 * Combines the value that the server returned for a signal with the limit of the policy. Returns undefined if the policy switches
 * the signal off, or if the policy has no limit for the signal.
 */
export function combineSignalReadingWithLimit(
  name: LoadSignalName,
  limit: LoadSignalLimit | undefined,
  reading: { readonly value: number; readonly what?: string } | { readonly lost: string },
): LoadSignalWithLimit | undefined {
  if (!limit || 'off' in limit) return undefined
  if ('lost' in reading) return { name, ...limit, reading }
  const { value, what } = reading
  return { name, ...limit, reading: { value, says: formatLoadSignalValue(name, value, limit.above, LOAD_SIGNAL_UNITS[name], what) } }
}

/** Decides from the time of day in UTC whether the next batch of a data step may begin. */
export function decideBatchByTimeOfDay(window: ThrottleTimeWindow | undefined, now: Date): BatchThrottleDecision {
  if (!window) return { does: 'go' }
  const { from, to, reason } = window
  const time = now.toISOString().slice(11, 16)
  const isInside = from < to ? time >= from && time < to : time >= from || time < to
  if (isInside) return { does: 'go' }
  return { does: 'wait', signal: 'window', because: `the step runs from ${from} to ${to} UTC, and it is ${time}`, reason }
}
