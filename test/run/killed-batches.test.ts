import { expect } from 'chai'
import { openClient } from '../support/application.ts'
import { dialectOfServer, recordedOn } from '../support/chain.ts'
import { fillItems, killedStepFiles, runKilledStep, runUntilTerminated, WRONG_ITEMS } from '../support/killed-batches.ts'
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

    it('stops after the current batch at SIGTERM, and at --max-time, with exit code 10', async () => {
      const dialect = dialectOfServer(server)
      const chain = await recordedOn(server, killedStepFiles(dialect, SIZE))
      await chain.up({ to: 'r2', phase: 'expand' })
      const client = await openClient(dialect, chain.url)
      await fillItems(client, ROWS)
      const step = { dialect, url: chain.url, root: chain.root, kills: 0, batchesBefore: () => 0, moment: () => Promise.resolve() }
      const terminated = await runUntilTerminated(step, 2)
      expect(terminated.code, terminated.said).to.equal(10)
      expect(terminated.said).to.include('run.stopped')
      const timed = await runUntilTerminated(step, Number.POSITIVE_INFINITY, ['--max-time', '0'])
      expect(timed.code, timed.said).to.equal(10)
      expect(timed.said).to.include('run.limit').and.to.include('--max-time 0')
      const done = await client.run('SELECT count(*) AS done FROM item WHERE writes = 1')
      expect(Number(done[0]?.['done'])).to.be.within(2 * SIZE, ROWS - SIZE)
      await chain.up({ only: 'migrate' })
      expect(await client.run(WRONG_ITEMS)).to.deep.equal([])
      await client.end()
    })
  })
})
