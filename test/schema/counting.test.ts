import { expect } from 'chai'
import { type ComparisonRuleOfObjectProperty, PROPERTIES_OF_OBJECT_KINDS } from '../../src/schema/counting.ts'
import { fingerprintOfState } from '../../src/schema/fingerprint.ts'
import { findSchemaMismatches, type SchemaComparisonSettings } from '../../src/schema/mismatch.ts'
import type { SchemaObject, SchemaObjectKind } from '../../src/schema/object.ts'
import { makeSchemaState, type SchemaState } from '../../src/schema/state.ts'

const SAME_MAJOR: SchemaComparisonSettings = {
  dialect: 'postgres',
  exempt: new Set(),
  partitions: 'compare',
  compareTexts: true,
  collations: new Set(),
  compareGeneratedNames: true,
}
const OTHER_MAJOR: SchemaComparisonSettings = { ...SAME_MAJOR, compareTexts: false }
const ALIKE: SchemaComparisonSettings = { ...OTHER_MAJOR, sameExpression: (one, other) => one.toLowerCase() === other.toLowerCase() }

/** An object of this kind in which nothing but this fact is told. */
function having(kind: SchemaObjectKind, fact: string, value: string): SchemaState {
  return makeSchemaState([{ kind, name: 'n', table: 't', [fact]: value } as unknown as SchemaObject])
}

/** Does this fact alone make two states different? */
function differs(kind: SchemaObjectKind, fact: string, leniency: SchemaComparisonSettings, [one, other] = ['a', 'b']): boolean {
  return findSchemaMismatches(having(kind, fact, one ?? ''), having(kind, fact, other ?? ''), leniency).length > 0
}

describe('what docs/states.md says of a fact', () => {
  for (const [kind, facts] of Object.entries(PROPERTIES_OF_OBJECT_KINDS) as readonly (readonly [
    SchemaObjectKind,
    Readonly<Record<string, ComparisonRuleOfObjectProperty>>,
  ])[]) {
    // What an opaque object is, is part of its name.
    for (const [fact, { is }] of Object.entries(facts).filter(([name]) => name !== 'what')) {
      it(`holds in comparisons: ${kind} ${fact} ${is}`, () => {
        expect(differs(kind, fact, SAME_MAJOR)).to.equal(is !== 'reported')
        expect(differs(kind, fact, OTHER_MAJOR)).to.equal(is === 'counts' || is === 'expression')
        expect(differs(kind, fact, ALIKE)).to.equal(is === 'counts' || is === 'expression')
        expect(differs(kind, fact, ALIKE, ['a', 'A'])).to.equal(is === 'counts')
        const isInFingerprint = fingerprintOfState(having(kind, fact, 'a')) !== fingerprintOfState(having(kind, fact, 'b'))
        expect(isInFingerprint).to.equal(is !== 'reported')
      })
    }
  }
})
