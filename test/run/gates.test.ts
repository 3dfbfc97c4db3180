import { expect } from 'chai'
import { GATE_NAMES } from '../../src/phase/gate.ts'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { contracted, GATE_CASES, inPolicy, timeless, withGateShut } from './gate-cases.ts'

describe('each gate', () => {
  after(removeProjects)

  it('has a case', () => {
    expect(Object.keys(GATE_CASES)).to.have.members([...GATE_NAMES])
  })

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    for (const gate of GATE_NAMES) {
      const { confirmed, code, evidence, status, open } = GATE_CASES[gate]

      it(`${gate} is asked before contract, holds it while it is shut, and lets it run once it is open`, async () => {
        const chain = await withGateShut(server, gate, [inPolicy(gate)])
        const before = await imageOf(chain.dialect, chain.url)
        expect(await contracted(await chain.open(), confirmed)).to.deep.equal({ code, exitCode: 6, evidence })
        expect(await imageOf(chain.dialect, chain.url)).to.deep.equal(before)
        const { next, exitCode } = await chain.status()
        expect({ phase: next?.phase, exitCode, held: next && timeless(next.held) }).to.deep.equal(status)
        await open(chain)
        expect((await contracted(await chain.open(), true)).code).to.equal('done')
      })

      it(`${gate} is not asked where the policy of contract does not name it`, async () => {
        const chain = await withGateShut(server, gate, [])
        expect((await contracted(await chain.open(), confirmed)).code).to.not.equal(code)
      })
    }
  })
})
