import { expect } from 'chai'
import type { PriceCeilingName } from '../../src/effect/price.ts'
import { describeOnlineAlternative, findWholeTableWorkReason, type WholeTableWorkReason } from '../../src/plan/online-way.ts'
import type { Difference } from '../../src/schema/difference.ts'
import { DIALECTS, type SchemaObject } from '../../src/schema/object.ts'
import { column } from './made.ts'

const added = (object: SchemaObject): Difference => ({ kind: 'added', object })
const altered = (before: SchemaObject, after: SchemaObject): Difference => ({ kind: 'altered', before, after })
const on = { table: 'item', name: 'x' }
const check = { ...on, kind: 'check', expression: 'x > 0' } as const
const key = { ...on, kind: 'foreign-key', columns: ['x'], references: { table: 'part', columns: ['id'] } } as const
const index = { ...on, kind: 'index', method: 'btree', keys: ['x'] } as const

const CASES: readonly (readonly [WholeTableWorkReason | undefined, Difference, PriceCeilingName?])[] = [
  ['index', added(index)],
  ['special index', added({ ...index, method: 'fulltext' })],
  ['unique', added({ ...on, kind: 'unique', columns: ['x'] })],
  ['primary key', added({ ...on, kind: 'primary-key', columns: ['x'] })],
  ['primary key', { kind: 'removed', object: { ...on, kind: 'primary-key', columns: ['x'] } }],
  ['check', added(check)],
  [undefined, added({ ...check, notValid: true })],
  ['proof', altered({ ...check, notValid: true }, check)],
  ['foreign key', added(key)],
  [undefined, added({ ...key, notValid: true })],
  ['proof', altered({ ...key, notValid: true }, key)],
  ['exclusion', added({ kind: 'exclusion', ...on, method: 'gist', keys: ['x'], operators: ['&&'] })],
  ['column with a default', added(column('item', 'x', { default: 'random()' })), 'rewrite'],
  ['column of a domain', added(column('item', 'x', { type: 'positive' })), 'rewrite'],
  ['numbered column', added(column('item', 'x', { default: "nextval('s')" })), 'rewrite'],
  ['numbered column', added(column('item', 'x', { identity: 'always' })), 'rewrite'],
  ['stored column', added(column('item', 'x', { generated: { expression: '1', stored: true } })), 'rewrite'],
  [undefined, added(column('item', 'x'))],
  ['type', altered(column('item', 'x'), column('item', 'x', { type: 'bigint' })), 'rewrite'],
  ['not null', altered(column('item', 'x'), column('item', 'x', { nullable: false }))],
  [undefined, altered(column('item', 'x', { nullable: false }), column('item', 'x'))],
  [undefined, { kind: 'renamed', before: index, after: { ...index, name: 'y' } }],
]

describe('the online way', () => {
  for (const [reason, difference, rule = 'scan'] of CASES) {
    it(`knows ${reason ?? 'nothing dear'} by ${JSON.stringify(difference)}`, () => {
      expect(findWholeTableWorkReason(difference, rule)).to.equal(reason)
    })
  }

  it('is there for every reason on every server, and for none', () => {
    const reasons = new Set(CASES.map(([reason]) => reason))
    for (const dialect of DIALECTS)
      for (const reason of reasons)
        for (const rule of ['scan', 'rewrite'] as const) {
          // It becomes a sentence of its own, which brings the full stop.
          expect(describeOnlineAlternative(dialect, rule, reason)).to.match(/\w.*[^.]$/)
        }
  })

  it('is another one on another server', () => {
    expect(describeOnlineAlternative('postgres', 'scan', 'index'))
      .to.include('CONCURRENTLY')
      .and.include('transaction off')
    expect(describeOnlineAlternative('mysql', 'scan', 'index')).to.include('LOCK=NONE')
    expect(describeOnlineAlternative('mariadb', 'rewrite', 'type')).to.include('11.2')
  })
})
