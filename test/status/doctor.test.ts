import { expect } from 'chai'
import { type ChainOnServer, chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const FILES = { 'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, name varchar(10));' }
const REFUSED = '-- interphase: irreversible because this is a test\nALTER TABLE item DROP COLUMN name;'

describe('doctor', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('states whether the next run can start, with the reasons and the remedies of status --check', async () => {
      const chain = await chainOn(server, FILES)
      expect(await nextRun(chain)).to.match(/^6 false expand of r1 cannot start:\n.*not yet recorded.*Run: interphase record/)
      await chain.record()
      expect(await nextRun(chain)).to.equal('0 true expand of r1 can start: interphase expand')
      chain.put({ 'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, name varchar(20));' })
      expect(await nextRun(chain)).to.match(/^[67] false expand of r1 cannot start:\n.*interphase record/)
      chain.put(FILES)
      await chain.up()
      expect(await nextRun(chain)).to.equal('0 true nothing is left to run')
      chain.put({ 'r2/010-item.expand.sql': REFUSED })
      await chain.record()
      expect(await nextRun(chain)).to.match(/^6 false expand of r2 cannot start:\n.*refuses the effect "removes"/)
      chain.put({ 'r2/010-item.expand.sql': `-- interphase: despite removes because this is a test\n${REFUSED}` })
      await chain.record()
      expect(await nextRun(chain)).to.equal(
        '0 true expand of r2 can start: interphase expand, which asks for a confirmation of the data that it destroys',
      )
      await chain.sql('ALTER TABLE item ADD COLUMN colour int')
      expect(await nextRun(chain)).to.match(/^7 false expand of r2 cannot start:\n.*\n.*column item\.colour[^]*interphase drift/)
    })

    it('calls an object a neighbour only if the states are known', async () => {
      const chain = await chainOn(server, FILES, { ignore: ['session'] })
      await chain.sql('CREATE TABLE session (id int PRIMARY KEY)')
      const neighbours = async () => (await (await chain.open()).diagnose()).findings.filter(({ about }) => about === 'neighbours')
      expect(await neighbours()).to.deep.equal([])
      await chain.record()
      expect((await neighbours()).map(({ says }) => says).join()).to.include('table session')
    })
  })
})

/** Returns the exit code, and the last finding. The finding about the schema must not contradict the exit code. */
async function nextRun(chain: ChainOnServer): Promise<string> {
  const { findings, exitCode } = await (await chain.open()).diagnose()
  const status = await chain.status()
  expect(exitCode).to.equal(status.exitCode >= 6 ? status.exitCode : 0)
  expect(findings.find(({ about }) => about === 'schema')).to.include({ good: status.schema !== 'differs' })
  const last = findings.at(-1)
  expect(last).to.include({ about: 'next run' })
  return `${exitCode} ${last?.good} ${last?.says}`
}
