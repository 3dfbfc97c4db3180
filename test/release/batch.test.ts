import { expect } from 'chai'
import { findBatchPlaceholders, parseBatchDeclaration, replaceBatchByEveryRow } from '../../src/release/batch.ts'
import { DIALECTS } from '../../src/schema/object.ts'

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
})

describe('The placeholders of a batch', () => {
  for (const dialect of DIALECTS) {
    it(`are found in statements on ${dialect}, and not in strings, names and comments`, () => {
      const text = `-- :batch\n/* :batch */ UPDATE w SET a = ':batch', b = 'it''s :batch' WHERE :batch AND "x:batch" = 1 AND (:batch) -- :batch`
      const found = findBatchPlaceholders(text, dialect)
      expect(found.map((at) => text.slice(at - 1, at + 6))).to.deep.equal([' :batch', '(:batch'])
      expect(replaceBatchByEveryRow(text, found)).to.have.length(text.length)
      expect(replaceBatchByEveryRow(text, found)).to.contain('WHERE (TRUE) AND').and.to.contain('((TRUE))')
    })
  }

  it('are neither casts nor slices nor parts of other names', () => {
    expect(findBatchPlaceholders('SELECT a::batch, b[1:batch], :batches, x:batch FROM t', 'postgres')).to.deep.equal([])
  })

  it('are not in nested comments, dollar quotes and escape strings of PostgreSQL', () => {
    const text = `/* a /* :batch */ :batch */ SELECT $$ :batch $$, $x$ $$ :batch $x$, E'\\' :batch' WHERE :batch`
    expect(findBatchPlaceholders(text, 'postgres')).to.deep.equal([text.lastIndexOf(':batch')])
  })

  it('are not in backticks, hash comments and escaped strings of MySQL', () => {
    const text = `# :batch\nSELECT \`:batch\`, '\\' :batch', "\\" :batch" WHERE :batch`
    expect(findBatchPlaceholders(text, 'mysql')).to.deep.equal([text.lastIndexOf(':batch')])
  })
})
