import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, recordedOn } from '../support/chain.ts'
import { HASTILY, HASTY } from '../support/hasty.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { closeTransactions, openTransaction, untilBlocked } from './blocker.ts'

const ITEM: Files = { ...HASTY, 'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY);' }
const ALTERS = `import { expand } from 'interphase'
export default expand({ transaction: 'off', up: ({ query }) => query('ALTER TABLE item ADD COLUMN n int') })`
const INDEXES = `import { migrate } from 'interphase'
export default migrate({
  transaction: 'off',
  async up({ query }) {
    await query('CREATE INDEX CONCURRENTLY item_id ON item (id)')
    await query('ALTER INDEX item_id RENAME TO item_by_id')
  },
})`

describe('a run that waits for a lock gives up', () => {
  after(removeProjects)
  afterEach(closeTransactions)

  onServers(['postgres'], (server) => {
    it('a function outside a transaction', () => givesWay(server, { 'r2/010-n.expand.mjs': ALTERS }))

    it('a statement that cannot run in a transaction, and locks everybody out', () =>
      givesWay(server, { 'r2/010-item.migrate.sql': 'VACUUM FULL item;' }))

    it('but not an index that is built beside the writers, in a function too', async () => {
      const { chain, application } = await blocked(server, { 'r2/010-index.migrate.mjs': INDEXES }, 'INSERT INTO item VALUES (1)')
      const run = chain.up()
      await untilBlocked(chain.dialect, chain.url)
      // Longer than two attempts may take: the server itself says how long it has waited.
      const waited = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
        AND query_start < clock_timestamp() - interval '2500 milliseconds'`
      for (const deadline = Date.now() + 60_000; (await chain.sql(waited)).length === 0; await delay(250)) {
        if (Date.now() > deadline) throw new Error('no session waited longer than two attempts may take')
      }
      await application.rollback()
      await run
      expect(chain.events.filter(({ type }) => type === 'lock-timeout')).to.deep.equal([])
      expect(await chain.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'item_by_id'::regclass")).to.deep.equal([
        { indisvalid: true },
      ])
    })
  })

  onServers(['mysql', 'mariadb'], (server) => {
    it('and never names itself as the one in its way', async () => {
      const step = { 'r2/010-id.migrate.sql': 'UPDATE item SET id = id + 10;' }
      const { chain, application } = await blocked(server, step, 'INSERT INTO item VALUES (1)')
      const { facts } = await rejected(chain.up(), 'statement.lock-timeout')
      expect(facts.blockers).to.have.lengthOf(1)
      expect(facts.blockers[0]).to.not.match(/interphase|UPDATE item/)
      await application.rollback()
    })

    it('also after a file that has set another limit for itself', () =>
      givesWay(server, {
        'r2/010-other.expand.sql': 'SET SESSION lock_wait_timeout = 600; CREATE TABLE other (id int PRIMARY KEY);',
        'r2/020-n.expand.sql': 'ALTER TABLE item ADD COLUMN n int',
      }))
  })
})

async function givesWay(server: ServerName, files: Files): Promise<void> {
  const { chain, application } = await blocked(server, files, 'SELECT * FROM item')
  const { facts } = await rejected(chain.up(), 'statement.lock-timeout')
  expect(facts.attempts).to.equal(2)
  await application.rollback()
  await chain.up()
}

/** A database on which the first release has run, with an application's transaction open over this statement. */
async function blocked(server: ServerName, files: Files, statement: string) {
  const chain: ChainOnServer = await recordedOn(server, { ...ITEM, ...files }, HASTILY)
  await chain.up({ to: 'r1' })
  return { chain, application: await openTransaction(chain.dialect, chain.url, statement) }
}
