import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const ITEM = { 'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, n int);' }

describe('a file has a separate session', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    for (const transaction of ['', '-- interphase: transaction off\n']) {
      describe(transaction === '' ? 'in one transaction' : 'statement by statement', () => {
        it('that empties the search path, as every dump does', async () => {
          const chain = await recordedOn(server, {
            'r1/010-vessel.expand.sql': `${transaction}SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.vessel (id int PRIMARY KEY); CREATE TABLE public.crew (id int);`,
            'r1/020-berth.expand.sql': 'CREATE TABLE berth (id int);',
          })
          await chain.up()
          expect((await chain.status()).exitCode).to.equal(0)
        })

        it('that fails: its own error is reported, and the next run finds nothing of it', async () => {
          const chain = await recordedOn(server, {
            ...ITEM,
            'r2/010-n.migrate.sql': `${transaction}SELECT set_config('search_path', '', false); UPDATE public.item SET n = 1 / (id - 1);`,
          })
          await chain.up({ to: 'r1' })
          await chain.sql('INSERT INTO item VALUES (1)')
          const { facts } = await rejected(chain.up(), 'statement.failed')
          expect([facts.file, facts.sqlState]).to.deep.equal(['releases/r2/010-n.migrate.sql', '22012'])
          await chain.sql('UPDATE item SET id = 3')
          await chain.up()
          expect(await chain.sql('SELECT n FROM item')).to.deep.equal([{ n: 0 }])
        })

        it('that changes its role', async () => {
          const role = `writer_${process.pid}_${transaction.length}`
          const chain = await chainOn(server, {
            '/shadow.setup.sql': `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;`,
            ...ITEM,
            'r1/020-grant.expand.sql': `GRANT SELECT, UPDATE ON item TO ${role};`,
            'r2/010-n.migrate.sql': `${transaction}SET ROLE ${role}; UPDATE item SET n = 5; SET SESSION AUTHORIZATION ${role}; UPDATE item SET n = n + 1;`,
            'r2/010-n.contract.sql':
              '-- interphase: despite scan because the table is small\nALTER TABLE item ALTER COLUMN n SET NOT NULL;',
          })
          await chain.sql(`DROP ROLE IF EXISTS ${role}`, `CREATE ROLE ${role}`)
          try {
            await chain.record()
            await chain.up({ to: 'r1' })
            await chain.sql('INSERT INTO item VALUES (1)')
            await chain.up()
            expect(await chain.sql('SELECT n FROM item')).to.deep.equal([{ n: 6 }])
          } finally {
            await chain.sql(`DROP OWNED BY ${role}`, `DROP ROLE ${role}`)
          }
        })
      })
    }
  })

  onServers(['mysql', 'mariadb'], (server) => {
    it('that locks tables, as every dump does', async () => {
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': `-- interphase: despite writes-rows because it is a dump
CREATE TABLE item (id int PRIMARY KEY, n int);
LOCK TABLES \`item\` WRITE;
/*!40000 ALTER TABLE \`item\` DISABLE KEYS */;
INSERT INTO item VALUES (1, 2), (2, 3);
/*!40000 ALTER TABLE \`item\` ENABLE KEYS */;
UNLOCK TABLES;
CREATE TABLE other (id int PRIMARY KEY);`,
      })
      await chain.up()
      expect(await chain.sql('SELECT count(*) AS n FROM item')).to.deep.equal([{ n: 2 }])
      expect((await chain.status()).exitCode).to.equal(0)
    })

    it('and a statement that fails under the lock is reported with its line, and leaves no lock', async () => {
      const chain = await recordedOn(server, {
        ...ITEM,
        'r2/010-n.migrate.sql': 'LOCK TABLES item WRITE;\nUPDATE item SET n = 1;\nINSERT INTO item VALUES (1, 1);\nUNLOCK TABLES;',
      })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1, 0)')
      const { facts } = await rejected(chain.up(), 'statement.failed')
      expect(facts.line).to.equal(3)
      await chain.sql('INSERT INTO item VALUES (7, 7)')
      // Rows were written, and nobody can tell how many: a person has to say.
      await rejected(chain.up(), 'ledger.unfinished')
    })

    it('that leaves a temporary table: the next file can make one of the same name', async () => {
      const copied =
        'CREATE TEMPORARY TABLE copied AS SELECT id, n AS other FROM item; UPDATE item SET n = 1 + (SELECT count(*) FROM copied);'
      const chain = await recordedOn(server, { ...ITEM, 'r2/010-n.migrate.sql': copied, 'r2/020-n.migrate.sql': copied })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1, 0)')
      await chain.up()
      expect(await chain.sql('SELECT n FROM item')).to.deep.equal([{ n: 2 }])
    })

    it('that commits without a pair is refused with a remedy that works', async () => {
      const create = 'CREATE TABLE pier (id int PRIMARY KEY);\nINSERT INTO pier VALUES (3);'
      const chain = await chainOn(server, { 'r1/010-pier.expand.sql': `${create}\nCOMMIT;` })
      const { message, remedy } = await rejected(chain.record(), 'migration.transaction-control')
      expect(message).to.include('010-pier.expand.sql:3')
      expect(`${message}\n${remedy}`)
        .to.match(/delete/i)
        .and.not.match(/transaction off/)
      chain.put({ 'r1/010-pier.expand.sql': create })
      await chain.record()
      await chain.up()
      expect((await chain.status()).exitCode).to.equal(0)
    })

    it('whose pair of START TRANSACTION and COMMIT is left out', async () => {
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': `-- interphase: despite writes-rows because it is a dump
SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
START TRANSACTION;
SET time_zone = "+00:00";
CREATE TABLE item (id int NOT NULL, at timestamp NULL);
INSERT INTO item VALUES (0, '2020-01-01 00:00:00');
ALTER TABLE item ADD PRIMARY KEY (id);
ALTER TABLE item MODIFY id int NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=7;
COMMIT;`,
      })
      await chain.up()
      expect(await chain.sql('SELECT id FROM item')).to.deep.equal([{ id: 0 }])
      expect((await chain.status()).exitCode).to.equal(0)
    })
  })
})
