import { join } from 'node:path'
import { expect } from 'chai'
import { PHASES } from '../../src/phase/phase.ts'
import type { PhasePolicy, PoliciesByPhase } from '../../src/phase/policy.ts'
import { computeChainProgress } from '../../src/plan/progress.ts'
import { chooseReleaseToUndo, listReasonsAgainstUndo, listUndoablePhases } from '../../src/plan/undo.ts'
import { readPolicies } from '../../src/project/policies.ts'
import { ROOT } from '../structure/source.ts'
import { chain, history, release } from './made.ts'

const SHIPPED = readPolicies(join(ROOT, 'phases'))
const FILES = chain(release('r1', '010-a.expand'), release('r2', '010-b.expand', '010-b.migrate', '010-b.contract'))
const EXPANDED = ['r1/010-a.expand', 'r2/010-b.expand']

function policies(undo: { readonly [P in keyof PoliciesByPhase]?: PhasePolicy['undo'] }): PoliciesByPhase {
  const changed = PHASES.map((phase) => [phase, { ...SHIPPED[phase], undo: undo[phase] ?? SHIPPED[phase].undo }])
  return Object.fromEntries(changed) as PoliciesByPhase
}

function against(rows: readonly string[], name?: string, under = SHIPPED): readonly string[] | undefined {
  const progress = computeChainProgress(FILES, history(...rows))
  const found = chooseReleaseToUndo(progress, name)
  return found && listReasonsAgainstUndo(progress, found, under)
}

describe('the way back', () => {
  it('leads up to contract in the shipped policies, and as far as others say', () => {
    const reason = 'a reason that is long enough'
    expect(listUndoablePhases(SHIPPED)).to.deep.equal(['expand', 'migrate'])
    expect(listUndoablePhases(policies({ migrate: { by: 'nothing', reason } }))).to.deep.equal(['expand'])
    expect(listUndoablePhases(policies({ expand: { by: 'undo-files', until: 'migrate', reason } }))).to.deep.equal(['expand'])
    expect(listUndoablePhases(policies({ expand: { by: 'nothing', reason } }))).to.deep.equal([])
  })

  it('is that of the release at work; of another one only by its name', () => {
    const found = (rows: readonly string[], name?: string) =>
      chooseReleaseToUndo(computeChainProgress(FILES, history(...rows)), name)?.release.name
    expect(found(EXPANDED)).to.equal('r2')
    expect(found(['r1/010-a.expand'])).to.equal(undefined)
    expect(found(['r1/010-a.expand'], 'r1')).to.equal('r1')
    expect(found(['r1/010-a.expand'], 'r2')).to.equal(undefined)
    expect(() => found(EXPANDED, 'r3')).to.throw('r3')
  })

  it('is open until contract begins, and then says why not', () => {
    expect(against(EXPANDED)).to.deep.equal([])
    expect(against([...EXPANDED, 'r2/010-b.migrate'])).to.deep.equal([])
    const reasons = against([...EXPANDED, 'r2/010-b.migrate', 'r2/010-b.contract 0/1']) ?? []
    expect(reasons[0]).to.equal(`contract has begun. ${SHIPPED.contract.undo.reason}`)
    expect(reasons).to.include(`contract has begun. ${SHIPPED.expand.undo.reason}`)
  })

  it('is shut by what began later, by what was interrupted, and by a phase that gives none', () => {
    expect(against(EXPANDED, 'r1')).to.deep.equal(['the later release r2 has begun. Undo it first: interphase undo r2'])
    expect(against([...EXPANDED, 'r2/010-b.migrate', 'r2/010-b.contract'], 'r1')).to.deep.equal([
      `the later release r2 has begun, and cannot be undone: contract has begun. ${SHIPPED.contract.undo.reason}`,
    ])
    const more = chain(release('r1', '010-a.expand'), release('r2', '010-b.expand'), release('r3', '010-c.expand'))
    const progress = computeChainProgress(more, history('r1/010-a.expand', 'r2/010-b.expand', 'r3/010-c.expand'))
    const found = chooseReleaseToUndo(progress, 'r1')
    expect(found && listReasonsAgainstUndo(progress, found, SHIPPED)).to.deep.equal([
      'the later release r3 has begun. Undo it first: interphase undo r3',
      'the later release r2 has begun. Undo it first: interphase undo r2',
    ])
    expect(against([...EXPANDED, 'r2/010-b.migrate 0/1'])).to.deep.equal([
      'r2/010-b.migrate was interrupted. Complete it first: interphase migrate',
    ])
    const shut = policies({ migrate: { by: 'nothing', reason: 'rows were merged' } })
    expect(against(EXPANDED, undefined, shut)).to.deep.equal([])
    expect(against([...EXPANDED, 'r2/010-b.migrate'], undefined, shut)).to.deep.equal(['migrate has begun. rows were merged'])
  })
})
