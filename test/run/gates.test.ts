import { expect } from 'chai'
import { GATE_NAMES, type GateName } from '../../src/phase/gate.ts'
import type { GateReport } from '../../src/status/reports/gate-report.ts'
import type { ChainOnServer } from '../support/chain.ts'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { closeSessions, contracted, GATE_CASES, inPolicy, timeless, withGateShut } from './gate-cases.ts'

/** A report of gates without the times, ages and sessions in it. The text of the report may contain times of its own. */
function timelessReport(report: GateReport | null | undefined): unknown {
  const text = report && { ...report, gates: report.gates.map((one) => ({ ...one, evidence: timeless(one.evidence) })) }
  return timeless([JSON.stringify(text)])
}

/** The answer of `interphase gate` for contract, which `status --phase contract` must give too. */
async function askedOf(chain: ChainOnServer, gate: GateName) {
  const report = await (await chain.open()).gate({ phase: 'contract' })
  const status = await chain.status({ phase: 'contract', compareSchema: false })
  expect(timelessReport(status.gates), 'status --phase').to.deep.equal(timelessReport(report))
  const { open, exitCode, gates } = report
  const closed = gates.filter(({ state }) => state !== 'open').map(({ gate: name }) => name)
  const asked = gates.find((one) => one.gate === gate)
  return {
    open,
    exitCode,
    closed,
    lines: asked ? [...asked.evidence, ...(asked.state !== 'open' && asked.remedy ? [asked.remedy] : [])] : [],
  }
}

describe('each gate', () => {
  after(removeProjects)
  after(closeSessions)

  it('has a case', () => {
    expect(Object.keys(GATE_CASES)).to.have.members([...GATE_NAMES])
  })

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('are unseen while the schema differs from the plan, and the report says how it differs', async () => {
      const chain = await withGateShut(server, 'soak', ['preconditions-hold', 'destruction-confirmed'])
      await chain.sql('CREATE INDEX left_over ON item (price)')
      const { exitCode, gates } = await (await chain.open()).gate()
      expect({ exitCode, gates: gates.map(({ gate, state }) => `${gate} ${state}`) }).to.deep.equal({
        exitCode: 6,
        gates: [
          'release-admitted open',
          'schema-as-planned shut',
          'preconditions-hold unseen',
          'destruction-confirmed unseen',
          // The policy does not name this gate, but every contract requires it.
          'quarantine-empty unseen',
        ],
      })
      expect(gates[1]?.evidence[0]).to.include('left_over')
      expect((await contracted(await chain.open(), true)).code).to.equal('schema.differs')
      await chain.sql(server === 'postgres' ? 'DROP INDEX left_over' : 'DROP INDEX left_over ON item')
      expect(await (await chain.open()).gate()).to.include({ open: true, exitCode: 0 })
    })

    for (const gate of GATE_NAMES) {
      const { confirmed, code, evidence, status, open } = GATE_CASES[gate]

      it(`${gate} is asked before contract, holds it while it is shut, and lets it run once it is open`, async () => {
        const chain = await withGateShut(server, gate, [inPolicy(gate)])
        const before = await imageOf(chain.dialect, chain.url)
        expect(await contracted(await chain.open(), confirmed)).to.deep.equal({ code, exitCode: 6, evidence })
        expect(await imageOf(chain.dialect, chain.url)).to.deep.equal(before)
        const { next, exitCode } = await chain.status()
        expect({ phase: next?.phase, exitCode, held: next && timeless(next.held) }).to.deep.equal(status)
        const { status: ofPlan } = await (await chain.open()).planAndStatus()
        expect(timeless(ofPlan.next?.held ?? []), 'plan').to.deep.equal(status.held)
        const shut = await askedOf(chain, gate)
        // The run asks for the consent, so the answer of the command lists only what the phase destroys.
        expect({ open: shut.open, exitCode: shut.exitCode }).to.deep.equal(
          confirmed ? { open: false, exitCode: 6 } : { open: true, exitCode: 0 },
        )
        expect(shut.closed).to.deep.equal(confirmed ? [gate] : [])
        // The error about preconditions has its remedy once, for all rows.
        expect(timeless(shut.lines).slice(0, evidence.length)).to.deep.equal(evidence)
        expect(await imageOf(chain.dialect, chain.url)).to.deep.equal(before)
        await open(chain)
        expect(await askedOf(chain, gate)).to.include({ open: true, exitCode: 0 })
        expect((await contracted(await chain.open(), true)).code).to.equal('done')
      })
    }
  })

  // Which gates a run asks does not depend on the server.
  onServers(['postgres'], (server) => {
    for (const gate of GATE_NAMES) {
      const { confirmed, code, always = false } = GATE_CASES[gate]

      it(`${gate} is ${always ? '' : 'not '}asked where the policy of contract does not name it`, async () => {
        const chain = await withGateShut(server, gate, [])
        expect((await contracted(await chain.open(), confirmed)).code === code).to.equal(always)
      })
    }
  })
})
