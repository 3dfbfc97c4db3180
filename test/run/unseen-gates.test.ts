import { expect } from 'chai'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { contracted, opensAlone, withGateShut } from './gate-cases.ts'

const SLEEP = { postgres: 'SELECT pg_sleep(60)', mariadb: 'SELECT sleep(60) = 0 AS slept', mysql: 'SELECT sleep(60) = 0 AS slept' } as const
const node = (code: string) => ['node', '-e', code]

/** Gates that cannot be checked, with the evidence of each. */
const UNSEEN = (server: keyof typeof SLEEP) =>
  [
    [{ gate: 'query', name: 'a', sql: SLEEP[server], timeoutSeconds: 0.2 }, 'a: there was no answer within 0.2 seconds'],
    [{ gate: 'query', name: 'a', sql: 'SELECT count(*) FROM no_such_table' }, 'no_such_table'],
    [{ gate: 'query', name: 'a', sql: 'UPDATE item SET price = 1' }, 'a: '],
    [{ gate: 'query', name: 'a', sql: 'SELECT 1 AS a; SELECT 1 AS a' }, '2 statements'],
    [{ gate: 'query', name: 'a', sql: 'SELECT id FROM item WHERE id < 0' }, '0 rows'],
    [{ gate: 'query', name: 'a', sql: 'SELECT NULL AS a' }, 'a returns null'],
    [{ gate: 'query', name: 'a', sql: 'SELECT 7 AS a' }, 'a returns 7'],
    [{ gate: 'command', name: 'a', command: ['no-such-program'] }, 'ENOENT'],
    [{ gate: 'command', name: 'a', command: node('setInterval(() => {}, 1000)'), timeoutSeconds: 0.3 }, 'within 0.3 seconds'],
    [{ gate: 'command', name: 'a', command: node('process.kill(process.pid, "SIGTERM")') }, 'SIGTERM'],
    [{ gate: 'backup', hours: 1, from: { sql: "SELECT 'yesterday'" } }, '"yesterday" is not a time'],
    [{ gate: 'backup', hours: 1, from: { sql: 'SELECT NULL' } }, '"null" is not a time'],
    [{ gate: 'backup', hours: 1, from: { sql: "SELECT '2999-01-01 00:00:00'" } }, 'in the future'],
    [{ gate: 'backup', hours: 1, from: { command: node('console.error("no agent"); process.exit(1)') } }, 'no agent'],
    // Only PostgreSQL shows its replicas.
    ...(server === 'postgres' ? [] : [[{ gate: 'replicas', seconds: 10 }, 'does not list its replicas'] as const]),
  ] as const

describe('a gate that throws or does not answer', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('is unseen and holds the phase, and the session can be used afterwards', async () => {
      const chain = await withGateShut(server, 'soak', [])
      const before = await imageOf(chain.dialect, chain.url)
      for (const [gate, says] of UNSEEN(server as keyof typeof SLEEP)) {
        chain.put(opensAlone([gate]))
        const report = await (await chain.open()).gate()
        const answer = report.gates.find((one) => one.gate === gate.gate)
        expect(answer, JSON.stringify(gate)).to.include({ state: 'unseen' })
        expect(answer?.evidence[0], JSON.stringify(gate)).to.include(says)
        expect(report.exitCode).to.equal(6)
        expect(await contracted(await chain.open(), true), JSON.stringify(gate)).to.include({ code: 'phase.held', exitCode: 6 })
      }
      expect(await imageOf(chain.dialect, chain.url)).to.deep.equal(before)
      // The gate that is asked last shows that a cancelled statement of an earlier gate harms no later statement.
      chain.put(
        opensAlone([{ gate: 'query', name: 'a', sql: SLEEP[server as keyof typeof SLEEP], timeoutSeconds: 0.2 }, 'preconditions-hold']),
      )
      const states = (await (await chain.open()).gate()).gates.map(({ gate, state }) => `${gate} ${state}`)
      expect(states).to.include('query unseen').and.include('preconditions-hold open')
      chain.put(opensAlone([]))
      expect((await contracted(await chain.open(), true)).code).to.equal('done')
    })
  })
})
