import { expect } from 'chai'
import { loadDialect } from '../../src/dialects/open.ts'
import { makeGateRowCounter } from '../../src/gate/gate.ts'
import { rejected } from '../support/caught.ts'
import { chainOn, dialectOfServer } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, SERVERS, type ServerName } from '../support/servers.ts'

const FUNCTION: Readonly<Record<'postgres' | 'mysql', string>> = {
  postgres:
    'CREATE FUNCTION emptied() RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN DELETE FROM thing; GET DIAGNOSTICS n = ROW_COUNT; RETURN n; END $$',
  mysql: 'CREATE FUNCTION emptied() RETURNS bigint DETERMINISTIC MODIFIES SQL DATA BEGIN DELETE FROM thing; RETURN row_count(); END',
}

/** Pending queries that would write. */
const WRITING: { readonly [S in ServerName]: readonly string[] } = {
  'postgres': pg(),
  'postgres-system': pg(),
  'mysql': ['SELECT emptied()', 'INSERT INTO thing VALUES (9)'],
  'mariadb': ['SELECT emptied()', 'INSERT INTO thing VALUES (9)', 'SELECT NEXTVAL(counter)', 'SELECT SETVAL(counter, 50)'],
}

function pg(): readonly string[] {
  return [
    'WITH taken AS (DELETE FROM thing RETURNING id) SELECT count(id) FROM taken WHERE id < 0',
    'SELECT emptied()',
    "SELECT nextval('counter')",
    "SELECT setval('counter', 50)",
    'INSERT INTO thing VALUES (9) RETURNING 1',
  ]
}

describe('pending queries', () => {
  after(removeProjects)

  onServers(SERVERS, (server, database) => {
    const name = dialectOfServer(server)

    it('cannot write, and an error names the file', async () => {
      const url = await database()
      const body = FUNCTION[name === 'postgres' ? 'postgres' : 'mysql']
      const counter = name === 'mysql' ? [] : ['CREATE SEQUENCE counter']
      await execute(url, 'CREATE TABLE thing (id int PRIMARY KEY)', 'INSERT INTO thing VALUES (1), (2)', body, ...counter)
      const dialect = await loadDialect(name)
      const session = await dialect.open({ url, purpose: 'test' })
      try {
        const observer = makeGateRowCounter(session, dialect)
        for (const text of WRITING[server]) {
          const { facts } = await rejected(observer.pending({ file: 'a.pending.sql', text: `\n${text};` }), 'pending.writes')
          expect(facts, text).to.include({ file: 'a.pending.sql', line: 2 })
        }
        await rejected(observer.pending({ file: 'a.pending.sql', text: 'SELECT 1; COMMIT; DELETE FROM thing' }), 'pending.shape')
        await rejected(observer.pending({ file: 'a.pending.sql', text: 'COMMIT' }), 'pending.shape')
        expect(await observer.pending({ file: 'a.pending.sql', text: 'SELECT count(*) FROM thing' })).to.equal(2n)
      } finally {
        await session.close()
      }
      if (name === 'postgres') expect((await execute(url, "SELECT nextval('counter') AS n"))[0]).to.deep.equal({ n: '1' })
      expect(await execute(url, 'SELECT id FROM thing ORDER BY id')).to.deep.equal([{ id: 1 }, { id: 2 }])
    })

    it('see no setting of the migration file in progress, and leave its settings as they are', async () => {
      const [set, shown] =
        name === 'postgres'
          ? [`SET work_mem = '7MB'`, 'SHOW work_mem']
          : ['SET sort_buffer_size = 123456', 'SELECT @@sort_buffer_size AS size']
      const counted =
        name === 'postgres'
          ? `SELECT count(*) FROM pg_settings WHERE name = 'work_mem' AND setting = '7168'`
          : 'SELECT @@sort_buffer_size = 123456 AS n'
      const dialect = await loadDialect(name)
      const session = await dialect.open({ url: await database(), purpose: 'test' })
      const shownIn = async (file: string) => String(Object.values((await session.execute(shown, { file, line: 2 })).rows[0] ?? {})[0])
      const value = name === 'postgres' ? '7MB' : '123456'
      try {
        await session.execute(set, { file: 'a.sql', line: 1 })
        await session.begin()
        await session.rollback()
        expect(await shownIn('a.sql'), 'after a rollback').to.equal(value)
        for (let go = 0; go < 2; go++) {
          expect(await makeGateRowCounter(session, dialect).pending({ file: 'a.pending.sql', text: counted })).to.equal(0n)
          expect(await shownIn('a.sql')).to.equal(value)
        }
        expect(await shownIn('b.sql')).not.to.equal(value)
      } finally {
        await session.close()
      }
    })

    it('are refused where they write, before the release is recorded', async () => {
      const writes =
        name === 'postgres'
          ? 'WITH taken AS (DELETE FROM thing RETURNING id) SELECT count(id) FROM taken WHERE id < 0'
          : 'DELETE FROM thing'
      const chain = await chainOn(server, {
        'r1/010-a.expand.sql': 'CREATE TABLE thing (id int PRIMARY KEY);',
        'r1/010-a.migrate.sql': 'INSERT INTO thing VALUES (1);',
        'r1/010-a.migrate.pending.sql': writes,
      })
      const { facts } = await rejected(chain.record(), 'pending.writes')
      expect(facts.file).to.equal('releases/r1/010-a.migrate.pending.sql')
      expect(chain.has('r1/states')).to.equal(false)
    })
  })
})
