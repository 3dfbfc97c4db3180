import { expect } from 'chai'
import fc from 'fast-check'
import { canonicalStateText, jsonWithSortedKeys } from '../../src/schema/canonical.ts'
import { applyDifferences, differences, isSameSchemaState, reverseDifferences } from '../../src/schema/difference.ts'
import { fingerprintOfState } from '../../src/schema/fingerprint.ts'
import { objectIdOf, type SchemaObject } from '../../src/schema/object.ts'
import { EMPTY_SCHEMA_STATE, makeSchemaState, objectsOfState } from '../../src/schema/state.ts'
import { column, table } from '../plan/made.ts'
import { anyState } from './any.ts'

describe('differences', () => {
  it('lead from one state to the other, and back', () => {
    fc.assert(
      fc.property(anyState, anyState, (a, b) => {
        const changes = differences(a, b)
        expect(canonicalStateText(applyDifferences(a, changes))).to.equal(canonicalStateText(b))
        expect(canonicalStateText(applyDifferences(b, reverseDifferences(changes)))).to.equal(canonicalStateText(a))
        expect(differences(applyDifferences(a, changes), b)).to.deep.equal([])
      }),
    )
  })

  it('are none between a state and itself, in whatever order it was read', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const again = makeSchemaState([...objectsOfState(state)].toReversed())
        expect(differences(state, again)).to.deep.equal([])
        expect(fingerprintOfState(again)).to.equal(fingerprintOfState(state))
      }),
    )
  })

  it('are recognised as a rename by the identity that the server keeps', () => {
    const [a, b] = [makeSchemaState(table('item', 'id')), makeSchemaState(table('part', 'id'))]
    const identities = { before: new Map([['table:item', '7']]), after: new Map([['table:part', '7']]), lasting: false }
    const kinds = differences(a, b, identities).map(({ kind }) => kind)
    expect(kinds).to.deep.equal(['removed', 'renamed', 'added'])
    expect(canonicalStateText(applyDifferences(a, differences(a, b, identities)))).to.equal(canonicalStateText(b))
  })

  it('recognise a table or column that was created again by its identity, if identities last', () => {
    const [before, after] = [makeSchemaState([...table('item', 'id'), ...table('item_new', 'id')]), makeSchemaState(table('item', 'id'))]
    const identities = {
      before: new Map([
        ['table:item', '1'],
        ['table:item_new', '2'],
      ]),
      after: new Map([['table:item', '2']]),
    }
    const told = (lasting: boolean) =>
      differences(before, after, { ...identities, lasting }).flatMap((one) =>
        one.kind === 'renamed'
          ? [`${objectIdOf(one.before)} to ${objectIdOf(one.after)}`]
          : one.kind === 'removed'
            ? [objectIdOf(one.object)]
            : [],
      )
    expect(told(true)).to.include.members(['table:item', 'table:item_new to table:item'])
    expect(told(false)).to.include('table:item_new').and.not.to.include('table:item')
    const changes = differences(before, after, { ...identities, lasting: true })
    expect(canonicalStateText(applyDifferences(before, changes))).to.equal(canonicalStateText(after))
    expect(canonicalStateText(applyDifferences(after, reverseDifferences(changes)))).to.equal(canonicalStateText(before))
  })

  it('do not count facts that are only reported', () => {
    const owned = (owner: string): SchemaObject => ({ kind: 'table', name: 't', columns: [], owner })
    const [a, b] = [makeSchemaState([owned('anna')]), makeSchemaState([owned('bob')])]
    expect(differences(a, b)).to.have.length(1)
    expect(isSameSchemaState(a, b)).to.equal(true)
    expect(fingerprintOfState(a)).to.equal(fingerprintOfState(b))
    expect(fingerprintOfState(makeSchemaState([column('t', 'x')]))).not.to.equal(fingerprintOfState(EMPTY_SCHEMA_STATE))
  })
})

describe('canonical JSON', () => {
  it('knows no order of keys, and leaves out what is undefined', () => {
    expect(jsonWithSortedKeys({ b: [1, { d: null, c: undefined }], a: 'x' })).to.equal('{"a":"x","b":[1,{"d":null}]}')
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonWithSortedKeys(JSON.parse(jsonWithSortedKeys(value)))).to.equal(jsonWithSortedKeys(value))
      }),
    )
  })
})
