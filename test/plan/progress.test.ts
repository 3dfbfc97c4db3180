import { expect } from 'chai'
import { computeChainProgress } from '../../src/plan/progress.ts'
import { chain, history, release } from './made.ts'

const FILES = chain(
  release('r1', '010-a.expand'),
  release('r2', '010-b.expand', '010-b.migrate', '010-b.contract', '020-c.expand', '020-c.contract'),
)

const next = (...rows: readonly string[]) => {
  const found = computeChainProgress(FILES, rows.length === 0 ? undefined : history(...rows)).next
  return found && `${found.phase} of ${found.release.name}: ${found.migrations.map(({ id }) => id.split('/')[1]).join(', ')}`
}
const problems = (...rows: readonly string[]) =>
  computeChainProgress(FILES, history(...rows)).problems.map((problem) => [problem.code, problem.message])

describe('the progress of a chain', () => {
  for (const [rows, says] of [
    [[], 'expand of r1: 010-a.expand'],
    [['r1/010-a.expand'], 'expand of r2: 010-b.expand, 020-c.expand'],
    [['r1/010-a.expand', 'r2/010-b.expand'], 'expand of r2: 020-c.expand'],
    [['r1/010-a.expand', 'r2/010-b.expand', 'r2/020-c.expand'], 'migrate of r2: 010-b.migrate'],
    [['r1/010-a.expand', 'r2/010-b.expand', 'r2/020-c.expand', 'r2/010-b.migrate 1/3'], 'migrate of r2: 010-b.migrate'],
    [['r1/010-a.expand', 'r2/010-b.expand', 'r2/020-c.expand', 'r2/010-b.migrate'], 'contract of r2: 010-b.contract, 020-c.contract'],
  ] as const) {
    it(`after ${rows.at(-1) ?? 'nothing'} is next: ${says}`, () => {
      expect(next(...rows)).to.equal(says)
      expect(rows.length === 0 ? [] : problems(...rows)).to.deep.equal([])
    })
  }

  it('says how each phase stands', () => {
    const rows = ['r1/010-a.expand', 'r2/010-b.expand', 'r2/020-c.expand 1/2']
    const [r1, r2] = computeChainProgress(FILES, history(...rows)).releases
    expect(r1?.phases.map(({ run }) => run)).to.deep.equal([
      { state: 'done', at: '2015-04-30T16:45:00.000Z' },
      { state: 'empty' },
      { state: 'empty' },
    ])
    expect(r2?.phases.map(({ run }) => run)).to.deep.equal([
      { state: 'stopped', at: 'r2/020-c.expand', done: 1 },
      { state: 'waiting' },
      { state: 'waiting' },
    ])
  })

  it('has nothing next when all is done', () => {
    const all = FILES.releases.flatMap(({ changes }) => changes.flatMap(({ migrations }) => Object.values(migrations).map(({ id }) => id)))
    expect(next(...all)).to.equal(undefined)
  })

  it('misses a file that was applied, and one that changed', () => {
    const applied = history('r1/010-a.expand', 'r1/015-gone.expand', 'r2/010-b.expand')
    const [first, ...rest] = applied.applied
    const changed = { ...applied, applied: [{ ...first, checksum: 'another' }, ...rest] } as typeof applied
    const found = computeChainProgress(FILES, changed).problems
    expect(found.map(({ code }) => code)).to.deep.equal(['ledger.changed', 'ledger.vanished'])
    expect(found[0]?.message).to.include('releases/r1/010-a.expand.sql')
    expect(found[1]?.message).to.include('r1/015-gone.expand')
  })

  it('meets a file that came before an applied one, in its release and in an earlier one', () => {
    expect(problems('r1/010-a.expand', 'r2/020-c.expand')[0]?.[1])
      .to.include('releases/r2/010-b.expand.sql')
      .and.to.include('before r2/020-c.expand')
    expect(problems('r2/010-b.expand').map(([code]) => code)).to.deep.equal(['ledger.early'])
  })

  it('distinguishes a database that is ahead from one whose files are missing', () => {
    expect(problems('r1/010-a.expand', 'r3/010-x.expand').map(([code]) => code)).to.deep.equal(['ledger.ahead'])
    expect(problems('r0/010-x.expand', 'r1/010-a.expand').map(([code]) => code)).to.deep.equal(['ledger.vanished'])
  })
})
