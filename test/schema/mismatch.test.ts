import { expect } from 'chai'
import { findSchemaMismatches, type SchemaComparisonSettings } from '../../src/schema/mismatch.ts'
import type { SchemaObject, ViewObject } from '../../src/schema/object.ts'
import { makeSchemaState } from '../../src/schema/state.ts'
import { column } from '../plan/made.ts'

const SAME_MAJOR: SchemaComparisonSettings = {
  dialect: 'postgres',
  collations: new Set<string>(),
  exempt: new Set(),
  compareTexts: true,
  partitions: 'ignore',
  compareGeneratedNames: true,
}
const OTHER_MAJOR: SchemaComparisonSettings = { ...SAME_MAJOR, compareTexts: false }

const VIEW: ViewObject = {
  kind: 'view',
  name: 'v',
  owner: 'shadow',
  columns: [{ name: 'id', type: 'integer' }],
  definition: 'SELECT t.id FROM t;',
}
const FOUND: ViewObject = { ...VIEW, owner: 'app', definition: 'SELECT id FROM t;' }

function differing(expected: SchemaObject, found: SchemaObject, leniency: SchemaComparisonSettings): number {
  return findSchemaMismatches(makeSchemaState([expected]), makeSchemaState([found]), leniency).length
}

describe('mismatches', () => {
  it('compare the text of a view only between servers of one major version, for every owner', () => {
    expect(differing(VIEW, FOUND, SAME_MAJOR)).to.equal(1)
    expect(differing(VIEW, FOUND, OTHER_MAJOR)).to.equal(0)
  })

  it('count an expression between majors that print it differently unless both say the same', () => {
    const leniency: SchemaComparisonSettings = { ...OTHER_MAJOR, sameExpression: (one, other) => one.toLowerCase() === other.toLowerCase() }
    const index = (...keys: readonly string[]): SchemaObject => ({ kind: 'index', table: 't', name: 'i', method: 'btree', keys })
    expect(differing(index('a', 'TRIM(b)'), index('a', 'trim(b)'), OTHER_MAJOR)).to.equal(1)
    expect(differing(index('a', 'TRIM(b)'), index('a', 'trim(b)'), leniency)).to.equal(0)
    expect(differing(index('a', 'TRIM(b)'), index('a', 'trim(c)'), leniency)).to.equal(1)
    expect(differing(index('a', 'TRIM(b)'), index('a'), leniency)).to.equal(1)
    expect(differing(column('t', 'C', { default: 'X' }), column('t', 'C', { default: 'x' }), leniency)).to.equal(0)
    expect(differing(column('t', 'C', { default: 'X' }), column('t', 'C'), leniency)).to.equal(1)
    expect(differing(column('t', 'C', { type: 'X' }), column('t', 'C', { type: 'x' }), leniency)).to.equal(1)
  })

  it('count the columns of a view between all versions', () => {
    expect(differing(VIEW, { ...FOUND, columns: [] }, OTHER_MAJOR)).to.equal(1)
  })

  it('accept another name of the index of a foreign key only where the server chose one of the names', () => {
    const mysql: SchemaComparisonSettings = { ...SAME_MAJOR, dialect: 'mysql' }
    const index = (name: string, ...keys: readonly string[]): SchemaObject => ({ kind: 'index', table: 't', name, method: 'btree', keys })
    const key = (name: string, ownIndex?: string): SchemaObject => ({
      kind: 'foreign-key',
      table: 't',
      name,
      columns: ['a'],
      references: { table: 'p', columns: ['id'] },
      ...(ownIndex !== undefined && { ownIndex }),
    })
    const count = (expected: readonly SchemaObject[], found: readonly SchemaObject[], leniency = mysql) =>
      findSchemaMismatches(makeSchemaState(expected), makeSchemaState(found), leniency).length
    expect(count([key('fk', 'fk')], [key('fk'), index('old', 'a')])).to.equal(0)
    expect(count([key('fk'), index('old', 'a')], [key('fk', 'fk')])).to.equal(0)
    expect(count([key('fk'), key('g'), index('g', 'a')], [key('fk'), key('g'), index('fk', 'a')])).to.equal(0)
    expect(count([key('fk'), index('one', 'a')], [key('fk'), index('two', 'a')])).to.equal(2)
    expect(count([key('fk', 'fk')], [key('fk'), index('old', 'a'), index('more', 'a')])).to.equal(2)
    expect(count([key('fk', 'fk')], [key('fk'), index('old', 'a', 'b')])).to.equal(1)
    expect(count([key('fk', 'fk')], [key('fk', 'fk'), index('more', 'a')])).to.equal(1)
    expect(count([key('fk', 'fk')], [index('old', 'a')])).to.equal(2)
    expect(count([key('fk', 'fk')], [key('fk'), index('old', 'a')], SAME_MAJOR)).to.equal(1)
  })
})
