import { expect } from 'chai'
import { compareFootprint } from '../../src/schema/cover.ts'
import type { ColumnObject, SchemaObject } from '../../src/schema/object.ts'
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

  const preset = (value?: string) => [
    ...without('name'),
    column('item', 'name', { nullable: false, ...(value !== undefined && { default: value }) }),
  ]
  const required = [...ITEM, column('item', 'colour', { nullable: false })]
  for (const [what, known, planned, used, verdict] of [
    ['with another default that the step uses', preset('1'), preset('2'), ['name'], 'conflicts'],
    ['with another default that the step does not use', preset('1'), preset('2'), [], 'reports'],
    ['with a new default that the step does not use', preset(), preset('2'), ['id'], 'reports'],
    ['without a default that the step does not use', preset('1'), preset(), [], 'reports'],
    ['with a column that must be filled, for a step that inserts no row', ITEM, required, [], 'covers'],
    [
      'where a column is of another type and default',
      preset('1'),
      [...without('name'), column('item', 'name', { type: 'text' })],
      [],
      'conflicts',
    ],
  ] as const) {
    it(`${what} ${verdict}`, () => {
      const access = {
        reads: new Map([['table:item', 'whole' as const]]),
        usesDefault: ({ name }: ColumnObject) => used.some((one) => one === name),
      }
      const { conflicts, reported } = compareFootprint(makeSchemaState(known), makeSchemaState(planned), ['table:item'], access)
      expect(conflicts.length > 0 ? 'conflicts' : reported.length > 0 ? 'reports' : 'covers').to.equal(verdict)
    })
  }

  const trigger = (name: string, order: number, action = 'BEGIN END'): SchemaObject => ({
    kind: 'trigger',
    table: 'item',
    name,
    fires: 'before update',
    order,
    action,
  })
  for (const [what, known, planned, verdict] of [
    ['a new trigger that fires before a known one', [trigger('b', 1)], [trigger('a', 1), trigger('b', 2)], 'reports'],
    [
      'a known trigger that fires first, because another one is missing',
      [trigger('a', 1), trigger('b', 2)],
      [trigger('b', 1)],
      'conflicts',
    ],
    ['two known triggers in the other order', [trigger('a', 1), trigger('b', 2)], [trigger('b', 1), trigger('a', 2)], 'conflicts'],
    ['a trigger with another action', [trigger('a', 1)], [trigger('a', 1, 'BEGIN DO 1; END')], 'conflicts'],
  ] as const) {
    it(`with ${what} ${verdict}`, () => {
      const { conflicts, reported } = compareFootprint(makeSchemaState([...ITEM, ...known]), makeSchemaState([...ITEM, ...planned]), [
        'table:item',
      ])
      expect(conflicts.length > 0 ? 'conflicts' : reported.length > 0 ? 'reports' : 'covers').to.equal(verdict)
    })
  }

  it('is looked at where the step works, and nowhere else', () => {
    expect(compareFootprint(makeSchemaState(ITEM), makeSchemaState([]), ['table:other']).conflicts).to.deep.equal([])
  })
})
