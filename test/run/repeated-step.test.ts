import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const STEP = 'r2/010-price.migrate'
/** It leaves a row that nobody can price, of which the shadow knows nothing. */
const FILLS = 'UPDATE item SET price = 1 WHERE price IS NULL AND id < 100;'
const FILES: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, old int);',
  'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price int;',
  [`${STEP}.sql`]: FILLS,
  [`${STEP}.pending.sql`]: 'SELECT count(*) FROM item WHERE price IS NULL',
  'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
}
const RERUNNABLE: Files = { ...FILES, [`${STEP}.sql`]: `-- interphase: rerunnable\n${FILLS}` }

describe('a data step whose pending query still counts rows', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('fails the phase when it may not run twice, and stays done', async () => {
      const chain = await withItem(FILES, 100)
      const { facts, exitCode } = await rejected(chain.up(), 'pending.left')
      expect({ ...facts, exitCode }).to.deep.equal({ migration: STEP, rows: '1', exitCode: 8 })
      expect(await runsOf(chain)).to.deep.equal(['run'])
      expect(left(chain)).to.deep.equal([])
      await rejected(chain.up({ only: 'migrate' }), 'pending.not-rerunnable')
      const held = await rejected(chain.up(), 'phase.held')
      expect(held.facts.reasons).to.deep.equal([
        `${STEP} still has 1 row to change, according to its pending query`,
        `Change these rows by hand. If the data step can run twice without harm, run instead: interphase migrate --again ${STEP}`,
      ])
      // As the remedy says.
      await chain.sql('UPDATE item SET price = 2 WHERE id = 100')
      await chain.up()
      expect(await runsOf(chain)).to.deep.equal(['run'])
    })

    it('runs again until nothing is left while rows are still coming', async () => {
      const chain = await withItem(RERUNNABLE, 1)
      const late = [[2, 3], [4]]
      const engine = await chain.open({ crash: writing(chain, late) })
      await engine.upgrade({ confirmed: true })
      expect(left(chain)).to.deep.equal(['2', '1'])
      expect(await runsOf(chain)).to.deep.equal(['run, replaced', 'again, replaced', 'again'])
      expect(await pricesOf(chain)).to.deep.equal([1, 1, 1, 1])
      expect((await chain.status()).exitCode).to.equal(0)
    })

    it('runs again three times at most, then fails the phase', async () => {
      const chain = await withItem(RERUNNABLE, 100)
      const { facts } = await rejected(chain.up(), 'pending.left')
      expect(facts).to.deep.equal({ migration: STEP, rows: '1' })
      expect(left(chain)).to.deep.equal(['1', '1', '1'])
      expect(await runsOf(chain)).to.deep.equal(['run, replaced', 'again, replaced', 'again, replaced', 'again'])
    })

    it('is the next command once rows have come, and runs again by itself', async () => {
      const chain = await withItem(RERUNNABLE, 1)
      await chain.up({ phase: 'migrate' })
      await chain.sql('INSERT INTO item (id) VALUES (2)')
      const { next, exitCode, problems } = await chain.status()
      expect({ exitCode, problems, phase: next?.phase, migrations: next?.migrations }).to.deep.equal({
        exitCode: 4,
        problems: [],
        phase: 'migrate',
        migrations: [STEP],
      })
      expect(await chain.up({ only: 'migrate' })).to.deep.include({ ran: [{ release: 'r2', phase: 'migrate', migrations: 1 }] })
      expect(left(chain)).to.deep.equal(['1'])
      expect(await runsOf(chain)).to.deep.equal(['run, replaced', 'again'])
      expect(await pricesOf(chain)).to.deep.equal([1, 1])
      expect((await chain.status()).exitCode).to.equal(5)
    })

    async function withItem(files: Files, id: number): Promise<ChainOnServer> {
      const chain = await recordedOn(server, files)
      await chain.up({ to: 'r1' })
      await chain.sql(`INSERT INTO item (id) VALUES (${id})`)
      return chain
    }
  })
})

/** Each time the step is done, the application writes the next of these rows. */
function writing(chain: ChainOnServer, late: readonly (readonly number[])[]) {
  const batches = [...late]
  return async (point: string, migration: string): Promise<void> => {
    const ids = point === 'after ledger' && migration === STEP ? (batches.shift() ?? []) : []
    for (const id of ids) await chain.sql(`INSERT INTO item (id) VALUES (${id})`)
  }
}

/** What each repetition found to do. */
function left({ events }: ChainOnServer): readonly string[] {
  return events.flatMap((event) => (event.type === 'data-left' && event.migration === STEP ? [event.rows] : []))
}

/** How the step ran each time, in order. */
async function runsOf(chain: ChainOnServer): Promise<readonly string[]> {
  const history = await (await chain.open()).history()
  const past = history?.past.filter(({ id }) => id === STEP).map(({ how }) => `${how}, replaced`) ?? []
  return [...past, ...(history?.applied.filter(({ id, run }) => id === STEP && run.state === 'done').map(({ how }) => how) ?? [])]
}

async function pricesOf(chain: ChainOnServer): Promise<readonly unknown[]> {
  return (await chain.sql('SELECT price FROM item ORDER BY id')).map(({ price }) => price)
}
