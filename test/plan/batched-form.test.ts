import { expect } from 'chai'
import { makeBatchedDataStepTemplate } from '../../src/plan/batched-form.ts'
import { parseBatchDeclaration } from '../../src/release/batch.ts'
import { DIALECTS } from '../../src/schema/object.ts'

/** The statement, and the statement with its placeholder; undefined where the author must place it. */
const CASES: readonly (readonly [string, string | undefined])[] = [
  ["UPDATE item SET a = 'x'", "UPDATE item SET a = 'x'\nWHERE :batch;"],
  ['UPDATE item SET a = 1;\n', 'UPDATE item SET a = 1\nWHERE :batch;'],
  ['UPDATE item SET a = 1 WHERE b = 2 OR c = 3', 'UPDATE item SET a = 1 WHERE :batch AND (b = 2 OR c = 3);'],
  ['UPDATE item SET a = 1 WHERE b = 2 -- why\n;', 'UPDATE item SET a = 1 WHERE :batch AND (b = 2 -- why\n);'],
  ["UPDATE item SET a = ' where ' WHERE b = ';'", "UPDATE item SET a = ' where ' WHERE :batch AND (b = ';');"],
  [
    'UPDATE item SET a = (SELECT max(x) FROM o WHERE o.id = item.id LIMIT 1)',
    'UPDATE item SET a = (SELECT max(x) FROM o WHERE o.id = item.id LIMIT 1)\nWHERE :batch;',
  ],
  ['-- a comment: where\nUPDATE item SET a = 1 WHERE b = 2', '-- a comment: where\nUPDATE item SET a = 1 WHERE :batch AND (b = 2);'],
  ['DELETE FROM item', 'DELETE FROM item\nWHERE :batch;'],
  ['delete from item where b = 2 returning id', 'delete from item where :batch AND (b = 2)\nreturning id;'],
  ['DELETE FROM item ORDER BY id LIMIT 10', undefined],
  ['UPDATE item, other SET a = 1 WHERE item.id = other.id', undefined],
  ['UPDATE item JOIN other USING (id) SET a = 1', undefined],
  ['INSERT INTO item SELECT * FROM other', undefined],
  ['WITH few AS (SELECT 1) UPDATE item SET a = 1', undefined],
  ['CALL fill()', undefined],
]

describe('the batched form of a data step', () => {
  for (const dialect of DIALECTS) {
    it(`puts the placeholder into an UPDATE or DELETE of one table on ${dialect}`, () => {
      for (const [statement, written] of CASES)
        expect(makeBatchedDataStepTemplate('item', statement, dialect), statement).to.deep.equal({
          frontMatter: '-- interphase: batch item',
          ...(written !== undefined && { statement: written }),
        })
    })
  }

  it('names the alias of the statement', () => {
    expect(makeBatchedDataStepTemplate('item', 'UPDATE item AS i SET a = 1 WHERE i.b = 2', 'postgres')).to.deep.equal({
      frontMatter: '-- interphase: batch item as i',
      statement: 'UPDATE item AS i SET a = 1 WHERE :batch AND (i.b = 2);',
    })
    expect(makeBatchedDataStepTemplate('item', 'DELETE FROM item i', 'mysql').frontMatter).to.equal('-- interphase: batch item as i')
  })

  it('names every table so that the declaration can be read', () => {
    for (const table of ['item', 'my item', 'other.item', 'Straße', '2nd', 'a"b']) {
      const declared = parseBatchDeclaration(
        makeBatchedDataStepTemplate(table, undefined, 'postgres').frontMatter.replace('-- interphase: ', ''),
        1,
      )
      expect(declared, table).to.include({ table })
    }
  })
})
