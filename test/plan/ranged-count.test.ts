import { expect } from 'chai'
import { splitQueryForRangeCondition } from '../../src/plan/ranged-count.ts'

const ITEM = { table: 'item' }
const whole = (query: string, table = 'item', dialect: 'postgres' | 'mysql' = 'postgres') => {
  const found = splitQueryForRangeCondition(query, { table }, dialect)
  return found && [found.parts.join(':batch'), found.alias]
}

describe('a pending query for the rows of a range', () => {
  it('has the condition of the range in its WHERE clause, and the name of the table', () => {
    expect(whole('SELECT count(*) FROM item WHERE code IS NULL')).to.deep.equal([
      'SELECT count(*) FROM item WHERE :batch AND ( code IS NULL\n)',
      'item',
    ])
    expect(whole('SELECT count(*) FROM item;')).to.deep.equal(['SELECT count(*) FROM item WHERE :batch', 'item'])
    expect(whole('select COUNT( * ) as pending\nfrom item as i\nwhere i.a = 1 or i.b = 2 -- both\n;\n')).to.deep.equal([
      'select COUNT( * ) as pending\nfrom item as i\nwhere :batch AND ( i.a = 1 or i.b = 2\n)',
      'i',
    ])
    expect(whole('SELECT count(*) pending FROM shop."Item" WHERE a = 1', 'shop.Item')?.[1]).to.equal('Item')
    expect(whole('-- counts\nSELECT count(*) FROM `ITEM` `w` WHERE a = 1', 'item', 'mysql')?.[1]).to.equal('w')
    expect(whole("SELECT count(*) FROM item WHERE name <> 'limit' AND id IN (SELECT id FROM other GROUP BY id)")).to.not.equal(undefined)
  })

  it('does not exist where the counts of the ranges need not add up', () => {
    for (const query of [
      'SELECT count(*) FROM other WHERE code IS NULL',
      'SELECT count(code) FROM item WHERE code IS NULL',
      'SELECT count(DISTINCT code) FROM item WHERE code IS NULL',
      'SELECT count(*) FROM item JOIN other ON other.id = item.id WHERE code IS NULL',
      'SELECT count(*) FROM item, other WHERE code IS NULL',
      'SELECT count(*) FROM (SELECT id FROM item) AS item WHERE code IS NULL',
      'SELECT count(*) FROM item WHERE code IS NULL GROUP BY kind',
      'SELECT count(*) FROM item WHERE a = 1 UNION SELECT 2',
      'SELECT count(*) FROM item WHERE a = 1 LIMIT 1',
      'SELECT 0',
      'SELECT count(*) > 0 FROM item',
    ]) {
      expect(splitQueryForRangeCondition(query, ITEM, 'postgres'), query).to.equal(undefined)
    }
    expect(splitQueryForRangeCondition('SELECT count(*) FROM "Item" WHERE a = 1', ITEM, 'postgres')).to.equal(undefined)
  })
})
