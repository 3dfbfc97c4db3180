import { expect } from 'chai'
import { type ProgressPrinterSettings, startProgressPrinter } from '../../src/cli/progress.ts'
import { formatWorkInProgress, type WorkInProgress, workInProgressAfterEvent } from '../../src/cli/render/work-in-progress.ts'
import type { Clock } from '../../src/clock.ts'
import type { Event } from '../../src/event.ts'

const STARTED: Event = { type: 'migration-started', migration: '2/010-a.migrate', index: 0, of: 2, path: 'together' }
const SECOND: Event = { type: 'statement-started', migration: '2/010-a.migrate', statement: 1, of: 3, text: 'SELECT 1' }
const REFUSED: Event = { type: 'lock-timeout', migration: '2/010-a.migrate', attempt: 1, of: 12, blockers: [], retryInMs: 4000 }
const DONE: Event = { type: 'migration-done', migration: '2/010-a.migrate', index: 0, of: 2, affected: 0, elapsedMs: 1 }

describe('what is in hand', () => {
  const after = (events: readonly Event[]) =>
    events.reduce<WorkInProgress | undefined>((before, event, index) => workInProgressAfterEvent(event, before, index * 1000), undefined)
  const text = (events: readonly Event[], now: number) => {
    const inHand = after(events)
    return inHand && formatWorkInProgress(inHand, now)
  }

  it('is a migration from its beginning to its end, with the statement that it is at', () => {
    expect(text([STARTED], 12_400)).to.equal('1 of 2  2/010-a.migrate, 12 s')
    expect(text([STARTED, SECOND], 125_000)).to.equal('1 of 2  2/010-a.migrate, statement 2 of 3, 2 min 5 s')
    expect(text([STARTED, SECOND, DONE], 0)).to.equal(undefined)
  })

  it('counts down to the next attempt, and then continues', () => {
    expect(text([STARTED, REFUSED], 2000)).to.equal('1 of 2  2/010-a.migrate, attempt 2 of 12 in 3 s')
    expect(text([STARTED, REFUSED], 6000)).to.equal('1 of 2  2/010-a.migrate, attempt 2 of 12, 6 s')
    expect(text([STARTED, REFUSED, { ...SECOND, statement: 0, of: 1 }], 6000)).to.equal('1 of 2  2/010-a.migrate, attempt 2 of 12, 6 s')
    expect(text([STARTED, REFUSED, SECOND], 6000)).to.equal('1 of 2  2/010-a.migrate, statement 2 of 3, 6 s')
  })

  it('is a data step in batches with the reason why it waits, also when the step was resumed', () => {
    const step = { migration: '2/010-a.migrate' }
    const waiting: Event = { type: 'batches-waiting', ...step, signal: 'pause', because: 'paused by anna', since: '2030-01-01T00:00:00Z' }
    const released: Event = { type: 'batches-released', ...step, waitedMs: 1000 }
    const resumed: Event = { type: 'batches-resumed', ...step, batches: 3, rows: 3000 }
    expect(text([STARTED, waiting], 12_400)).to.equal('1 of 2  2/010-a.migrate, waits: paused by anna, 12 s')
    expect(text([resumed, waiting], 12_400)).to.equal('2/010-a.migrate, waits: paused by anna, 12 s')
    expect(text([resumed, waiting, released], 12_400)).to.equal('2/010-a.migrate, 12 s')
  })

  it('is nothing for what only reports', () => {
    expect(text([SECOND, REFUSED, { type: 'remark', says: 'so' }], 0)).to.equal(undefined)
  })
})

describe('progress', () => {
  it('is told after each while, as long as something is in hand', async () => {
    const { clock, pass } = handClock()
    const told: string[] = []
    const progress = startProgressPrinter(clock, pace(told, false))
    progress.see(STARTED)
    expect(told).to.deep.equal([])
    await pass(60_000)
    await pass(60_000)
    progress.see(DONE)
    await pass(60_000)
    expect(told).to.deep.equal(['1 of 2  2/010-a.migrate, 1 min 0 s', '1 of 2  2/010-a.migrate, 2 min 0 s'])
  })

  it('is told at once where that was asked for, and no more when it rests', async () => {
    const { clock, pass, waiting } = handClock()
    const told: string[] = []
    const progress = startProgressPrinter(clock, pace(told, true))
    progress.see(STARTED)
    progress.see(SECOND)
    expect(told).to.have.length(2)
    progress.rest()
    await pass(60_000)
    expect(told).to.have.length(2)
    expect(waiting()).to.equal(0)
  })
})

function pace(told: string[], atOnce: boolean): ProgressPrinterSettings {
  return { everyMs: 60_000, atOnce, tell: (says) => told.push(says) }
}

/** A clock that goes on only by hand. */
function handClock() {
  let now = 0
  const waits = new Set<() => void>()
  const clock: Clock = {
    now: () => new Date(now),
    elapsedMs: () => now,
    random: () => 0,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        const end = now + ms
        const look = () => {
          if (now < end) return
          waits.delete(look)
          resolve()
        }
        waits.add(look)
        signal?.addEventListener('abort', () => {
          waits.delete(look)
          reject(signal.reason)
        })
      }),
  }
  const pass = async (ms: number) => {
    now += ms
    for (const look of waits) look()
    // What was waiting goes on before the time does.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, pass, waiting: () => waits.size }
}
