import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Price } from '../../src/effect/price.ts'
import { parsePolicy } from '../../src/phase/policy.ts'
import { breachesOf, explain } from '../../src/plan/ceiling.ts'
import { SILENT } from '../../src/release/migration.ts'
import type { RecordedMigration, Step } from '../../src/state/recording.ts'
import { column, migrationIn, release } from './made.ts'

const policy = parsePolicy('phases/expand.json', readFileSync('phases/expand.json', 'utf8'))
const migration = migrationIn(release('r', '010-a.expand'), '010-a.expand')
const DEAR: Price = { blocks: 'everyone', works: 'rewrite', tables: ['item'] }
const MOMENT: Price = { blocks: 'everyone', works: 'instant', tables: ['item'] }

const recorded = (prices: readonly Price[], ...phased: readonly Step[]): RecordedMigration => ({
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
  prices,
})

const SIZE = column('item', 'size', { default: 'random()' })
const WIDE = { kind: 'altered', before: column('item', 'wide'), after: column('item', 'wide', { type: 'bigint' }) } as const

describe('the ceiling of a price', () => {
  it('is broken by each statement that costs more, with the reason that the policy gives', () => {
    const breaches = breachesOf(migration, recorded([MOMENT, DEAR]), SILENT, policy)
    expect(breaches).to.deep.equal([{ migration, statement: 1, rule: 'rewrite', price: DEAR, reason: policy.price.rewrite.reason }])
  })

  it('is broken on purpose with despite, for this ceiling alone', () => {
    const says = (effect: string) => ({ ...SILENT, despite: [{ effect, because: 'it is small' }] })
    const because = (effect: string) => breachesOf(migration, recorded([DEAR]), says(effect), policy).map(({ despite }) => despite?.because)
    expect(because('rewrite')).to.deep.equal(['it is small'])
    expect(because('scan')).to.deep.equal([undefined])
  })

  const explained = (statement: number, text: string | undefined, known: RecordedMigration) =>
    explain('postgres', { migration, statement, rule: 'rewrite', price: DEAR, reason: '' }, known, text)

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

  it('names the table where nothing else tells', () => {
    expect(explained(0, 'CLUSTER item', recorded([DEAR], [])).object).to.equal('table item')
  })
})
