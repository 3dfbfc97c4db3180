import { expect } from 'chai'
import fc from 'fast-check'
import { canonicalJson, canonicalText } from '../../src/schema/canonical.ts'
import { applyDifferences, differences, reverseDifferences, sameState } from '../../src/schema/difference.ts'
import { fingerprint } from '../../src/schema/fingerprint.ts'
import { idOf, type SchemaObject } from '../../src/schema/object.ts'
import { EMPTY_STATE, objectsOf, stateOf } from '../../src/schema/state.ts'
import { column, table } from '../plan/made.ts'
import { anyState } from './any.ts'

describe('differences', () => {
  it('lead from one state to the other, and back', () => {
    fc.assert(
      fc.property(anyState, anyState, (a, b) => {
        const changes = differences(a, b)
        expect(canonicalText(applyDifferences(a, changes))).to.equal(canonicalText(b))
        expect(canonicalText(applyDifferences(b, reverseDifferences(changes)))).to.equal(canonicalText(a))
        expect(differences(applyDifferences(a, changes), b)).to.deep.equal([])
      }),
    )
  })

  it('are none between a state and itself, in whatever order it was read', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const again = stateOf([...objectsOf(state)].toReversed())
        expect(differences(state, again)).to.deep.equal([])
        expect(fingerprint(again)).to.equal(fingerprint(state))
      }),
    )
  })

  it('are recognised as a rename by the identity that the server keeps', () => {
    const [a, b] = [stateOf(table('item', 'id')), stateOf(table('part', 'id'))]
    const identities = { before: new Map([['table:item', '7']]), after: new Map([['table:part', '7']]), lasting: false }
    const kinds = differences(a, b, identities).map(({ kind }) => kind)
    expect(kinds).to.deep.equal(['removed', 'renamed', 'added'])
    expect(canonicalText(applyDifferences(a, differences(a, b, identities)))).to.equal(canonicalText(b))
  })

  it('recognise a table or column that was created again by its identity, if identities last', () => {
    const [before, after] = [stateOf([...table('item', 'id'), ...table('item_new', 'id')]), stateOf(table('item', 'id'))]
    const identities = {
      before: new Map([
        ['table:item', '1'],
        ['table:item_new', '2'],
      ]),
      after: new Map([['table:item', '2']]),
    }
    const told = (lasting: boolean) =>
      differences(before, after, { ...identities, lasting }).flatMap((one) =>
        one.kind === 'renamed' ? [`${idOf(one.before)} to ${idOf(one.after)}`] : one.kind === 'removed' ? [idOf(one.object)] : [],
      )
    expect(told(true)).to.include.members(['table:item', 'table:item_new to table:item'])
    expect(told(false)).to.include('table:item_new').and.not.to.include('table:item')
    const changes = differences(before, after, { ...identities, lasting: true })
    expect(canonicalText(applyDifferences(before, changes))).to.equal(canonicalText(after))
    expect(canonicalText(applyDifferences(after, reverseDifferences(changes)))).to.equal(canonicalText(before))
  })

  it('do not count facts that are only reported', () => {
    const owned = (owner: string): SchemaObject => ({ kind: 'table', name: 't', columns: [], owner })
    const [a, b] = [stateOf([owned('anna')]), stateOf([owned('bob')])]
    expect(differences(a, b)).to.have.length(1)
    expect(sameState(a, b)).to.equal(true)
    expect(fingerprint(a)).to.equal(fingerprint(b))
    expect(fingerprint(stateOf([column('t', 'x')]))).not.to.equal(fingerprint(EMPTY_STATE))
  })
})

describe('canonical JSON', () => {
  it('knows no order of keys, and leaves out what is undefined', () => {
    expect(canonicalJson({ b: [1, { d: null, c: undefined }], a: 'x' })).to.equal('{"a":"x","b":[1,{"d":null}]}')
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(JSON.parse(canonicalJson(value)))).to.equal(canonicalJson(value))
      }),
    )
  })
})
