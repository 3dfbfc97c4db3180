import { expect } from 'chai'
import { isInLocalTimePeriod, isInWeeklyTimeWindow, isTimeZone, toLocalWallTime } from '../../src/phase/time-zone.ts'

const BERLIN = 'Europe/Berlin'

describe('time zones', () => {
  it('knows which names are time zones', () => {
    expect([BERLIN, 'UTC', 'Mars/Base', ''].map(isTimeZone)).to.deep.equal([true, true, false, false])
  })

  it('shows the wall time before and after a change of the clocks', () => {
    // Summer time began on 29 March 2026 at 01:00 UTC and ended on 25 October 2026 at 01:00 UTC.
    const shown = ['2026-03-29T00:59Z', '2026-03-29T01:00Z', '2026-10-25T00:59Z', '2026-10-25T01:00Z'].map(
      (at) => toLocalWallTime(new Date(at), BERLIN).time,
    )
    expect(shown).to.deep.equal(['01:59', '03:00', '02:59', '02:00'])
  })

  it('keeps a window at the same wall time in summer and winter', () => {
    const window = { zone: BERLIN, from: '22:00', to: '23:00' }
    const isIn = (at: string) => isInWeeklyTimeWindow(new Date(at), window)
    expect(['2026-07-01T20:30Z', '2026-07-01T21:30Z', '2026-12-01T20:30Z', '2026-12-01T21:30Z'].map(isIn)).to.deep.equal([
      true,
      false,
      false,
      true,
    ])
  })

  it('counts a window over midnight to the day on which it begins', () => {
    // 27 November 2026 is a Friday.
    const window = { zone: 'UTC', from: '22:00', to: '06:00', days: ['fri'] as const }
    const isIn = (at: string) => isInWeeklyTimeWindow(new Date(at), window)
    expect(
      ['2026-11-27T05:00Z', '2026-11-27T22:00Z', '2026-11-28T05:59Z', '2026-11-28T06:00Z', '2026-11-28T23:00Z'].map(isIn),
    ).to.deep.equal([false, true, true, false, false])
  })

  it('is in a period from its first minute on and not at its end', () => {
    const freeze = { zone: 'America/New_York', from: '2026-12-20T00:00', to: '2027-01-04T00:00' }
    const isIn = (at: string) => isInLocalTimePeriod(new Date(at), freeze)
    expect(['2026-12-20T04:59Z', '2026-12-20T05:00Z', '2027-01-04T04:59Z', '2027-01-04T05:00Z'].map(isIn)).to.deep.equal([
      false,
      true,
      true,
      false,
    ])
  })
})
