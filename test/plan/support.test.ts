import { expect } from 'chai'
import { makeCursorAtSentStatement, makeCursorBeforeStatement } from '../../src/plan/cursor.ts'
import type { AppliedMigrationState, LedgerHistory } from '../../src/plan/history.ts'
import type { LedgerNote } from '../../src/plan/note.ts'
import { computeChainProgress } from '../../src/plan/progress.ts'
import { computeDatabaseSupportOfRelease, computeReleaseSupportAfterNextPhases } from '../../src/plan/support.ts'
import { chain, history, release } from './made.ts'

const FILES = chain(
  release('r1', '010-a.expand'),
  release('r2', '010-b.expand', '010-b.migrate', '010-b.contract', '020-c.expand', '020-c.contract'),
  release('r3', '010-d.contract'),
)
const R2 = ['r1/010-a.expand', 'r2/010-b.expand', 'r2/020-c.expand', 'r2/010-b.migrate']
const ALL = [...R2, 'r2/010-b.contract', 'r2/020-c.contract', 'r3/010-d.contract']

const support = (of: string, ledger: LedgerHistory | undefined) =>
  computeDatabaseSupportOfRelease(computeChainProgress(FILES, ledger), ledger, of)
const answers = (ledger: LedgerHistory | undefined) => FILES.releases.map(({ name }) => support(name, ledger).answer)

/** The last row of the ledger in another state. */
function endingWith(run: AppliedMigrationState, ...rows: readonly string[]): LedgerHistory {
  const made = history(...rows)
  return { ...made, applied: made.applied.map((row, index) => (index === rows.length - 1 ? { ...row, run } : row)) }
}

describe('the releases that a database supports', () => {
  for (const [title, ledger, expected] of [
    ['no ledger', undefined, ['not yet', 'not yet', 'not yet']],
    ['an expand in the middle', history('r1/010-a.expand', 'r2/010-b.expand 1/2'), ['yes', 'not yet', 'not yet']],
    ['one of two expands', history('r1/010-a.expand', 'r2/010-b.expand'), ['yes', 'not yet', 'not yet']],
    ['all expands', history(...R2.slice(0, 3)), ['yes', 'yes', 'not yet']],
    ['all data steps', history(...R2), ['yes', 'yes', 'not yet']],
    [
      'a contract of which no statement was sent',
      endingWith({ state: 'running', cursor: makeCursorBeforeStatement(0, 2) }, ...R2, 'r2/010-b.contract'),
      ['yes', 'yes', 'not yet'],
    ],
    [
      'a contract whose first statement was sent',
      endingWith({ state: 'running', cursor: makeCursorAtSentStatement(0, 2) }, ...R2, 'r2/010-b.contract'),
      ['no longer', 'yes', 'not yet'],
    ],
    ['one of two contracts', history(...R2, 'r2/010-b.contract'), ['no longer', 'yes', 'not yet']],
    ['both contracts, and a next release without expand', history(...ALL.slice(0, -1)), ['no longer', 'yes', 'yes']],
    ['everything', history(...ALL), ['no longer', 'no longer', 'yes']],
    [
      'an expand that is being undone',
      endingWith({ state: 'undoing', cursor: makeCursorBeforeStatement(1, 2) }, 'r1/010-a.expand', 'r2/010-b.expand'),
      ['yes', 'not yet', 'not yet'],
    ],
    ['a release ahead of the files that is expanded', history(...ALL, 'r4/010-e.expand'), ['no longer', 'no longer', 'yes']],
    [
      'a release ahead of the files that is contracted',
      history(...ALL, 'r4/010-e.expand', 'r4/010-e.contract'),
      Array(3).fill('no longer'),
    ],
  ] as const) {
    it(`are these after ${title}: ${expected.join(', ')}`, () => expect(answers(ledger)).to.deep.equal(expected))
  }

  it('end with the note that a contract begins, until the run has ended or another run has taken over', () => {
    const run = { release: 'r2', phase: 'contract' } as const
    const about = { at: '2026-11-29T10:00:00.000Z', by: 'anna@host', subject: 'contract of r2' }
    const begun: LedgerNote = { ...about, kind: 'begun', fields: { ...run, migrations: 2, gates: [] } }
    const after = (...notes: readonly LedgerNote[]) => answers({ ...history(...R2), notes })
    expect(after(begun)).to.deep.equal(['no longer', 'yes', 'not yet'])
    expect(support('r1', { ...history(...R2), notes: [begun] })).to.include({ by: 'r2', at: about.at })
    expect(after({ ...begun, fields: { ...begun.fields, phase: 'migrate' } })).to.deep.equal(['yes', 'yes', 'not yet'])
    expect(after(begun, { ...about, kind: 'ended', fields: { ...run, outcome: 'failed' } })).to.deep.equal(['yes', 'yes', 'not yet'])
    expect(after(begun, { ...about, kind: 'taken over', fields: { from: 'ben@host' } })).to.deep.equal(['yes', 'yes', 'not yet'])
  })

  it('include a release whose earlier data step runs again', () => {
    const made = history(...ALL)
    const again = { ...made.applied[3], run: { state: 'running', cursor: makeCursorAtSentStatement(0, 1) }, how: 'again' } as const
    const ledger = { ...made, applied: made.applied.map((row, index) => (index === 3 ? { ...row, ...again } : row)) }
    expect(answers(ledger)).to.deep.equal(['no longer', 'no longer', 'yes'])
  })

  it('name the missing phases, and the command that runs them', () => {
    expect(support('r1', undefined)).to.deep.equal({ answer: 'not yet', missing: ['expand of r1'], command: 'interphase expand' })
    const half = history('r1/010-a.expand', 'r2/010-b.expand')
    expect(support('r2', half)).to.deep.equal({ answer: 'not yet', missing: ['expand of r2'], command: 'interphase expand' })
    expect(support('r3', half)).to.deep.equal({
      answer: 'not yet',
      missing: ['expand of r2', 'migrate of r2', 'contract of r2'],
      command: 'interphase up --to r3 --phase expand',
    })
    const undoing = endingWith({ state: 'undoing', cursor: makeCursorBeforeStatement(1, 2) }, 'r1/010-a.expand', 'r2/010-b.expand')
    expect(support('r2', undoing)).to.include({ command: 'interphase undo, then interphase expand' })
  })

  it('name the contract that ended the support, and its time', () => {
    const { at } = { at: '2015-04-30T16:45:00.000Z' }
    const migrations = ['r2/010-b.contract', 'r2/020-c.contract']
    expect(support('r1', history(...ALL))).to.deep.equal({ answer: 'no longer', by: 'r2', at, how: 'run', migrations })
    expect(support('r3', history(...ALL, 'r4/010-e.contract'))).to.include({ answer: 'no longer', by: 'r4' })
  })

  it('refuse a release that nobody knows, and one that only the ledger has', () => {
    const codeOf = (of: string, ledger: LedgerHistory) => {
      try {
        return support(of, ledger).answer
      } catch (error) {
        return (error as { readonly code?: string }).code
      }
    }
    expect(codeOf('r9', history(...ALL))).to.equal('state.unknown')
    expect(codeOf('r4', history(...ALL, 'r4/010-e.expand'))).to.equal('ledger.ahead')
  })

  it('are told for the phases that come next, to the end of the support', () => {
    const coming = (of: string, ledger: LedgerHistory | undefined) =>
      computeReleaseSupportAfterNextPhases(computeChainProgress(FILES, ledger), ledger, of).map(
        ({ release: name, phase, answer }) => `${phase} of ${name}: ${answer}`,
      )
    expect(coming('r1', undefined)).to.deep.equal([
      'expand of r1: yes',
      'expand of r2: yes',
      'migrate of r2: yes',
      'contract of r2: no longer',
    ])
    expect(coming('r2', history(...R2.slice(0, 1)))).to.deep.equal([
      'expand of r2: yes',
      'migrate of r2: yes',
      'contract of r2: yes',
      'contract of r3: no longer',
    ])
    expect(coming('r3', history(...R2))).to.deep.equal(['contract of r2: yes', 'contract of r3: yes'])
    expect(coming('r1', history(...ALL))).to.deep.equal([])
  })
})
