import { expect } from 'chai'
import { openClient } from '../support/application.ts'
import { rejected } from '../support/caught.ts'
import { dialectOfServer, recordedOn } from '../support/chain.ts'
import { fillItems, killedStepFiles, runSharedStep, WRONG_ITEMS } from '../support/killed-batches.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const ROWS = 4000
const SIZE = 100
const KILLS = 4
const STEP = 'r2/010-code.migrate'

describe('a data step in batches that workers share', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    const prepared = async () => {
      const dialect = dialectOfServer(server)
      const chain = await recordedOn(server, killedStepFiles(dialect, SIZE))
      await chain.up({ to: 'r2', phase: 'expand' })
      const client = await openClient(dialect, chain.url)
      await fillItems(client, ROWS)
      return { dialect, chain, client }
    }
    const count = async (client: Awaited<ReturnType<typeof openClient>>, query: string) => Number((await client.run(query))[0]?.['found'])

    it('writes every row once with three workers, and leaves no ranges in the ledger', async () => {
      const { chain, client } = await prepared()
      await chain.up({ only: 'migrate', workers: 3 })
      expect(await client.run(WRONG_ITEMS)).to.deep.equal([])
      expect(await count(client, 'SELECT count(*) AS found FROM interphase_range')).to.equal(0)
      expect(await count(client, 'SELECT count(*) AS found FROM item WHERE writes = 1')).to.equal(ROWS)
      expect(new Set(chain.events.flatMap((event) => (event.type === 'batch-done' ? [event.worker] : [])))).to.deep.equal(
        new Set([1, 2, 3]),
      )
      await client.end()
    })

    it('writes every row once in two processes that are killed again and again beside two versions of an application', async () => {
      const { dialect, chain, client } = await prepared()
      let next = 0
      const step = {
        dialect,
        url: chain.url,
        root: chain.root,
        kills: KILLS,
        batchesBefore: () => 2 + (next++ % 3),
        moment: () => Promise.resolve(),
      }
      const { kills, written, joined } = await runSharedStep(step, ROWS)
      // On a busy machine, the other process can finish the step before the last kill.
      expect(kills, 'kills').to.be.within(KILLS - 1, KILLS)
      expect(joined, 'processes that joined').to.be.above(0)
      expect(written.old, 'statements of the old version').to.be.above(0)
      expect(await client.run(WRONG_ITEMS)).to.deep.equal([])
      await client.end()
    })

    it('stops at a number of rows, shows its ranges, and resumes there without the option', async () => {
      const { chain, client } = await prepared()
      await rejected(chain.up({ only: 'migrate', workers: 2, maxRows: 1000 }), 'run.limit')
      const status = await (await chain.open()).status()
      const step = status.releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations)).find(({ id }) => id === STEP)
      expect(step?.batches?.rows).to.equal(1000)
      expect(step?.ranges?.length).to.be.above(0)
      expect(step?.ranges?.every(({ worker }) => worker === undefined)).to.equal(true)
      expect(await count(client, 'SELECT count(*) AS found FROM item WHERE writes = 1')).to.equal(1000)
      await chain.up({ only: 'migrate' })
      expect(await client.run(WRONG_ITEMS)).to.deep.equal([])
      await client.end()
    })

    it('shows the speed of its workers while they work', async () => {
      const { chain, client } = await prepared()
      const shown: unknown[] = []
      let isAsked = false
      const crash = async (point: string, _: string, batch?: number) => {
        if (point !== 'after cursor' || batch === undefined || isAsked) return
        isAsked = true
        const { releases } = await (await chain.open()).status()
        const step = releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations)).find(({ id }) => id === STEP)
        shown.push(step?.batches?.rate)
      }
      await (await chain.open({ crash })).upgrade({ only: 'migrate', workers: 2 })
      expect(shown[0]).to.be.above(0)
      await client.end()
    })

    it('lets workers continue a step that one session began', async () => {
      const { chain, client } = await prepared()
      await rejected(chain.up({ only: 'migrate', maxRows: 1000 }), 'run.limit')
      await chain.up({ only: 'migrate', workers: 2 })
      expect(await client.run(WRONG_ITEMS)).to.deep.equal([])
      expect(await count(client, "SELECT affected AS found FROM interphase_migration WHERE id = 'r2/010-code.migrate'")).to.equal(ROWS)
      await client.end()
    })
  })
})
