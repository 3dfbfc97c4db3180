import { expect } from 'chai'
import { compareTableRows, findNondeterministicColumns, removeColumnsFromRows } from '../../src/proof/rows.ts'

const rows = (table: string, columns: readonly string[], ...values: readonly (readonly (string | null)[])[]) => ({
  table,
  columns,
  rows: values,
})

describe('the rows of two executions', () => {
  it('are the same in any order', () => {
    expect(compareTableRows([rows('t', ['a'], ['1'], ['2'])], [rows('t', ['a'], ['2'], ['1'])])).to.deep.equal([])
  })

  it('are counted, and NULL is no text', () => {
    const [found] = compareTableRows([rows('t', ['a'], ['1'], ['1'], [null])], [rows('t', ['a'], ['1'], ['null'])])
    expect(found?.says).to.equal('table t (a): only in authored order ["1"] [null]; only in phased order ["null"]')
  })

  it('are compared in the columns that both have', () => {
    expect(compareTableRows([rows('t', ['a', 'b'], ['1', 'x'])], [rows('t', ['b', 'c'], ['x', '9'])])).to.deep.equal([])
    expect(compareTableRows([rows('t', ['a'], ['1'])], [])).to.deep.equal([])
  })

  it('show three that differ and count the rest', () => {
    const many = Array.from({ length: 5 }, (_, index) => [String(index)])
    expect(compareTableRows([rows('t', ['a'], ...many)], [rows('t', ['a'])])[0]?.says).to.match(/\["2"\] and 2 more$/)
  })

  it('are left out where a clock made them', () => {
    const [one, two] = [[rows('t', ['a', 'at'], ['1', '10:00'])], [rows('t', ['a', 'at'], ['1', '10:01'])]]
    const chance = findNondeterministicColumns(one, two)
    expect([...chance]).to.deep.equal([['t', ['at']]])
    expect(removeColumnsFromRows(one, chance)).to.deep.equal(removeColumnsFromRows(two, chance))
  })
})
