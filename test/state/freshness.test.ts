import { expect } from 'chai'
import { migrationsInAuthoredOrder, migrationsInPhasedOrder } from '../../src/release/order.ts'
import { differences, isSameSchemaState } from '../../src/schema/difference.ts'
import { EMPTY_SCHEMA_STATE, makeSchemaState } from '../../src/schema/state.ts'
import { findStalenessReasons } from '../../src/state/freshness.ts'
import { computePlannedMigrationPositions, computeReleaseEndState } from '../../src/state/planned.ts'
import type { RecordedMigration, RecordedRelease } from '../../src/state/recording.ts'
import { release, table } from '../plan/made.ts'

const FILES = release('r', '010-a.expand', '010-a.contract', '020-b.expand')
const [A, AB] = [makeSchemaState(table('a', 'id')), makeSchemaState([...table('a', 'id'), ...table('b', 'id')])]
const B = makeSchemaState(table('b', 'id'))
const STEPS = new Map([
  ['r/010-a.expand', differences(EMPTY_SCHEMA_STATE, A)],
  ['r/020-b.expand', differences(A, AB)],
  ['r/010-a.contract', differences(AB, B)],
])

const recorded: RecordedRelease = {
  release: 'r',
  dialect: 'postgres',
  server: { version: '18.0', major: 18 },
  inputs: 'in',
  start: 's1:0',
  end: 's1:1',
  orders: 2,
  reported: [],
  migrations: new Map(
    migrationsInAuthoredOrder(FILES).map(({ id, change, checksum }): [string, RecordedMigration] => {
      const step = STEPS.get(id) ?? []
      return [
        id,
        {
          id,
          change,
          checksum,
          path: 'together',
          authored: [step],
          phased: [step],
          footprint: ['table:z'],
          wrote: false,
          writes: [],
          affected: 0,
          prices: [],
        },
      ]
    }),
  ),
}

describe('recorded states', () => {
  it('are fresh while nothing has changed', () => {
    expect(findStalenessReasons(FILES, recorded, { inputs: 'in', start: 's1:0' })).to.deep.equal([])
  })

  it('are stale for every reason there is', () => {
    const other = release('r', '010-a.expand', '020-b.expand', '030-c.expand')
    const [first] = migrationsInAuthoredOrder(other)
    const changed = { ...recorded, migrations: new Map(recorded.migrations) }
    const entry = recorded.migrations.get(first?.id ?? '')
    if (entry) changed.migrations.set(entry.id, { ...entry, checksum: 'another' })
    expect(findStalenessReasons(other, changed, { inputs: 'other', start: 's1:9' })).to.deep.equal([
      'releases/r/010-a.expand.sql has changed',
      'releases/r/030-c.expand.sql is not recorded',
      'r/010-a.contract is recorded, but its file is missing',
      'the sample rows or the set-up file of the shadow have changed',
      'an earlier release now ends in another state',
    ])
  })

  it('give the planned state before and after each migration', () => {
    const positions = computePlannedMigrationPositions(FILES, recorded, EMPTY_SCHEMA_STATE)
    expect(positions.map(({ migration }) => migration.id)).to.deep.equal(['r/010-a.expand', 'r/020-b.expand', 'r/010-a.contract'])
    expect(
      positions.map(({ before, after }, index) => [before === (positions[index - 1]?.after ?? EMPTY_SCHEMA_STATE), after.groups.size]),
    ).to.deep.equal([
      [true, 1],
      [true, 2],
      [true, 1],
    ])
    expect(positions[0]?.guarded).to.deep.equal(['table:a', 'table:z'])
    const ids = migrationsInPhasedOrder(FILES).map(({ id }) => id)
    expect(isSameSchemaState(computeReleaseEndState(recorded, EMPTY_SCHEMA_STATE, ids), B)).to.equal(true)
  })
})
