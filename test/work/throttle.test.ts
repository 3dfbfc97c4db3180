import { expect } from 'chai'
import fc from 'fast-check'
import { addDefaultLoadSignalLimits, LOAD_SIGNAL_NAMES } from '../../src/phase/throttle.ts'
import { readPolicies } from '../../src/project/policies.ts'
import { batchCommitsAfterReplica, lagOfReplica } from '../../src/work/batches/replica-lag.ts'
import {
  combineSignalReadingWithLimit,
  decideBatchBySignals,
  decideBatchByTimeOfDay,
  isLoadSignalLost,
  type LoadSignalWithLimit,
} from '../../src/work/batches/throttle.ts'

const REASON = 'A reason is a sentence of this length.'
const LOST = { lost: 'permission denied' }

const signals = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    class: fc.constantFrom('budget' as const, 'gauge' as const),
    above: fc.nat(10),
    reason: fc.constant(REASON),
    reading: fc.oneof(
      fc.nat(20).map((value) => ({ value, says: `is ${value}` })),
      fc.constant(LOST),
    ),
  }),
)

describe('The decision about the next batch', () => {
  it('waits exactly while a budget is above its limit or lost, and slows down for gauges only', () => {
    fc.assert(
      fc.property(signals, (all) => {
        const isAbove = ({ reading, above }: LoadSignalWithLimit) => 'value' in reading && reading.value > above
        const isWaiting = all.some((one) => one.class === 'budget' && ('lost' in one.reading || isAbove(one)))
        const isSlowed = all.some((one) => one.class === 'gauge' && isAbove(one))
        expect(decideBatchBySignals(all).does).to.equal(isWaiting ? 'wait' : isSlowed ? 'slow' : 'go')
      }),
    )
  })

  it('takes the gauge that is furthest above its limit, by a factor from 1.25 to 10', () => {
    const gauge = (name: string, value: number, above: number): LoadSignalWithLimit => ({
      name,
      class: 'gauge',
      above,
      reason: REASON,
      reading: { value, says: name },
    })
    expect(decideBatchBySignals([gauge('a', 101, 100), gauge('b', 30, 10)])).to.deep.equal({
      does: 'slow',
      signal: 'b',
      factor: 3,
      because: 'b',
    })
    expect(decideBatchBySignals([gauge('a', 101, 100)])).to.include({ factor: 1.25 })
    expect(decideBatchBySignals([gauge('a', 99_999, 100)])).to.include({ factor: 10 })
    expect(decideBatchBySignals([gauge('a', 1, 0)])).to.include({ factor: 10 })
  })

  it('names the value with its unit, and the limit', () => {
    const found = combineSignalReadingWithLimit(
      'replica-lag',
      { class: 'budget', above: 10, reason: REASON },
      { value: 12.34, what: 'standby1' },
    )
    expect(decideBatchBySignals(found ? [found] : [])).to.deep.equal({
      does: 'wait',
      signal: 'replica-lag',
      because: 'replica-lag of standby1 is 12.3 s, above the limit of 10 s',
      reason: REASON,
    })
  })

  it('ignores a signal that the policy switches off, and one that was never readable', () => {
    expect(combineSignalReadingWithLimit('replica-lag', { off: REASON }, { value: 99 })).to.equal(undefined)
    expect(isLoadSignalLost({ signal: 'replica-lag', unreadable: 'no' }, new Set())).to.equal(false)
    expect(isLoadSignalLost({ signal: 'replica-lag', unreadable: 'no' }, new Set(['replica-lag']))).to.equal(true)
    expect(isLoadSignalLost({ signal: 'replica-lag', value: 1 }, new Set(['replica-lag']))).to.equal(false)
  })

  it('follows the time window, also over midnight', () => {
    const open = (from: string, to: string) =>
      ['00:00', '05:59', '06:00', '12:00', '21:59', '22:00'].filter(
        (time) => decideBatchByTimeOfDay({ from, to, reason: REASON }, new Date(`2030-01-01T${time}:30Z`)).does === 'go',
      )
    expect(open('22:00', '06:00')).to.deep.equal(['00:00', '05:59', '22:00'])
    expect(open('06:00', '22:00')).to.deep.equal(['06:00', '12:00', '21:59'])
    expect(decideBatchByTimeOfDay(undefined, new Date()).does).to.equal('go')
  })

  it('has a default limit for every signal, which a policy can change one by one', () => {
    const { throttle } = readPolicies().migrate
    expect(Object.keys(throttle?.signals ?? {}).sort()).to.deep.equal([...LOAD_SIGNAL_NAMES].sort())
    const own = throttle && addDefaultLoadSignalLimits({ signals: { 'lock-waits': { off: REASON } } }, throttle)
    expect(own?.signals).to.deep.equal({ ...throttle?.signals, 'lock-waits': { off: REASON } })
  })
})

describe('The lag of a replica', () => {
  it('is the age of the first commit that the replica lacks', () => {
    const commits = [4, 5, 6].map((batches) => ({ batches, atMs: batches * 100 }))
    expect([undefined, 3, 4, 5, 6, 7].map((seen) => lagOfReplica(commits, seen, 1000))).to.deep.equal([600, 600, 500, 400, 0, 0])
    expect(batchCommitsAfterReplica(commits, 4)).to.deep.equal(commits.slice(1))
    expect(batchCommitsAfterReplica(commits, 9)).to.deep.equal(commits.slice(2))
  })
})
