import { expect } from 'chai'
import fc from 'fast-check'
import { type Arena, openArena } from '../support/arena.ts'
import { anyRelease } from '../support/random-release.ts'
import { serverUrl } from '../support/servers.ts'

// More by hand: EXPLANATION_RUNS=500 EXPLANATION_SEED=7 npx mocha test/chain/explanation.test.ts
const { EXPLANATION_RUNS: runs = '50', EXPLANATION_SEED: seed = '1' } = process.env
const RUNS = Number(runs)

describe('the explanation of a release that is not sound', () => {
  let arena: Arena
  before(async () => {
    arena = await openArena((await serverUrl('postgres')) ?? '')
  })
  after(() => arena.close())

  it('names a pair whose order really matters, whenever two orders of a random release differ', async () => {
    let explained = 0
    const property = fc.asyncProperty(anyRelease, async (release) => {
      const fought = await arena.fight(release)
      if (!fought || fought.findings.length === 0) return
      for (const finding of fought.findings) {
        if (!finding.flip) expect.fail(`no pair is named: ${finding.says}`)
        expect(await arena.isReal(fought, finding, finding.flip), finding.says).to.equal(true)
        explained++
      }
    })
    await fc.assert(property, { numRuns: RUNS, seed: Number(seed) })
    expect(explained, 'releases that differ').to.be.greaterThan(RUNS / 10)
  })
})
