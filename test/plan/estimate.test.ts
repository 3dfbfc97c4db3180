import { expect } from 'chai'
import fc from 'fast-check'
import { BLOCKED_SESSIONS_LEVELS, STATEMENT_WORK_DURATIONS } from '../../src/effect/price.ts'
import { COST_SEVERITIES, estimateStatementCost } from '../../src/plan/estimate.ts'

const on = (bytes: number) => new Map([['item', { bytes, rows: 10 }]])

describe('an estimate', () => {
  it('is made of the price and the size of its tables', () => {
    expect(estimateStatementCost({ blocks: 'everyone', works: 'rewrite', tables: ['item'] }, on(28_000_000))).to.deep.equal({
      blocks: 'everyone',
      works: 'rewrite',
      tables: [{ table: 'item', rows: 10, bytes: 28_000_000 }],
      seconds: 2,
      severity: 'medium',
    })
  })

  it('says nothing of how long a moment lasts, nor of a table that is not there', () => {
    const moment = estimateStatementCost({ blocks: 'everyone', works: 'instant', tables: ['item'] }, on(1e12))
    expect(moment).to.not.have.property('seconds')
    expect(moment.severity).to.equal('low')
    const unknown = estimateStatementCost({ blocks: 'writes', works: 'scan', tables: ['part'] }, on(1))
    expect(unknown)
      .to.deep.include({ tables: [{ table: 'part' }], severity: 'high' })
      .and.not.have.property('seconds')
  })

  for (const [bytes, blocks, works, severity] of [
    [1e6, 'everyone', 'rewrite', 'low'],
    [1e8, 'everyone', 'scan', 'medium'],
    [1e9, 'writes', 'rewrite', 'high'],
    [1e9, 'ddl', 'scan', 'low'],
    [1e11, 'ddl', 'rewrite', 'medium'],
    [1e12, 'nobody', 'scan', 'low'],
  ] as const) {
    it(`is ${severity} where ${blocks} may wait for a ${works} of ${bytes} bytes`, () => {
      expect(estimateStatementCost({ blocks, works, tables: ['item'] }, on(bytes)).severity).to.equal(severity)
    })
  }

  it('never falls when the table grows or more have to wait', () => {
    const size = fc.integer({ min: 0, max: 10_000_000 }).map((kilobytes) => kilobytes * 1000)
    fc.assert(
      fc.property(
        fc.constantFrom(...BLOCKED_SESSIONS_LEVELS),
        fc.constantFrom(...STATEMENT_WORK_DURATIONS),
        size,
        size,
        (blocks, works, one, other) => {
          const at = (bytes: number, who = blocks) =>
            COST_SEVERITIES.indexOf(estimateStatementCost({ blocks: who, works, tables: ['item'] }, on(bytes)).severity)
          expect(at(Math.max(one, other))).to.be.at.least(at(Math.min(one, other)))
          expect(at(one, 'everyone')).to.be.at.least(at(one))
        },
      ),
    )
  })
})
