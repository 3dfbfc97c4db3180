import { expect } from 'chai'
import { describeDifferences, describeObjectChange, describeObjectMismatch } from '../../src/schema/describe.ts'
import { differences } from '../../src/schema/difference.ts'
import type { SchemaObject } from '../../src/schema/object.ts'
import { EMPTY_SCHEMA_STATE, makeSchemaState } from '../../src/schema/state.ts'
import { column, table } from '../plan/made.ts'

const view = (definition: string, ...names: readonly string[]): SchemaObject => ({
  kind: 'view',
  name: 'items',
  columns: names.map((name) => ({ name, type: 'integer' })),
  definition,
  dependsOn: names.map((name) => `column:item.${name}`),
})
const lines = (a: readonly SchemaObject[], b: readonly SchemaObject[]) =>
  describeDifferences(differences(makeSchemaState(a), makeSchemaState(b)), describeObjectChange)

describe('a difference in words', () => {
  it('says what came and went, a table for all that hangs on it', () => {
    expect(describeDifferences(differences(EMPTY_SCHEMA_STATE, makeSchemaState(table('item', 'id'))), describeObjectChange)).to.deep.equal([
      '+ table item',
    ])
    expect(lines([column('item', 'a', { nullable: false })], [column('item', 'b')])).to.deep.equal([
      '- column item.a',
      '+ column item.b integer',
    ])
  })

  it('says what an object was and is', () => {
    expect(lines([column('item', 'a')], [column('item', 'a', { type: 'text', default: "'x'" })])).to.deep.equal([
      "~ column item.a: default none to 'x'; type integer to text",
    ])
  })

  it('prints a view in one line, with its query', () => {
    const [one] = differences(
      makeSchemaState([view('SELECT id\n  FROM item', 'id')]),
      makeSchemaState([view('SELECT id, a\n  FROM item', 'id', 'a')]),
    )
    if (!one) throw new Error('they do not differ')
    expect(describeObjectMismatch(one, { before: 'expected', after: 'found' })).to.equal(
      'view items: columns expected (id integer), found (id integer, a integer); definition expected SELECT id FROM item, found SELECT id, a FROM item',
    )
  })

  it('leaves out facts that are only reported', () => {
    expect(lines([{ kind: 'table', name: 't', columns: ['a', 'b'] }], [{ kind: 'table', name: 't', columns: ['b', 'a'] }])).to.deep.equal(
      [],
    )
  })
})
