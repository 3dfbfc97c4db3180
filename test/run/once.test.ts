import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { recordedOn } from '../support/chain.ts'
import { HASTILY, HASTY } from '../support/hasty.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { closeTransactions, openTransaction } from './blocker.ts'

const SWAP = `import { contract } from 'interphase'
export default contract({
  async up({ query }) {
    await query('DROP TABLE IF EXISTS shelf')
    await query('ALTER TABLE shelf_new RENAME TO shelf')
    await query('ALTER TABLE busy DROP COLUMN n')
  },
  despite: [{ effect: 'adds', because: 'the application stands still meanwhile' }],
})`

describe('what cannot be undone is done once', () => {
  after(removeProjects)
  afterEach(closeTransactions)

  onServers(['mysql', 'mariadb'], (server) => {
    it('a function of which a part has committed is not begun again when the rest gets no lock', async () => {
      const files = {
        ...HASTY,
        'r1/010-shelf.expand.sql': `CREATE TABLE shelf (id int PRIMARY KEY);
CREATE TABLE shelf_new (id int PRIMARY KEY, n int);
CREATE TABLE busy (id int PRIMARY KEY, n int);`,
        'r2/010-swap.contract.mjs': SWAP,
      }
      const chain = await recordedOn(server, files, HASTILY)
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO shelf_new VALUES (1, 1), (2, 2)')
      const application = await openTransaction(chain.dialect, chain.url, 'SELECT * FROM busy')
      await rejected(chain.up(), 'statement.lock-timeout')
      await application.rollback()
      await rejected(chain.up(), 'ledger.unfinished')
      expect(await chain.sql('SELECT id FROM shelf ORDER BY id')).to.deep.equal([{ id: 1 }, { id: 2 }])
    })
  })
})
