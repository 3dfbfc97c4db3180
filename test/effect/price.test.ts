import { expect } from 'chai'
import fc from 'fast-check'
import { tablesKnownAtStart, updateKnownTables } from '../../src/effect/known-tables.ts'
import {
  BLOCKED_SESSIONS_LEVELS,
  blocksMoreSessions,
  combineTablePrices,
  FREE_STATEMENT_PRICE,
  findExceededPriceCeiling,
  STATEMENT_WORK_DURATIONS,
  type StatementPriceOnTable,
} from '../../src/effect/price.ts'
import { makeSchemaState } from '../../src/schema/state.ts'
import { table } from '../plan/made.ts'

const part = fc.record({
  table: fc.constantFrom('a', 'b', 'c'),
  blocks: fc.constantFrom(...BLOCKED_SESSIONS_LEVELS),
  works: fc.constantFrom(...STATEMENT_WORK_DURATIONS),
})

describe('the price of a statement', () => {
  it('is the worst of its prices on each table, and names those that cost something', () => {
    const parts: readonly StatementPriceOnTable[] = [
      { table: 'child', blocks: 'writes', works: 'scan' },
      { table: 'parent', blocks: 'everyone', works: 'instant' },
      { table: 'bystander', blocks: 'nobody', works: 'instant' },
    ]
    expect(combineTablePrices(parts)).to.deep.equal({ blocks: 'everyone', works: 'scan', tables: ['child', 'parent'] })
    expect(combineTablePrices([])).to.deep.equal(FREE_STATEMENT_PRICE)
  })

  it('grows with every table, and knows no order', () => {
    fc.assert(
      fc.property(fc.array(part), part, (parts, more) => {
        const [less, all] = [combineTablePrices(parts), combineTablePrices([...parts, more])]
        expect(blocksMoreSessions(less.blocks, all.blocks)).to.equal(false)
        expect(STATEMENT_WORK_DURATIONS.indexOf(all.works)).to.be.at.least(STATEMENT_WORK_DURATIONS.indexOf(less.works))
        expect(all).to.deep.equal(combineTablePrices([more, ...parts].toReversed()))
      }),
    )
  })

  it('breaks a ceiling when it keeps more waiting than that lets, while it reads or writes a whole table', () => {
    const most = { scan: 'ddl', rewrite: 'nobody' } as const
    expect(findExceededPriceCeiling({ blocks: 'everyone', works: 'instant', tables: [] }, most)).to.equal(undefined)
    expect(findExceededPriceCeiling({ blocks: 'ddl', works: 'scan', tables: [] }, most)).to.equal(undefined)
    expect(findExceededPriceCeiling({ blocks: 'writes', works: 'scan', tables: [] }, most)).to.equal('scan')
    expect(findExceededPriceCeiling({ blocks: 'ddl', works: 'rewrite', tables: [] }, most)).to.equal('rewrite')
  })
})

describe('the tables that running code knows', () => {
  it('go on under another name, and end when they are made again', () => {
    const [item, part] = [table('item'), table('part')].map((objects) => objects[0])
    if (!item || !part) throw new Error('no tables')
    const known = tablesKnownAtStart(makeSchemaState([item]))
    expect(updateKnownTables(known, [{ kind: 'added', object: part }])).to.equal(false)
    expect([...known]).to.deep.equal(['item'])
    expect(updateKnownTables(known, [{ kind: 'renamed', before: item, after: part }])).to.equal(true)
    expect([...known]).to.deep.equal(['part'])
    updateKnownTables(known, [
      { kind: 'removed', object: part },
      { kind: 'added', object: part },
    ])
    expect([...known]).to.deep.equal([])
  })
})
