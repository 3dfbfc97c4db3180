import { expect } from 'chai'
import { compareFootprint } from '../../src/schema/cover.ts'
import type { SchemaObject } from '../../src/schema/object.ts'
import { makeSchemaState } from '../../src/schema/state.ts'
import { column, table } from '../plan/made.ts'

const ITEM: readonly SchemaObject[] = [...table('item', 'id', 'name'), column('item', 'must', { nullable: false })]
const unique: SchemaObject = { kind: 'unique', table: 'item', name: 'item_name', columns: ['name'] }
const later: SchemaObject = { kind: 'unique', table: 'item', name: 'item_new', columns: ['colour'] }
const enumOf = (...labels: readonly string[]): SchemaObject => ({ kind: 'enum', name: 'size', labels })
const without = (name: string) => ITEM.filter((object) => object.name !== name)

describe('a planned state', () => {
  for (const [what, known, planned, verdict] of [
    ['that is the known one', ITEM, ITEM, 'covers'],
    ['without a column', ITEM, without('name'), 'conflicts'],
    ['without the table', ITEM, [], 'conflicts'],
    ['with a column that may be NULL', ITEM, [...ITEM, column('item', 'colour')], 'covers'],
    ['with a column that must be filled', ITEM, [...ITEM, column('item', 'colour', { nullable: false })], 'conflicts'],
    ['with one that fills itself', ITEM, [...ITEM, column('item', 'colour', { nullable: false, default: '0' })], 'covers'],
    ['without a rule', [...ITEM, unique], ITEM, 'reports'],
    ['with a new rule on a known column', ITEM, [...ITEM, unique], 'conflicts'],
    ['with a new rule on a new column', ITEM, [...ITEM, column('item', 'colour'), later], 'covers'],
    ['where a column may be NULL by now', ITEM, [...without('must'), column('item', 'must')], 'reports'],
    ['where a column may not be NULL by now', ITEM, [...without('name'), column('item', 'name', { nullable: false })], 'conflicts'],
    ['where a column is of another type', ITEM, [...without('name'), column('item', 'name', { type: 'text' })], 'conflicts'],
    ['with another label', [enumOf('s')], [enumOf('s', 'm')], 'covers'],
    ['without a label', [enumOf('s', 'm')], [enumOf('s')], 'conflicts'],
  ] as const) {
    it(`${what} ${verdict}`, () => {
      const { conflicts, reported } = compareFootprint(makeSchemaState(known), makeSchemaState(planned), ['table:item', 'enum:size'])
      const found = conflicts.length > 0 ? 'conflicts' : reported.length > 0 ? 'reports' : 'covers'
      expect(found).to.equal(verdict)
    })
  }

  it('is looked at where the step works, and nowhere else', () => {
    expect(compareFootprint(makeSchemaState(ITEM), makeSchemaState([]), ['table:other']).conflicts).to.deep.equal([])
  })
})
