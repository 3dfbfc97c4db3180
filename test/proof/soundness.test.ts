import { expect } from 'chai'
import { InterphaseError } from '../../src/error.ts'
import { checkSoundness } from '../../src/proof/soundness.ts'
import { differences } from '../../src/schema/difference.ts'
import { EMPTY_SCHEMA_STATE, makeSchemaState, type SchemaState } from '../../src/schema/state.ts'
import type { ExecutionTracesOfOrders, ExecutionTraceWithRows, ObservedMigration } from '../../src/state/trace.ts'
import { column, migrationIn, release, table } from '../plan/made.ts'

const R = release('r', '010-a.contract', '020-b.expand', '030-c.migrate')
const ITEM = makeSchemaState(table('item', 'id'))
const GROSS = makeSchemaState([...table('item', 'id', 'gross')])

/** The states that follow one another, and what ran between them. */
function traced(start: SchemaState, ...steps: readonly (readonly [string, SchemaState])[]): ExecutionTraceWithRows {
  let before = start
  const entries = steps.map(([id, after]): ObservedMigration => {
    const seen: ObservedMigration = {
      migration: migrationIn(R, id),
      before,
      after,
      steps: [differences(before, after)],
      path: 'together',
      footprint: ['table:item'],
      wrote: id.endsWith('migrate'),
      writes: [],
      affected: 1,
      prices: [],
    }
    before = after
    return seen
  })
  return { entries, end: before, rows: [] }
}

function both(authored: ExecutionTraceWithRows, phased: ExecutionTraceWithRows): ExecutionTracesOfOrders {
  return { outcome: 'both ran', authored, phased }
}

describe('soundness', () => {
  it('is found where both orders end alike', () => {
    const trace = traced(ITEM, ['010-a.contract', ITEM], ['020-b.expand', ITEM], ['030-c.migrate', ITEM])
    expect(checkSoundness(R, both(trace, trace))).to.deep.equal({ findings: [], reported: [] })
    expect(checkSoundness(R, { outcome: 'one order', both: trace })).to.deep.equal({ findings: [], reported: [] })
  })

  it('is missed by a data step whose column comes later, and the remedy is an expand', () => {
    const authored = traced(ITEM, ['010-a.contract', GROSS], ['020-b.expand', GROSS], ['030-c.migrate', GROSS])
    const phased = traced(ITEM, ['020-b.expand', ITEM], ['030-c.migrate', ITEM], ['010-a.contract', GROSS])
    const [finding, ...more] = checkSoundness(R, both(authored, phased)).findings
    expect(more).to.deep.equal([])
    expect(finding).to.include({ kind: 'does not find', object: 'column item.gross' })
    expect(finding?.flip).to.deep.include({ first: migrationIn(R, '010-a.contract'), second: migrationIn(R, '030-c.migrate') })
    expect(finding?.remedy).to.match(
      /^either create column item\.gross in an expand instead of in r\/010-a\.contract, or keep r\/010-a in this release, and move /,
    )
  })

  it('blames for a failure the one that should have gone before, or after', () => {
    const authored = traced(ITEM, ['010-a.contract', EMPTY_SCHEMA_STATE], ['020-b.expand', GROSS], ['030-c.migrate', GROSS])
    const failing = ({ entries, end }: ExecutionTraceWithRows, id: string, problem: string): ExecutionTracesOfOrders => {
      const error = new InterphaseError('internal', { problem: 'whatever it was' })
      return {
        outcome: 'phased order failed',
        authored,
        phased: { entries, end, failed: { migration: migrationIn(R, id), problem, error } },
      }
    }
    const second = checkSoundness(R, failing(traced(ITEM), '020-b.expand', 'item exists'))
    expect(second.findings[0]?.flip?.first.id).to.equal('r/010-a.contract')
    const later = traced(ITEM, ['020-b.expand', GROSS], ['030-c.migrate', GROSS])
    const first = checkSoundness(R, failing(later, '010-a.contract', 'in the way'))
    expect(first.findings[0]?.flip?.second.id).to.equal('r/020-b.expand')
    expect(first.findings[0]?.says).to.include('in phased order, r/020-b.expand runs before r/010-a.contract')
  })

  it('reports a column order that differs, and does not refuse it', () => {
    const other = makeSchemaState([
      { kind: 'table', name: 'item', columns: ['gross', 'id'] },
      column('item', 'id'),
      column('item', 'gross'),
    ])
    const { findings, reported } = checkSoundness(R, both(traced(ITEM, ['010-a.contract', GROSS]), traced(ITEM, ['010-a.contract', other])))
    expect(findings).to.deep.equal([])
    expect(reported.join()).to.include('the order of its columns')
  })
})
