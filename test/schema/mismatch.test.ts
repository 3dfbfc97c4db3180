import { expect } from 'chai'
import { type Leniency, mismatches } from '../../src/schema/mismatch.ts'
import type { SchemaObject, ViewObject } from '../../src/schema/object.ts'
import { stateOf } from '../../src/schema/state.ts'

const SAME_MAJOR: Leniency = { exempt: new Set(), compareTexts: true, compareGeneratedNames: true }
const OTHER_MAJOR: Leniency = { ...SAME_MAJOR, compareTexts: false }

const VIEW: ViewObject = {
  kind: 'view',
  name: 'v',
  owner: 'shadow',
  columns: [{ name: 'id', type: 'integer' }],
  definition: 'SELECT t.id FROM t;',
}
const FOUND: ViewObject = { ...VIEW, owner: 'app', definition: 'SELECT id FROM t;' }

function differing(expected: SchemaObject, found: SchemaObject, leniency: Leniency): number {
  return mismatches(stateOf([expected]), stateOf([found]), leniency).length
}

describe('mismatches', () => {
  it('count the text of a view only between servers of one major version, whoever owns it', () => {
    expect(differing(VIEW, FOUND, SAME_MAJOR)).to.equal(1)
    expect(differing(VIEW, FOUND, OTHER_MAJOR)).to.equal(0)
  })

  it('count the columns of a view between all versions', () => {
    expect(differing(VIEW, { ...FOUND, columns: [] }, OTHER_MAJOR)).to.equal(1)
  })
})
