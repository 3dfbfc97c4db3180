import { expect } from 'chai'
import { applyExpectedProbeFailures } from '../../src/proof/expected-failure.ts'
import { applicationVersionsAt, findProbeFailures, formatProbePoint, type ProbePoint, type ProbeResults } from '../../src/proof/probing.ts'
import { migrationsInPhasedOrder } from '../../src/release/order.ts'
import { release } from '../plan/made.ts'

const RELEASE = release('r', '010-a.expand', '020-b.expand', '020-b.migrate', '020-b.contract')
const ORDER = migrationsInPhasedOrder(RELEASE)
const WHOLE: readonly ProbePoint[] = [
  {},
  ...ORDER.map((migration) => ({ after: { migration, unit: 'statement' as const, number: 1, of: 1 } })),
]
const half = (at: number): ProbePoint => {
  const migration = ORDER[at]
  return migration ? { after: { migration, unit: 'statement', number: 1, of: 2 } } : {}
}

/** `.` passes and `x` fails, a sign for each point. */
function probed(version: 'old' | 'new', signs: string, points: readonly ProbePoint[] = WHOLE): ProbeResults {
  const results = signs.split('').map((sign, index) => ({ point: points[index] ?? {}, ...(sign === 'x' ? { problem: 'no' } : {}) }))
  return { file: 'probe.sql', version, how: 'afresh', results }
}

const judged = (one: ProbeResults) => findProbeFailures(one).map(({ kind, migration, point }) => [kind, migration, point])

describe('what probes say', () => {
  it('where each version runs: the old one until contract, the new one once all expands are whole', () => {
    expect(WHOLE.map((point) => applicationVersionsAt(RELEASE, point).join(' '))).to.deep.equal(['old', 'old', 'old new', 'old new', 'new'])
    expect(applicationVersionsAt(RELEASE, half(1))).to.deep.equal(['old'])
    expect(applicationVersionsAt(RELEASE, half(2))).to.deep.equal(['old', 'new'])
    expect(applicationVersionsAt(RELEASE, half(3))).to.deep.equal(['new'])
    expect(applicationVersionsAt(release('r', '010-a.migrate'), {})).to.deep.equal(['old', 'new'])
  })

  it('names a point as a person would', () => {
    const [, , migration] = ORDER
    const batch: ProbePoint = migration ? { after: { migration, unit: 'batch', number: 1, of: 4 } } : {}
    expect([...WHOLE.slice(0, 2), half(3), batch].map(formatProbePoint)).to.deep.equal([
      'before expand',
      'after r/010-a.expand',
      'after statement 1 of 2 of r/020-b.contract',
      'after batch 1 of 4 of r/020-b.migrate',
    ])
  })

  it('nothing where it always passes', () => {
    expect(judged(probed('old', '....'))).to.deep.equal([])
  })

  it('the migration after which it fails, each time that it begins to', () => {
    expect(judged(probed('old', '.x.x'))).to.deep.equal([
      ['probe fails', 'r/010-a.expand', 'after r/010-a.expand'],
      ['probe fails', 'r/020-b.migrate', 'after r/020-b.migrate'],
    ])
    expect(findProbeFailures(probed('old', '.x.x'))[0]?.says).to.include('It passes again after r/020-b.expand')
  })

  it('that the probe is wrong, where its own version has the schema to itself', () => {
    expect(judged(probed('old', 'x...'))).to.deep.equal([['probe is wrong', undefined, 'before expand']])
    expect(judged(probed('new', 'xxx', WHOLE.slice(2)))).to.deep.equal([['probe is wrong', undefined, 'after r/020-b.contract']])
  })

  it('that what the new version needs comes too late', () => {
    expect(judged(probed('new', 'xx.', WHOLE.slice(2)))).to.deep.equal([['probe fails', 'r/020-b.contract', 'after r/020-b.expand']])
  })

  it('drops a finding for an expected failure, and reports it, and reports an expected failure that did not occur', () => {
    const expectedFailures = new Map([
      [
        'probe.sql',
        [
          { after: '010-a.expand', because: 'it is so' },
          { after: '030-c.expand', because: 'it was' },
        ],
      ],
    ])
    const { findings, reported } = applyExpectedProbeFailures(findProbeFailures(probed('old', '.x.x')), expectedFailures)
    expect(findings.map(({ migration }) => migration)).to.deep.equal(['r/020-b.migrate'])
    expect(reported[0]).to.match(/fails after r\/010-a\.expand.*because it is so$/)
    expect(reported.slice(1)).to.deep.equal(['probe.sql declares that it fails after 030-c.expand, but it does not fail'])
  })
})
