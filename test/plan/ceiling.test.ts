import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { StatementPrice } from '../../src/effect/price.ts'
import { parsePolicy } from '../../src/phase/policy.ts'
import { explainExceededPriceCeiling, findExceededPriceCeilings } from '../../src/plan/ceiling.ts'
import { NO_FRONT_MATTER } from '../../src/release/migration.ts'
import type { Difference } from '../../src/schema/difference.ts'
import type { SchemaObject } from '../../src/schema/object.ts'
import type { MigrationStepDifferences, RecordedMigration } from '../../src/state/recording.ts'
import { column, migrationIn, release } from './made.ts'

const policy = parsePolicy('phases/expand.json', readFileSync('phases/expand.json', 'utf8'))
const migration = migrationIn(release('r', '010-a.expand'), '010-a.expand')
const DEAR: StatementPrice = { blocks: 'everyone', works: 'rewrite', tables: ['item'] }
const MOMENT: StatementPrice = { blocks: 'everyone', works: 'instant', tables: ['item'] }

const recorded = (prices: readonly StatementPrice[], ...phased: readonly MigrationStepDifferences[]): RecordedMigration => ({
  id: migration.id,
  change: migration.change,
  checksum: migration.checksum,
  path: phased.length > 1 ? 'stepwise' : 'together',
  authored: phased,
  phased,
  footprint: ['table:item'],
  wrote: false,
  writes: [],
  affected: 0,
  prices: prices.map((price, index) => ({ ...price, step: phased.length > 1 ? index : 0 })),
})

const SIZE = column('item', 'size', { default: 'random()' })
const WIDE = { kind: 'altered', before: column('item', 'wide'), after: column('item', 'wide', { type: 'bigint' }) } as const

describe('the ceiling of a price', () => {
  it('is broken by each statement that costs more, with the reason that the policy gives', () => {
    const breaches = findExceededPriceCeilings(migration, recorded([MOMENT, DEAR]), NO_FRONT_MATTER, policy)
    expect(breaches).to.deep.equal([
      { migration, statement: 1, rule: 'rewrite', price: { ...DEAR, step: 0 }, reason: policy.price.rewrite.reason },
    ])
  })

  it('is broken on purpose with despite, for this ceiling alone', () => {
    const says = (effect: string) => ({ ...NO_FRONT_MATTER, despite: [{ effect, because: 'it is small' }] })
    const because = (effect: string) =>
      findExceededPriceCeilings(migration, recorded([DEAR]), says(effect), policy).map(({ despite }) => despite?.because)
    expect(because('rewrite')).to.deep.equal(['it is small'])
    expect(because('scan')).to.deep.equal([undefined])
  })

  const explained = (statement: number, text: string | undefined, known: RecordedMigration) =>
    explainExceededPriceCeiling(
      'postgres',
      { migration, statement, rule: 'rewrite', price: known.prices[statement] ?? { ...DEAR, step: 0 }, reason: '' },
      known,
      [],
      text,
    )

  it('is explained by what the statement did, where each statement is a step of its own', () => {
    const known = recorded([DEAR, DEAR], [{ kind: 'added', object: SIZE }], [WIDE])
    expect(explained(0, undefined, known).object).to.equal('column item.size')
    expect(explained(1, undefined, known)).to.include({ object: 'column item.wide' })
    expect(explained(1, undefined, known).instead).to.include('a new column')
  })

  it('is explained by what the statement names, where all are one step', () => {
    const known = recorded([MOMENT, DEAR], [{ kind: 'added', object: SIZE }, WIDE])
    expect(explained(1, 'ALTER TABLE item ALTER "Wide" TYPE bigint', known).object).to.equal('column item.wide')
    expect(explained(1, undefined, known).object).to.equal('column item.size')
  })

  describe('of a statement among others in one transaction', () => {
    const added = (object: SchemaObject): Difference => ({ kind: 'added', object })
    const key: SchemaObject = {
      kind: 'foreign-key',
      table: 'item',
      name: 'item_part_id_fkey',
      columns: ['part_id'],
      references: { table: 'part', columns: ['id'] },
    }
    const unique: SchemaObject = { kind: 'unique', table: 'item', name: 'item_part_id_key', columns: ['part_id'] }
    const other: SchemaObject = { kind: 'unique', table: 'item', name: 'part_id', columns: ['code'] }
    const check: SchemaObject = { kind: 'check', table: 'item', name: 'item_check', expression: '(part_id > 0)' }
    const temporal: SchemaObject = {
      kind: 'exclusion',
      table: 'item',
      name: 'item_pkey',
      method: 'gist',
      keys: ['code', 'at'],
      operators: ['=', '&&'],
      temporal: 'primary key',
    }
    const filled: Difference = { kind: 'altered', before: column('item', 'part_id'), after: column('item', 'part_id', { nullable: false }) }
    const STATEMENTS: readonly (readonly [statement: string, object: string, way: RegExp])[] = [
      [
        'ALTER TABLE item ADD FOREIGN KEY (part_id) REFERENCES part (id)',
        'foreign key item_part_id_fkey on item',
        /FOREIGN KEY … NOT VALID.*VALIDATE/,
      ],
      [
        'ALTER TABLE item ADD UNIQUE (part_id)',
        'unique constraint item_part_id_key on item',
        /CREATE UNIQUE INDEX CONCURRENTLY.*USING INDEX/,
      ],
      ['ALTER TABLE item ADD CONSTRAINT part_id UNIQUE (code)', 'unique constraint part_id on item', /CREATE UNIQUE INDEX CONCURRENTLY/],
      ['ALTER TABLE item ALTER COLUMN part_id SET NOT NULL', 'column item.part_id', /IS NOT NULL\) NOT VALID/],
      ['ALTER TABLE item ADD CHECK (part_id > 0)', 'check item_check on item', /CHECK \(…\) NOT VALID/],
      ['ALTER TABLE item ADD PRIMARY KEY (code, at WITHOUT OVERLAPS)', 'temporal primary key item_pkey on item', /create a new table/],
      ['UPDATE item SET part_id = 1', 'table item', /a file of its own/],
      ["COMMENT ON TABLE item IS 'unique check of the foreign key part_id'", 'table item', /a file of its own/],
    ]
    const known = recorded(
      STATEMENTS.map(() => DEAR),
      [filled, added(other), added(unique), added(check), added(key), added(temporal)],
    )
    for (const [index, [statement, object, way]] of STATEMENTS.entries()) {
      it(`is explained by its own change: ${statement}`, () => {
        const breach = { migration, statement: index, rule: 'scan', price: { ...DEAR, step: 0 }, reason: '' } as const
        const found = explainExceededPriceCeiling('postgres', breach, known, [], statement)
        expect(found.object).to.equal(object)
        expect(found.instead).to.match(way)
      })
    }
  })

  it('names the table if no better name is known', () => {
    expect(explained(0, 'CLUSTER item', recorded([DEAR], [])).object).to.equal('table item')
  })

  it('is explained by the DEFAULT partition, where a statement adds a partition', () => {
    const known = recorded([{ blocks: 'everyone', works: 'scan', tables: ['item'] }], [])
    for (const text of [
      'CREATE TABLE item_2 PARTITION OF item FOR VALUES FROM (0) TO (10)',
      'ALTER TABLE item ATTACH PARTITION item_2 FOR VALUES FROM (0) TO (10)',
    ])
      expect(explained(0, text, known).instead).to.include('The CHECK of the DEFAULT partition excludes the values of the new partition')
  })
})
