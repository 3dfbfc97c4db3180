import { expect } from 'chai'
import { effectsOfDifference } from '../../src/effect/catalog.ts'
import { makeEffectContext } from '../../src/effect/surroundings.ts'
import { applyDifferences, type Difference } from '../../src/schema/difference.ts'
import type {
  CheckObject,
  ColumnObject,
  ForeignKeyObject,
  IndexObject,
  KeyObject,
  SchemaObject,
  ViewObject,
} from '../../src/schema/object.ts'
import { makeSchemaState } from '../../src/schema/state.ts'

const column: ColumnObject = { kind: 'column', table: 'old', name: 'a', type: 'integer', nullable: true }
const required: ColumnObject = { ...column, nullable: false }
const fresh: ColumnObject = { ...column, name: 'fresh' }
const index: IndexObject = { kind: 'index', table: 'old', name: 'i', method: 'btree', keys: ['a'] }
const unique: KeyObject = { kind: 'unique', table: 'old', name: 'u', columns: ['a'] }
const primary: KeyObject = { kind: 'primary-key', table: 'old', name: 'p', columns: ['a'] }
const check: CheckObject = { kind: 'check', table: 'old', name: 'c', expression: '(a > 0)', dependsOn: ['column:old.a'] }
const onFresh: CheckObject = { ...check, name: 'f', expression: '(fresh > 0)', dependsOn: ['column:old.fresh'] }
const key: ForeignKeyObject = {
  kind: 'foreign-key',
  table: 'old',
  name: 'k',
  columns: ['a'],
  references: { table: 'other', columns: ['id'] },
}
const toNew: ForeignKeyObject = { ...key, name: 'kn', references: { table: 'new', columns: ['id'] } }
const trigger = { kind: 'trigger', table: 'old', name: 't', fires: 'before insert', order: 1, action: 'f()' } as const
const view: ViewObject = { kind: 'view', name: 'v', columns: [{ name: 'a', type: 'varchar(10)' }], definition: 'select a' }
const wide: ViewObject = { ...view, columns: [...view.columns, { name: 'b', type: 'int' }] }

// What running code was started on.
const KNOWN = makeSchemaState([
  { kind: 'table', name: 'old', columns: ['a'] },
  { kind: 'table', name: 'other', columns: ['id'] },
  column,
  index,
  unique,
  primary,
  check,
  key,
  trigger,
  view,
  { ...column, name: 'words', type: 'varchar(20)', collation: 'utf8mb4_0900_ai_ci' },
  { kind: 'domain', name: 'filled', type: 'text', nullable: false, checks: [] },
  { kind: 'domain', name: 'positive', type: 'integer', nullable: true, checks: [{ name: 'c', expression: '(VALUE > 0)' }] },
  { kind: 'enum', name: 'e', labels: ['a', 'b'] },
  { kind: 'function', name: 'f()', routine: 'function', definition: '' },
  { kind: 'opaque', what: 'range type', name: 'r', hash: '' },
  { kind: 'opaque', what: 'statistics', table: 'old', name: 'st', hash: '' },
])
const BEFORE = applyDifferences(KNOWN, [{ kind: 'added', object: fresh }])

const added = (object: SchemaObject): Difference => ({ kind: 'added', object })
const generated = (expression: string, type: string) => added({ ...column, name: 'b', type, generated: { expression, stored: true } })
const collated = (collation: string, expression: string) => ({
  ...column,
  name: 'b',
  type: 'varchar(20)',
  collation,
  generated: { expression, stored: true },
})
const removed = (object: SchemaObject): Difference => ({ kind: 'removed', object })
const altered = <O extends SchemaObject>(before: O, change: Partial<O>): Difference => ({
  kind: 'altered',
  before,
  after: { ...before, ...change },
})
const retyped = (type: string) => altered(column, { type })
const without = (before: SchemaObject, name: string): Difference => ({
  kind: 'altered',
  before,
  after: Object.fromEntries(Object.entries(before).filter(([attribute]) => attribute !== name)) as unknown as SchemaObject,
})
const renamed = (before: SchemaObject): Difference => ({ kind: 'renamed', before, after: { ...before, name: 'other' } })

const CASES: readonly (readonly [string, Difference, readonly string[]])[] = [
  ['a nullable column', added({ ...column, name: 'b' }), ['adds']],
  ['a column that must be filled', added({ ...column, name: 'b', nullable: false }), ['adds', 'tightens']],
  ['a column that fills itself', added({ ...column, name: 'b', nullable: false, default: '0' }), ['adds']],
  [
    'a function beside one of the same name',
    added({ kind: 'function', name: 'f(integer)', routine: 'function', definition: '' }),
    ['opaque'],
  ],
  ['a function of another name', added({ kind: 'function', name: 'g()', routine: 'function', definition: '' }), ['adds']],
  ['a publication', added({ kind: 'opaque', what: 'publication', name: 'p', hash: '' }), ['opaque']],
  ['a column whose default can fail', added({ ...column, name: 'b', default: 'f()' }), ['adds', 'tightens']],
  [
    'a required column whose default can be NULL',
    added({ ...required, name: 'b', default: "current_setting('a', true)" }),
    ['adds', 'tightens'],
  ],
  ['a required column whose default has constants', added({ ...required, name: 'b', default: 'make_interval(days => 1)' }), ['adds']],
  ['a required column whose default is now', added({ ...required, name: 'b', default: 'now()' }), ['adds']],
  ['a column of a domain that refuses NULL', added({ ...column, name: 'b', type: 'filled' }), ['adds', 'tightens']],
  ['a column of a domain that accepts NULL', added({ ...column, name: 'b', type: 'positive' }), ['adds']],
  ['a generated column that cannot fail', generated('(a > 0)', 'boolean'), ['adds']],
  ['a generated number of a comparison', generated('(`a` = 1)', 'tinyint(1)'), ['adds']],
  ['a generated column that can fail', generated('(1 / a)', 'integer'), ['adds', 'tightens']],
  ['a generated column too short for its values', generated('(a)::text', 'character varying(3)'), ['adds', 'tightens']],
  ['a generated column of a narrower character set', added(collated('latin1_swedish_ci', 'words')), ['adds', 'tightens']],
  ['a generated column of a wider character set', added(collated('utf8mb4_bin', 'words')), ['adds']],
  ['a generated column of a domain', generated('a', 'positive'), ['adds', 'tightens']],
  [
    'a generated column that can be NULL',
    added({ ...required, name: 'b', generated: { expression: 'a', stored: true } }),
    ['adds', 'tightens'],
  ],
  ['a generated column of a new column', generated('(1 / fresh)', 'integer'), ['adds']],
  ['an index on an expression that can fail', added({ ...index, name: 'j', keys: ['(1 / a)'] }), ['speeds', 'tightens']],
  ['an index on an expression of a new column', added({ ...index, name: 'j', keys: ['(1 / fresh)'] }), ['speeds']],
  ['an index on the beginning of a column', added({ ...index, name: 'j', keys: ['words(10)', 'a DESC'] }), ['speeds']],
  ['a unique index on the beginning of a new column', added({ ...index, name: 'j', keys: ['fresh(10)'], unique: true }), ['adds']],
  ['an index whose predicate can fail', added({ ...index, name: 'j', predicate: '(f(a) > 0)' }), ['speeds', 'tightens']],
  [
    'an index whose expression cannot fail',
    added({ ...index, name: 'j', keys: ['(a)::text DESC'], predicate: '(a IS NOT NULL)' }),
    ['speeds'],
  ],
  ['a column that must be filled, on a new table', added({ ...column, table: 'new', nullable: false }), ['adds']],
  ['a column that goes', removed(column), ['removes']],
  ['a new column that goes', removed(fresh), []],
  ['a column that is renamed', renamed(column), ['adds', 'removes']],
  ['a new column that is renamed', renamed(fresh), []],
  ['NOT NULL', altered(column, { nullable: false }), ['tightens']],
  ['NOT NULL on a new column', altered(fresh, { nullable: false }), ['tightens']],
  ['NOT NULL with a default on a new column', altered(fresh, { nullable: false, default: '0' }), []],
  ['DROP NOT NULL', altered(required, { nullable: true }), ['relaxes']],
  ['a wider type', altered({ ...column, type: 'varchar(10)' }, { type: 'varchar(20)' }), ['relaxes']],
  ['a type that drivers read otherwise', retyped('bigint'), ['opaque']],
  ['another type', retyped('date'), ['tightens', 'removes']],
  ['a type that keeps every value in another form', retyped('text'), ['opaque']],
  ['another type of a new column', altered(fresh, { type: 'text' }), []],
  ['a default where there was NULL', altered(column, { default: '0' }), ['opaque']],
  ['a default where there was none to be had', altered(required, { default: '0' }), ['relaxes']],
  ['a default together with NOT NULL', altered(column, { default: '0', nullable: false }), ['relaxes', 'tightens']],
  ['a default that goes from what must be filled', without({ ...column, nullable: false, default: '0' }, 'default'), ['tightens']],
  ['another default', altered({ ...column, default: '0' }, { default: '1' }), ['opaque']],
  [
    'a column that is generated from now on',
    altered(column, { generated: { expression: '1', stored: true } }),
    ['tightens', 'removes', 'opaque'],
  ],
  ['another collation', altered(column, { collation: 'C' }), ['opaque']],
  ['a comment', altered(column, { comment: 'why' }), []],
  ['an index', added({ ...index, name: 'j' }), ['speeds']],
  ['an index that goes', removed(index), ['removes']],
  ['an index on other columns', altered(index, { keys: ['b'] }), ['removes', 'speeds']],
  ['an index that is renamed', renamed(index), ['removes']],
  ['a unique index', added({ ...index, name: 'j', keys: ['c'], unique: true }), ['tightens']],
  ['a unique index over more columns than a unique rule', added({ ...index, name: 'j', keys: ['c', 'a'], unique: true }), ['speeds']],
  ['a unique index on some rows', added({ ...index, name: 'j', keys: ['a'], unique: true, predicate: 'a > 0' }), ['tightens']],
  ['a unique index on a new column', added({ ...index, name: 'j', keys: ['fresh'], unique: true }), ['adds']],
  ['a unique rule', added({ ...unique, name: 'w', columns: ['c'] }), ['tightens']],
  ['a unique rule beside an equal one', added({ ...unique, name: 'w' }), ['speeds']],
  ['a unique rule over more columns than another', added({ ...unique, name: 'w', columns: ['a', 'c'] }), ['speeds']],
  ['one over more columns that counts NULL', added({ ...unique, name: 'w', columns: ['a', 'c'], nullsNotDistinct: true }), ['tightens']],
  ['a unique rule on a new column', added({ ...unique, name: 'w', columns: ['c', 'fresh'] }), ['adds']],
  ['one that takes NULL for a value', added({ ...unique, name: 'w', columns: ['fresh'], nullsNotDistinct: true }), ['tightens']],
  ['a unique rule that goes', removed(unique), ['relaxes', 'removes']],
  ['a unique rule over more columns', altered(unique, { columns: ['a', 'b'] }), ['relaxes', 'removes']],
  ['another primary key', altered(primary, { columns: ['b'] }), ['tightens', 'removes']],
  ['a check', added({ ...check, name: 'd', expression: '(a > 1)' }), ['tightens']],
  ['a check that says what another says', added({ ...check, name: 'd', expression: 'a > 0' }), ['adds']],
  ['a check that is not validated', added({ ...check, name: 'd', expression: '(a > 1)', notValid: true }), ['tightens']],
  ['a check that nobody enforces', added({ ...check, name: 'd', notEnforced: true }), ['adds']],
  ['a check on a new column', added(onFresh), ['adds']],
  ['a check that a new column is filled', added({ ...onFresh, expression: '(fresh IS NOT NULL)' }), ['tightens']],
  ['a check that is renamed', renamed(check), []],
  ['a foreign key on old columns', added({ ...key, name: 'l', columns: ['c'] }), ['tightens']],
  ['a foreign key beside an equal one', added({ ...key, name: 'l' }), ['adds']],
  ['a foreign key that is not validated', added({ ...key, name: 'l', columns: ['c'], notValid: true }), ['tightens']],
  ['a foreign key from a new column to a new table', added({ ...toNew, columns: ['fresh'] }), ['adds']],
  ['a foreign key from an old column to a new table', added(toNew), ['tightens']],
  ['a foreign key between new tables', added({ ...toNew, table: 'newer' }), ['adds']],
  ['a key of a new table that holds old rows back', added({ ...key, table: 'new' }), ['tightens']],
  ['a key of a new table whose rows follow', added({ ...key, table: 'new', onDelete: 'cascade' }), ['adds']],
  ['a foreign key that goes', removed(key), ['relaxes']],
  ['one whose rows followed', removed({ ...key, onDelete: 'cascade' }), ['relaxes', 'removes']],
  ['VALIDATE of a new rule on old rows', without({ ...check, name: 'd', notValid: true }, 'notValid'), ['proves']],
  ['VALIDATE', without({ ...key, notValid: true }, 'notValid'), ['proves']],
  ['a trigger', added({ ...trigger, name: 's' }), ['opaque']],
  ['the first trigger on a view', added({ ...trigger, table: 'v', fires: 'instead of insert' }), ['opaque']],
  ['a trigger on a new table', added({ ...trigger, table: 'new' }), ['adds']],
  ['a trigger whose neighbour went', altered({ ...trigger, order: 2 }, { order: 1 }), []],
  ['a view over a widened column', altered(view, { columns: [{ name: 'a', type: 'varchar(20)' }] }), ['relaxes']],
  ['a view with one more column', altered(view, { columns: [...view.columns, { name: 'b', type: 'int' }] }), ['adds']],
  ['a view with one column less', altered(wide, { columns: view.columns }), ['removes']],
  ['a view that lost all its columns', altered(view, { columns: [] }), ['breaks']],
  ['a view that says something else', altered(view, { definition: 'select b' }), ['opaque']],
  ['a label at the end', altered({ kind: 'enum', name: 'e', labels: ['a', 'b'] }, { labels: ['a', 'b', 'c'] }), ['adds']],
  ['a label in between', altered({ kind: 'enum', name: 'e', labels: ['a', 'b'] }, { labels: ['a', 'c', 'b'] }), ['adds']],
  ['labels in another order', altered({ kind: 'enum', name: 'e', labels: ['a', 'b'] }, { labels: ['b', 'a'] }), ['removes']],
  ['a label that goes', altered({ kind: 'enum', name: 'e', labels: ['a', 'b'] }, { labels: ['b'] }), ['removes']],
  ['a function that goes', removed({ kind: 'function', name: 'f()', routine: 'function', definition: '' }), ['removes']],
  ['a new function that goes again', removed({ kind: 'function', name: 'g()', routine: 'function', definition: '' }), []],
  ['a new table', added({ kind: 'table', name: 'new', columns: [] }), ['adds']],
  ['a table that goes', removed({ kind: 'table', name: 'old', columns: [] }), ['removes']],
  ['a table that is renamed', renamed({ kind: 'table', name: 'old', columns: [] }), ['adds', 'removes']],
  ['a range type', added({ kind: 'opaque', what: 'range type', name: 's', hash: '' }), ['adds']],
  ['statistics', added({ kind: 'opaque', what: 'statistics', table: 'old', name: 's', hash: '' }), ['speeds']],
  ['statistics that are gone', removed({ kind: 'opaque', what: 'statistics', table: 'old', name: 'st', hash: '' }), ['removes']],
  ['a rule', added({ kind: 'opaque', what: 'rule', table: 'old', name: 's', hash: '' }), ['opaque']],
]

describe('what running code notices', () => {
  for (const [what, difference, effects] of CASES) {
    it(`of ${what}: ${effects.join(', ') || 'nothing'}`, () => {
      const at = makeEffectContext([KNOWN], BEFORE, applyDifferences(BEFORE, [difference]))
      expect(effectsOfDifference(difference, at)).to.deep.equal(effects)
    })
  }
})
