import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

/** A routine that releases every lock of its session, in words that the engine cannot read in advance. */
const FILES: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, n int);\nINSERT INTO item VALUES (1, 1);',
  'r1/020-let-go.expand.postgres.sql': `CREATE FUNCTION let_go(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE 'SELECT pg_advisory_un' || 'lock_all()';
  RETURN n;
END $$;`,
  'r1/020-let-go.expand.mysql.sql': `DELIMITER //
CREATE PROCEDURE let_go() BEGIN
  SET @words = CONCAT('DO RELEASE_ALL', '_LOCKS()');
  PREPARE words FROM @words;
  EXECUTE words;
END//
DELIMITER ;`,
}

const VEILED = '-- interphase: despite veiled because it is tried'

const MYSQL = {
  inTransaction: `${VEILED}\nCALL let_go();\nUPDATE item SET n = 2;`,
  alone: `${VEILED}\nLOCK TABLES item WRITE;\nCALL let_go();\nUNLOCK TABLES;`,
  next: 'CREATE INDEX item_next ON item (n, id);',
}

const POSTGRES = {
  inTransaction: 'UPDATE item SET n = let_go(2);',
  alone:
    '-- interphase: despite veiled because it is tried\n-- interphase: despite tightens because it is tried\nCREATE INDEX CONCURRENTLY item_gone ON item (let_go(n));',
  next: 'CREATE INDEX CONCURRENTLY item_next ON item (n, id);',
}

describe('a migration that releases the lock of the run', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    const { inTransaction, alone, next } = server === 'postgres' ? POSTGRES : MYSQL

    it('in a transaction: nothing of it is committed', async () => {
      const chain = await recordedOn(server, { ...FILES, 'r2/010-writes.migrate.sql': inTransaction })
      const { exitCode, facts } = await rejected(chain.up(), 'lock.lost')
      const file = 'releases/r2/010-writes.migrate.sql'
      expect({ exitCode, ...facts }).to.deep.equal({ exitCode: 1, migration: 'r2/010-writes.migrate', file })
      expect(await chain.sql('SELECT n FROM item')).to.deep.equal([{ n: 1 }])
    })

    it('between two statements that commit by themselves: the next one is not sent', async () => {
      const chain = await recordedOn(server, { ...FILES, 'r2/010-writes.migrate.sql': `${alone}\n${next}` })
      await rejected(chain.up(), 'lock.lost')
      const sent = chain.events.flatMap((event) => (event.type === 'statement-started' ? [event.text] : []))
      expect(sent).to.not.include(next.slice(0, -1))
      const [row] = await chain.sql("SELECT run_cursor FROM interphase_migration WHERE release_name = 'r2'")
      expect(JSON.parse(String(row?.['run_cursor']))).to.include({ next: 1, of: 2 })
    })

    it('in its last statement: it does not count as done', async () => {
      const chain = await recordedOn(server, { ...FILES, 'r2/010-writes.migrate.sql': alone })
      await rejected(chain.up(), 'lock.lost')
      const rows = await chain.sql("SELECT run_state FROM interphase_migration WHERE release_name = 'r2'")
      expect(rows).to.deep.equal([{ run_state: 'running' }])
    })
  })
})
