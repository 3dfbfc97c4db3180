import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeKey, opensAlone, withGateShut } from '../run/gate-cases.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { interphase, start } from './cli.ts'

const QUEUE = { gate: 'query', name: 'the <b>queue</b>', sql: "SELECT 0 AS done, 'two & more' AS jobs", remedy: 'Wait for the jobs' }
const APPROVALS = { gate: 'approvals', required: 1, from: ['anna'] }

describe('gate on the command line', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql'], (server) => {
    const shut = async () => {
      const chain = await withGateShut(server, 'destruction-confirmed', ['destruction-confirmed', QUEUE, APPROVALS])
      return { chain, at: (...args: readonly string[]) => interphase(chain.root, ['gate', ...args], { DATABASE_URL: chain.url }) }
    }

    it('prints each gate with its evidence and remedy, and exits 6, then 0', async () => {
      const { chain, at } = await shut()
      const { code, out } = await at()
      expect(code).to.equal(6)
      expect(out)
        .to.match(/open +schema-as-planned/)
        .and.match(/shut +query/)
        .and.include('two & more')
        .and.include('What to do: Wait for the jobs')
        .and.include('destroys column item.old (1 value)')
        .and.match(/needs consent +destruction-confirmed/)
        .and.include('contract of r2 cannot start yet.')
      expect(out).not.to.include('does not contain')
      expect((await at('--all')).out).to.include('Gates that the policy of contract does not contain: ')
      const status = await interphase(chain.root, ['status', '--phase', 'contract'], { DATABASE_URL: chain.url })
      expect(status.out).to.include('What to do: Wait for the jobs')
      const run = await interphase(chain.root, ['contract', '--yes'], { DATABASE_URL: chain.url })
      expect(run.code).to.equal(6)
      expect(run.err)
        .to.include('these gates are not open: the <b>queue</b>, approvals')
        .and.include('two & more')
        .and.include('Wait for the jobs')
      const key = await makeKey(chain, 'anna')
      expect((await at('override', QUEUE.name)).code).to.equal(2)
      expect((await at('override', QUEUE.name, '--as', 'anna', '--because', 'the queue is stale')).code).to.equal(0)
      expect((await at('approve', '--as', 'anna', '--key', key)).out).to.include('anna: approved for contract of r2, plan r1:')
      const open = await at('--json')
      expect(open.code).to.equal(0)
      expect(JSON.parse(open.out)).to.include({ open: true, consent: 'with the run', phase: 'contract', exitCode: 0 })
      const after = await interphase(chain.root, ['status'], { DATABASE_URL: chain.url })
      expect(after.out).to.include('by anna: the queue is stale')
      const log = await interphase(chain.root, ['log'], { DATABASE_URL: chain.url })
      expect(log.out).to.include('by anna, because the queue is stale').and.include('anna approved r1:')
    })

    it('waits until the gates are open, prints why it waits, and ends with 6 after the time', async () => {
      const { chain, at } = await shut()
      expect((await at('--wait', '0.5')).code).to.equal(6)
      const waiting = start(chain.root, ['gate', '--wait', '60'], { DATABASE_URL: chain.url })
      await waiting.says('Waiting for 2 gates of contract of r2')
      await waiting.says('two & more')
      chain.put(opensAlone(['destruction-confirmed']))
      const { code, out } = await waiting.ended
      expect(code).to.equal(0)
      expect(out).to.include('The phase can start with your consent to the destruction: interphase contract').and.include('needs --yes')
    })

    it('writes one page without a reference to another file or to the network, and escapes what it prints', async () => {
      const { chain, at } = await shut()
      const file = join(chain.root, 'out', 'gate.html')
      expect((await at('--report', file)).code).to.equal(6)
      const page = readFileSync(file, 'utf8')
      expect(page).to.include('column item.old (1 value)').and.include('ALTER TABLE item DROP COLUMN old')
      expect(page).to.include('name the &lt;b&gt;queue&lt;/b&gt;').and.include('two &amp; more').and.not.include('<b>queue')
      expect(page).to.include('0 of 1 approvals of plan r1:').and.include("default-src 'none'")
      expect(page).to.not.match(/<(?:script|img|link|iframe)|\b(?:src|href)=|url\(|https?:|@import/)
    })
  })
})
