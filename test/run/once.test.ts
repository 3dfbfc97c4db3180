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
  despite: [
    { effect: 'adds', because: 'the application stands still meanwhile' },
    { effect: 'writes-rows', because: 'the rows of the old shelf are in the new one' },
  ],
})`

/** On a shadow, whose lever has no rows, it commits nothing. */
const BUMP = `DELIMITER //
CREATE PROCEDURE bump() BEGIN
  IF EXISTS (SELECT 1 FROM lever) THEN
    UPDATE shelf SET n = n + 1 WHERE id = 1;
    COMMIT;
    UPDATE shelf SET n = n + 10 WHERE id = 2;
  END IF;
END//
DELIMITER ;
CALL bump();
DROP PROCEDURE bump;`
const BUMPED = {
  ...HASTY,
  'r1/010-shelf.expand.sql': 'CREATE TABLE shelf (id int PRIMARY KEY, n int NOT NULL);\nCREATE TABLE lever (id int);',
  'r2/010-bump.migrate.sql': BUMP,
}

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

    it('a procedure that commits on its way is left to a person, and not called again', async () => {
      const chain = await recordedOn(server, BUMPED, HASTILY)
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO shelf VALUES (1, 0), (2, 0)', 'INSERT INTO lever VALUES (1)')
      await rejected(chain.up(), 'migration.committed')
      await rejected(chain.up(), 'ledger.unfinished')
      expect(await chain.sql('SELECT n FROM shelf ORDER BY id')).to.deep.equal([{ n: 1 }, { n: 10 }])
    })

    it('nor is one that got no lock after it had committed', async () => {
      const chain = await recordedOn(server, BUMPED, HASTILY)
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO shelf VALUES (1, 0)', 'INSERT INTO lever VALUES (1)')
      const application = await openTransaction(chain.dialect, chain.url, 'INSERT INTO shelf VALUES (2, 0)')
      await rejected(chain.up(), 'migration.committed')
      await application.rollback()
      await rejected(chain.up(), 'ledger.unfinished')
      expect(await chain.sql('SELECT n FROM shelf')).to.deep.equal([{ n: 1 }])
    })
  })
  onServers(['postgres'], (server) => {
    it('what the server refuses to commit is not done, and runs once it may', async () => {
      const chain = await recordedOn(server, {
        'r1/010-shelf.expand.sql': `CREATE TABLE room (id int PRIMARY KEY);
CREATE TABLE shelf (id int PRIMARY KEY, room int REFERENCES room (id) DEFERRABLE INITIALLY DEFERRED);`,
        'r2/010-room.migrate.sql': 'UPDATE shelf SET room = 7 WHERE room IS NULL;',
        'r2/020-room.migrate.sql': '-- interphase: transaction off\nUPDATE shelf SET room = 8;',
      })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO shelf (id) VALUES (1)')
      const { facts } = await rejected(chain.up(), 'statement.failed')
      expect(facts).to.include({ file: 'releases/r2/010-room.migrate.sql', sqlState: '23503' })
      await chain.sql('INSERT INTO room VALUES (7)')
      expect((await rejected(chain.up(), 'statement.failed')).facts.file).to.equal('releases/r2/020-room.migrate.sql')
      await chain.sql('INSERT INTO room VALUES (8)')
      await chain.up()
      expect(await chain.sql('SELECT room FROM shelf')).to.deep.equal([{ room: 8 }])
    })
  })
})
