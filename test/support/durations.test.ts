import { expect } from 'chai'
import { mustBeQuick, slowestOf } from './durations.ts'

const DURATIONS = [
  { test: 'test/a.test.ts: quick', ms: 20 },
  { test: 'test/a.test.ts: slow', ms: 2500 },
  ...Array.from({ length: 12 }, (_, index) => ({ test: `test/b.test.ts: ${index}`, ms: 10_000 + index })),
]

describe('the durations of tests', () => {
  it('name the ten slowest, the slowest first', () => {
    const lines = slowestOf(DURATIONS)?.split('\n') ?? []
    expect(lines).to.have.lengthOf(11)
    expect(lines[1]).to.equal('  10.0 s  test/b.test.ts: 11')
    expect(slowestOf(DURATIONS.slice(0, 1))).to.equal(undefined)
  })

  it('fail a run only where the environment sets a limit', () => {
    expect(() => mustBeQuick(DURATIONS, undefined)).not.to.throw()
    expect(() => mustBeQuick(DURATIONS, '11')).not.to.throw()
    expect(() => mustBeQuick(DURATIONS, '2.4')).to.throw(/longer than 2.4 s:\n {2}2.5 s {2}test\/a.test.ts: slow/)
    expect(() => mustBeQuick(DURATIONS, 'soon')).to.throw('TEST_SECONDS_AT_MOST')
  })
})
