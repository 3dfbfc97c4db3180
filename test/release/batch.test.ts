import { expect } from 'chai'
import { joinWithEveryRowCondition, parseBatchDeclaration } from '../../src/release/batch.ts'

describe('A batch declaration', () => {
  it('names the table, and the alias is its own name', () => {
    expect(parseBatchDeclaration('batch widget', 1)).to.deep.equal({ table: 'widget', alias: 'widget', line: 1 })
    expect(parseBatchDeclaration('batch shop.widget', 1)).to.deep.equal({ table: 'shop.widget', alias: 'widget', line: 1 })
    expect(parseBatchDeclaration('batch "Order Line"', 3)).to.deep.equal({ table: 'Order Line', alias: 'Order Line', line: 3 })
    expect(parseBatchDeclaration('batch "a""b"', 1)).to.deep.include({ table: 'a"b' })
  })

  it('takes an alias, the key and limits, in any order', () => {
    const declared = { table: 'widget', alias: 'w', by: ['a', 'B c'], size: 250, targetMs: 100, line: 2 }
    expect(parseBatchDeclaration('batch widget as w by (a, "B c") size 250 target-ms 100', 2)).to.deep.equal(declared)
    expect(parseBatchDeclaration('batch widget target-ms 100 size 250 by (a, "B c") as w', 2)).to.deep.equal(declared)
  })

  for (const wrong of [
    'batch',
    'batch 1',
    'batch widget size',
    'batch widget size 0',
    'batch widget size x',
    'batch widget fast yes',
    'batch widget by ()',
  ]) {
    it(`says what is wrong with "${wrong}", and how to write it`, () => {
      expect(parseBatchDeclaration(wrong, 1)).to.match(/write: batch <table>/)
    })
  }
  for (const missing of ['batch', 'batch size 1', 'batch by (a, b)', 'batch as w size 5', 'batch target-ms 100 workers 2']) {
    it(`says that "${missing}" names no table`, () => {
      expect(parseBatchDeclaration(missing, 1)).to.match(/names no table/)
    })
  }

  it('accepts a table whose name is a word of the declaration', () => {
    expect(parseBatchDeclaration('batch size size 1', 1)).to.deep.include({ table: 'size', size: 1 })
  })
})

describe('The placeholders of a batch', () => {
  it('are replaced by a condition of the same length', () => {
    const parts = ['UPDATE w SET a = 1 WHERE ', ' AND b IN (SELECT b FROM w WHERE ', ')']
    const { text, placeholders } = joinWithEveryRowCondition(parts)
    expect(text).to.equal('UPDATE w SET a = 1 WHERE (TRUE) AND b IN (SELECT b FROM w WHERE (TRUE))')
    expect(text).to.have.length(parts.join(':batch').length)
    expect(placeholders.map((at) => text.slice(at, at + 6))).to.deep.equal(['(TRUE)', '(TRUE)'])
  })

  it('are none in a text without one', () => {
    expect(joinWithEveryRowCondition(['SELECT 1'])).to.deep.equal({ text: 'SELECT 1', placeholders: [] })
  })
})
