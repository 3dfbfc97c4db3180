import type { SignalReading } from '../../dialect/signals.ts'
import { SIGNAL_UNITS, type SignalLimit, type SignalName, type TimeWindow } from '../../phase/throttle.ts'

/** A signal with its limit, at one moment. */
export interface Signal {
  readonly name: string
  readonly class: 'budget' | 'gauge'
  readonly above: number
  readonly reason: string
  readonly reading: { readonly value: number; readonly says: string } | { readonly lost: string }
}

/** The decision about the next batch. */
export type ThrottleDecision =
  | { readonly does: 'go' }
  | { readonly does: 'slow'; readonly signal: string; readonly factor: number; readonly because: string }
  | { readonly does: 'stop'; readonly signal: string; readonly because: string; readonly reason?: string }

const LEAST_FACTOR = 1.25
const GREATEST_FACTOR = 10

/**
 * The decision from all signals. The first budget above its limit stops the step. A lost budget counts as exceeded, because the
 * engine cannot exclude that its value is above the limit. Without such a budget, the gauge that is furthest above its limit slows the step down.
 */
export function decideBySignals(signals: readonly Signal[]): ThrottleDecision {
  const slow: { readonly signal: string; readonly factor: number; readonly because: string }[] = []
  for (const { name, class: kind, above, reason, reading } of signals) {
    if ('lost' in reading) {
      if (kind === 'budget') return { does: 'stop', signal: name, because: `${name} can no longer be read: ${reading.lost}`, reason }
      continue
    }
    if (reading.value <= above) continue
    if (kind === 'budget') return { does: 'stop', signal: name, because: reading.says, reason }
    slow.push({ signal: name, factor: factorOf(reading.value, above), because: reading.says })
  }
  const [worst] = slow.sort((a, b) => b.factor - a.factor)
  return worst ? { does: 'slow', ...worst } : { does: 'go' }
}

function factorOf(value: number, above: number): number {
  const factor = above === 0 ? GREATEST_FACTOR : Math.min(GREATEST_FACTOR, Math.max(LEAST_FACTOR, value / above))
  return Math.round(factor * 100) / 100
}

/** True when a budget was readable before and is not now. */
export function isLost(reading: SignalReading, wasReadable: ReadonlySet<string>): boolean {
  return 'unreadable' in reading && wasReadable.has(reading.signal)
}

/** The sentence for a value: `lock-waits is 12 sessions, above the limit of 10`. */
export function sayValue(name: string, value: number, above: number, unit = '', what?: string): string {
  const number = (of: number) => `${(Math.round(of * 10) / 10).toLocaleString('en')}${unit === '' ? '' : ` ${unit}`}`
  return `${name}${what === undefined ? '' : ` of ${what}`} is ${number(value)}, above the limit of ${number(above)}`
}

/** The signal for a reading of the server. Undefined if the policy switches the signal off, or it was never readable. */
export function signalOf(
  name: SignalName,
  limit: SignalLimit | undefined,
  reading: { readonly value: number; readonly what?: string } | { readonly lost: string },
): Signal | undefined {
  if (!limit || 'off' in limit) return undefined
  if ('lost' in reading) return { name, ...limit, reading }
  const { value, what } = reading
  return { name, ...limit, reading: { value, says: sayValue(name, value, limit.above, SIGNAL_UNITS[name], what) } }
}

/** The decision from the time of day in UTC. */
export function decideByTime(window: TimeWindow | undefined, now: Date): ThrottleDecision {
  if (!window) return { does: 'go' }
  const { from, to, reason } = window
  const time = now.toISOString().slice(11, 16)
  const isInside = from < to ? time >= from && time < to : time >= from || time < to
  if (isInside) return { does: 'go' }
  return { does: 'stop', signal: 'window', because: `the step runs from ${from} to ${to} UTC, and it is ${time}`, reason }
}
