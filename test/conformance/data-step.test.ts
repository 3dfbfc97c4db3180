import { expect } from 'chai'
import { closeTransactions, openTransaction, untilBlocked } from '../run/blocker.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { TINY } from '../support/tiny.ts'

const { 'r2/010-price.migrate.sql': _step, 'r2/010-price.migrate.pending.sql': _pending, ...WITHOUT_STEP } = TINY
const TWO_STATEMENTS = 'UPDATE item SET price = 0 WHERE price IS NULL;\nUPDATE item SET price = 7 / (2 - id) WHERE id = 2;\n'

describe('a migration that is not what it should be', () => {
  after(removeProjects)
  afterEach(closeTransactions)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('has a pending query of two columns', async () => {
      const chain = await chainOn(server, { ...TINY, 'r2/010-price.migrate.pending.sql': 'SELECT count(*), max(id) FROM item' })
      const { message } = await rejected(chain.record(), 'pending.shape')
      expect(message).to.include(
        'releases/r2/010-price.migrate.pending.sql: the pending query, which counts the rows still to change, is not valid: the query returns 2 columns',
      )
      expect(chain.has('r2/states')).to.equal(false)
    })

    it('is tagged with a phase that there is not', async () => {
      const chain = await chainOn(server, { ...TINY, 'r2/020-x.shrink.sql': '' })
      const { message } = await rejected(chain.record(), 'release.unknown-phase')
      expect(message).to.include('releases/r2/020-x.shrink.sql').and.to.include('"shrink"')
    })

    it('says COMMIT', async () => {
      const chain = await chainOn(server, { ...TINY, 'r2/010-price.migrate.sql': 'UPDATE item SET price = 0;\nCOMMIT;\n' })
      const { message, facts } = await rejected(chain.record(), 'migration.transaction-control')
      expect(message).to.include('releases/r2/010-price.migrate.sql:2')
      expect(facts.statement).to.match(/^commit$/i)
    })

    it('fails halfway: nothing stays, and once mended it runs', async () => {
      const chain = await recordedOn(server, { ...TINY, 'r2/010-price.migrate.sql': TWO_STATEMENTS })
      await chain.up({ to: 'r2', phase: 'expand' })
      await chain.sql("INSERT INTO item (id, name) VALUES (1, 'flange'), (2, 'grommet')")
      const { message } = await rejected(chain.up({ only: 'migrate' }), 'statement.failed')
      expect(message).to.include('releases/r2/010-price.migrate.sql:2')
      expect(await pricesIn(chain)).to.deep.equal([null, null])
      expect(await ledgerOf(chain)).to.deep.equal(['r1/010-item.expand done', 'r2/010-price.expand done'])
      expect((await chain.status()).exitCode).to.equal(4)
      chain.put({ 'r2/010-price.migrate.sql': TWO_STATEMENTS.replace('2 - id', '3 - id') })
      await chain.record()
      await chain.up()
      expect(await pricesIn(chain)).to.deep.equal([0, 7])
    })

    it('reads what another changes before it writes: nothing is lost of either', async () => {
      const chain = await recordedOn(server, {
        ...TINY,
        'r2/010-price.migrate.sql': 'SELECT id FROM item;\nUPDATE item SET price = id + 6;\n',
      })
      await chain.up({ to: 'r2', phase: 'expand' })
      await chain.sql("INSERT INTO item (id, name) VALUES (1, 'flange'), (2, 'grommet')")
      const other = await openTransaction(chain.dialect, chain.url, "UPDATE item SET name = 'washer' WHERE id = 2")
      const run = chain.up({ only: 'migrate' })
      await untilBlocked(chain.dialect, chain.url)
      await other.commit()
      await run
      expect(await pricesIn(chain)).to.deep.equal([7, 8])
      expect(await chain.sql('SELECT name FROM item WHERE id = 2')).to.deep.equal([{ name: 'washer' }])
    })

    it('throws, and rolls back its writes', async () => {
      const chain = await recordedOn(server, {
        ...WITHOUT_STEP,
        'r2/010-price.migrate.mjs': `export async function up({ context: queryInterface }) {
  await queryInterface.sequelize.query('UPDATE item SET price = 0')
  const [rows] = await queryInterface.sequelize.query('SELECT count(*) AS n FROM item')
  if (Number(rows[0].n) > 0) throw new Error('there is an item that nobody can price')
}`,
      })
      await chain.up({ to: 'r2', phase: 'expand' })
      await chain.sql("INSERT INTO item (id, name) VALUES (1, 'flange')")
      const { message } = await rejected(chain.up({ only: 'migrate' }), 'migration.threw')
      expect(message).to.include('releases/r2/010-price.migrate.mjs').and.to.include('nobody can price')
      expect(await pricesIn(chain)).to.deep.equal([null])
    })

    it('commits in a function, which stays inside of its transaction', async () => {
      const chain = await recordedOn(server, {
        ...WITHOUT_STEP,
        'r2/010-price.migrate.mjs': `export async function up({ context: queryInterface }) {
  await queryInterface.sequelize.transaction(async (transaction) => {
    await queryInterface.sequelize.query('UPDATE item SET price = 1', { transaction })
  })
  const [rows] = await queryInterface.sequelize.query('SELECT count(*) AS n FROM item')
  if (Number(rows[0].n) > 0) throw new Error('too late')
}`,
      })
      await chain.up({ to: 'r2', phase: 'expand' })
      await chain.sql("INSERT INTO item (id, name) VALUES (1, 'flange')")
      await rejected(chain.up({ only: 'migrate' }), 'migration.threw')
      expect(await pricesIn(chain)).to.deep.equal([null])
    })
  })

  onServers(['postgres', 'postgres-system'], (server) => {
    it('does not parse, and is shown with a caret', async () => {
      const chain = await chainOn(server, { ...TINY, 'r2/010-price.migrate.sql': '-- The price.\nUPDATE item SET\n  price == 0;\n' })
      const { facts, message } = await rejected(chain.record(), 'sql.syntax')
      expect(facts).to.include({ file: 'releases/r2/010-price.migrate.sql', line: 3 })
      const [shown = '', caret = ''] = facts.excerpt.split('\n')
      expect(shown[caret.indexOf('^')]).to.equal('=')
      expect(message).to.include('releases/r2/010-price.migrate.sql:3')
      expect(chain.has('r1/states')).to.equal(false)
    })

    it('commits in a procedure', async () => {
      const chain = await chainOn(server, {
        ...TINY,
        'r2/010-price.migrate.sql': 'DO $$ BEGIN UPDATE item SET price = 0 WHERE price IS NULL; COMMIT; END $$;',
      })
      const { message } = await rejected(chain.record(), 'record.failed')
      expect(message).to.include('r2/010-price.migrate').and.to.include('invalid transaction termination')
    })
  })

  onServers(['mariadb', 'mysql'], (server) => {
    const PROCEDURE = `DELIMITER //
CREATE PROCEDURE price_all() BEGIN UPDATE item SET price = 0 WHERE price IS NULL; COMMIT; END//
DELIMITER ;
`

    it('calls a procedure that commits', async () => {
      const chain = await chainOn(server, {
        ...TINY,
        'r2/005-procedure.expand.sql': PROCEDURE,
        'r2/010-price.migrate.sql': 'CALL price_all();',
      })
      const { message } = await rejected(chain.record(), 'migration.committed')
      expect(message).to.include('r2/010-price.migrate (releases/r2/010-price.migrate.sql)')
      expect(chain.has('r2/states')).to.equal(false)
    })

    it('calls a procedure that commits on the target alone: the next run leaves it to a person', async () => {
      const harmless = PROCEDURE.replace(' COMMIT;', ' IF EXISTS (SELECT 1 FROM item) THEN COMMIT; END IF;')
      const chain = await recordedOn(server, {
        ...TINY,
        'r2/005-procedure.expand.sql': harmless,
        'r2/010-price.migrate.sql': 'CALL price_all();',
      })
      await chain.up({ to: 'r2', phase: 'expand' })
      await chain.sql("INSERT INTO item (id, name) VALUES (1, 'flange')")
      const { message } = await rejected(chain.up({ only: 'migrate' }), 'migration.committed')
      expect(message).to.include('r2/010-price.migrate')
      expect(await ledgerOf(chain)).to.include('r2/010-price.migrate running')
      await rejected(chain.up({ only: 'migrate' }), 'ledger.unfinished')
      expect((await chain.status()).exitCode).to.equal(8)
      await chain.sql('ALTER TABLE item ADD COLUMN stray int')
      await rejected((await chain.open()).stamp('r2/010-price.migrate', 'done'), 'schema.differs')
      await chain.sql('ALTER TABLE item DROP COLUMN stray')
      await (await chain.open()).stamp('r2/010-price.migrate', 'done')
      await rejected((await chain.open()).stamp('r2/010-price.migrate', 'done'), 'stamp.finished')
      await chain.up()
      expect((await chain.status()).exitCode).to.equal(0)
      expect((await (await chain.open()).history())?.notes.map(({ kind }) => kind)).to.include('stamped')
    })

    it('calls a procedure that commits by changing the schema, and is run statement by statement', async () => {
      const chain = await recordedOn(server, {
        ...TINY,
        'r3/010-colour.expand.sql': `DELIMITER //
CREATE PROCEDURE colour() BEGIN SET @add = 'ALTER TABLE item ADD COLUMN colour int'; PREPARE s FROM @add; EXECUTE s; DEALLOCATE PREPARE s; END//
DELIMITER ;
CALL colour();
DROP PROCEDURE colour;`,
      })
      await chain.up()
      expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
    })
  })
})

async function pricesIn(chain: ChainOnServer): Promise<readonly unknown[]> {
  return (await chain.sql('SELECT price FROM item ORDER BY id')).map((row) => row['price'])
}

async function ledgerOf(chain: ChainOnServer): Promise<readonly string[]> {
  const rows = await chain.sql('SELECT id, run_state FROM interphase_migration ORDER BY place')
  return rows.map((row) => `${String(row['id'])} ${String(row['run_state'])}`)
}
