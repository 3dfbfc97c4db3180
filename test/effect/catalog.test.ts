import { expect } from 'chai'
import { effectsOf } from '../../src/effect/catalog.ts'
import type { Difference } from '../../src/schema/difference.ts'
import type { ColumnObject, ForeignKeyObject, IndexObject, SchemaObject } from '../../src/schema/object.ts'

const OLD = { knownTables: new Set(['old']) }
const column: ColumnObject = { kind: 'column', table: 'old', name: 'a', type: 'integer', nullable: true }
const index: IndexObject = { kind: 'index', table: 'old', name: 'i', method: 'btree', keys: ['a'] }
const key: ForeignKeyObject = {
  kind: 'foreign-key',
  table: 'old',
  name: 'f',
  columns: ['a'],
  references: { table: 'old', columns: ['id'] },
}

const added = (object: SchemaObject): Difference => ({ kind: 'added', object })
const removed = (object: SchemaObject): Difference => ({ kind: 'removed', object })
const altered = (before: SchemaObject, after: SchemaObject): Difference => ({ kind: 'altered', before, after })

const CASES: readonly (readonly [string, Difference, readonly string[]])[] = [
  ['a nullable column', added(column), ['adds']],
  ['a column that must be filled', added({ ...column, nullable: false }), ['adds', 'tightens']],
  ['a column that fills itself', added({ ...column, nullable: false, default: '0' }), ['adds']],
  ['a column that must be filled, on a new table', added({ ...column, table: 'new', nullable: false }), ['adds']],
  ['a column that goes', removed(column), ['removes']],
  ['a column that is renamed', { kind: 'renamed', before: column, after: { ...column, name: 'b' } }, ['removes']],
  ['NOT NULL', altered(column, { ...column, nullable: false }), ['tightens']],
  ['DROP NOT NULL', altered({ ...column, nullable: false }, column), ['relaxes']],
  ['a wider type', altered(column, { ...column, type: 'bigint' }), ['relaxes']],
  ['another type', altered(column, { ...column, type: 'text' }), ['tightens', 'removes']],
  ['a comment', altered(column, { ...column, comment: 'why' }), []],
  ['an index', added(index), ['speeds']],
  ['a unique index', added({ ...index, unique: true }), ['tightens']],
  ['a foreign key on old columns', added(key), ['tightens']],
  ['a foreign key between new tables', added({ ...key, table: 'new', references: { table: 'newer', columns: ['id'] } }), ['adds']],
  ['a key of a new table that holds old rows back', added({ ...key, table: 'new' }), ['tightens']],
  ['a key of a new table whose rows follow', added({ ...key, table: 'new', onDelete: 'cascade' }), ['adds']],
  ['VALIDATE', altered({ ...key, notValid: true }, key), ['proves']],
  ['a trigger', added({ kind: 'trigger', table: 'old', name: 't', fires: 'before insert', order: 1, action: 'f()' }), ['opaque']],
  ['a label at the end', altered({ kind: 'enum', name: 'e', labels: ['a'] }, { kind: 'enum', name: 'e', labels: ['a', 'b'] }), ['adds']],
  ['a label that goes', altered({ kind: 'enum', name: 'e', labels: ['a', 'b'] }, { kind: 'enum', name: 'e', labels: ['b'] }), ['removes']],
  ['a new table', added({ kind: 'table', name: 'new', columns: [] }), ['adds']],
  ['a table that goes', removed({ kind: 'table', name: 'old', columns: [] }), ['removes']],
]

describe('what running code notices', () => {
  for (const [what, difference, effects] of CASES) {
    it(`of ${what}: ${effects.join(', ') || 'nothing'}`, () => expect(effectsOf(difference, OLD)).to.deep.equal(effects))
  }
})
