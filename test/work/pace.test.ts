import { expect } from 'chai'
import fc from 'fast-check'
import { type BatchPace, computeNextBatchPace, halveBatchPace, largestBatchSizeForTable } from '../../src/work/batches/pace.ts'

const LIMITS = { targetMs: 500, largest: 100_000 }

/** The pace after this many batches on a server with a fixed cost for each batch and for each row. */
function after(batches: number, perBatchMs: number, perRowMs: number, from: BatchPace = { size: 1000, recent: [] }): BatchPace {
  let pace = from
  for (let done = 0; done < batches; done++) pace = computeNextBatchPace(pace, pace.size, perBatchMs + perRowMs * pace.size, LIMITS)
  return pace
}

describe('The size of a batch', () => {
  it('comes near the target time on every server', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.006, max: 20, noNaN: true }), fc.double({ min: 0, max: 20, noNaN: true }), (perRowMs, perBatchMs) => {
        const { size } = after(40, perBatchMs, perRowMs)
        expect(perBatchMs + perRowMs * size).to.be.within(0.5 * LIMITS.targetMs, 1.2 * LIMITS.targetMs)
      }),
      { numRuns: 200 },
    )
  })

  it('grows by half or by one row at most, and never above the largest size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 10_000, noNaN: true }), (size, elapsedMs) => {
        const next = computeNextBatchPace({ size, recent: [] }, size, elapsedMs, LIMITS).size
        expect(next).to.be.within(1, Math.min(LIMITS.largest, Math.max(size + 1, 1.5 * size)))
      }),
    )
  })

  it('shrinks to a fifth after a batch that took far too long', () => {
    expect(computeNextBatchPace({ size: 1000, recent: [0.5] }, 1000, 5000, LIMITS).size).to.equal(200)
  })

  it('locks at most one row of 100, except in a small table', () => {
    expect([1, 100_000, 200_000, 500_000, 2_000_000, 1_000_000_000].map(largestBatchSizeForTable)).to.deep.equal([
      1000, 1000, 2000, 5000, 10_000, 10_000,
    ])
    expect(largestBatchSizeForTable(undefined)).to.equal(1000)
  })

  it('is half after a failure, and never zero', () => {
    expect(halveBatchPace({ size: 1000, recent: [] }).size).to.equal(500)
    expect(halveBatchPace({ size: 1, recent: [] }).size).to.equal(1)
  })
})
