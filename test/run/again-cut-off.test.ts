import { expect } from 'chai'
import { InterphaseError } from '../../src/error.ts'
import { type ChainOnServer, type Files, preparedOn } from '../support/chain.ts'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { endConnection } from './blocker.ts'

/** Neither step may run twice by itself: every run of it is seen in the rows. */
const FILES: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, n int NOT NULL, old int);',
  'r1/010-item.migrate.sql': 'UPDATE item SET n = n + 1;\nUPDATE item SET n = n + 10;',
  'r1/020-step.migrate.sql': '-- interphase: transaction off\nUPDATE item SET n = n + 100;\nUPDATE item SET n = n + 1000;',
  // Without it the release would be finished, and its data steps no longer at work.
  'r1/030-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
}
const STEPS = ['r1/010-item.migrate', 'r1/020-step.migrate']

describe('a data step that runs once more and is cut off', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('has run exactly once more when it is named again, wherever the connection ended', async () => {
      const points: string[] = []
      const whole = await migrated(server)
      expect(await again(whole, STEPS, (at) => void points.push(at))).to.equal('done')
      expect(await nOf(whole)).to.equal(2222)
      // The second statement of the file passes the same points as the first.
      const cuts = points.filter((at) => !at.includes(' 1 '))
      expect(cuts).to.have.length.above(8)
      const undisturbed = await imageOf(whole.dialect, whole.url)
      for (const at of cuts) {
        const chain = await migrated(server)
        const code = await again(chain, STEPS, async (here) => {
          if (here === at) await cut(chain)
        })
        expect(code, at).to.equal('database.lost')
        // A step that was in the middle is continued. One whose row is still the old one has not run.
        await chain.up({ only: 'migrate' })
        const left = await notRunAgain(chain)
        if (left.length > 0) expect(await again(chain, left), at).to.equal('done')
        expect(await nOf(chain), at).to.equal(2222)
        expect(await imageOf(chain.dialect, chain.url), at).to.deep.equal(undisturbed)
        const history = await (await chain.open()).history()
        expect(
          history?.past.map(({ id, how, replaced }) => `${id} ${how} ${replaced}`),
          at,
        ).to.have.members(STEPS.map((id) => `${id} run again`))
      }
    })
  })
})

function migrated(server: ServerName): Promise<ChainOnServer> {
  return preparedOn(server, FILES, 'migrated', async (chain) => {
    await chain.up({ only: 'expand' })
    await chain.sql('INSERT INTO item (id, n) VALUES (1, 0)')
    await chain.up({ phase: 'migrate' })
  })
}

async function again(chain: ChainOnServer, ids: readonly string[], halt: (at: string) => Promise<void> | void = () => undefined) {
  const crash = (point: string, migration: string, statement?: number) => halt(`${migration} ${statement ?? ''} ${point}`)
  try {
    await (await chain.open({ crash })).upgrade({ only: 'migrate', confirmed: true, again: new Set(ids), waitMs: 60_000 })
    return 'done'
  } catch (error) {
    if (error instanceof InterphaseError) return error.code
    throw error
  }
}

/** Ends the connection of the run, as an administrator would. */
async function cut(chain: ChainOnServer): Promise<void> {
  const [row] = await chain.sql('SELECT backend FROM interphase_project')
  await endConnection(chain.dialect, chain.url, String(row?.['backend']).split('/')[0] ?? '')
}

async function notRunAgain(chain: ChainOnServer): Promise<readonly string[]> {
  const rows = await chain.sql("SELECT id FROM interphase_migration WHERE how <> 'again' AND id LIKE '%.migrate'")
  return rows.map(({ id }) => String(id))
}

async function nOf(chain: ChainOnServer): Promise<number> {
  return Number((await chain.sql('SELECT n FROM item'))[0]?.['n'])
}
