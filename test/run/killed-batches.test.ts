import { expect } from 'chai'
import { openClient } from '../support/application.ts'
import { dialectOfServer, recordedOn } from '../support/chain.ts'
import { fillItems, killedStepFiles, runKilledStep, WRONG_ITEMS } from '../support/killed-batches.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const ROWS = 4000
const SIZE = 100
const KILLS = 4

describe('a data step in batches that is killed again and again beside two versions of an application', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('writes every row once', async () => {
      const dialect = dialectOfServer(server)
      const chain = await recordedOn(server, killedStepFiles(dialect, SIZE))
      await chain.up({ to: 'r2', phase: 'expand' })
      const client = await openClient(dialect, chain.url)
      await fillItems(client, ROWS)
      let next = 0
      const step = {
        dialect,
        url: chain.url,
        root: chain.root,
        kills: KILLS,
        batchesBefore: () => 2 + (next++ % 4),
        moment: () => Promise.resolve(),
      }
      const { kills, written } = await runKilledStep(step, ROWS)
      expect(kills).to.equal(KILLS)
      expect(written.old, 'statements of the old version').to.be.above(0)
      expect(written.new, 'statements of the new version').to.be.above(0)
      expect(await client.run(WRONG_ITEMS)).to.deep.equal([])
      await client.end()
    })
  })
})
