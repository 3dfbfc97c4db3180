import { expect } from 'chai'
import type { DatabaseSession } from '../../src/dialect/dialect.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { isError } from '../../src/error.ts'
import { interphase } from '../cli/cli.ts'
import { dialectOfServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const AT = { file: 'f.sql', line: 10 }
const SECRET = 'Hush-0nly-4-Tests'

describe('what the server says of an error', () => {
  onServers(['postgres', 'postgres-system'], (server, database) => {
    it('is reported with detail, hint, context, object and position', async () => {
      await onSession(server, database, async (session) => {
        await session.execute('CREATE TABLE item (id int PRIMARY KEY, name text)', AT)
        await session.execute('INSERT INTO item VALUES (1)', AT)
        const twice = await failed(session, 'INSERT INTO item VALUES (1)')
        expect(twice.facts).to.include({ detail: 'Key (id)=(1) already exists.', constraint: 'item_pkey', table: 'item', line: 10 })
        expect(twice.message).to.match(/^f\.sql:10: duplicate key .*\n {2}Detail: Key \(id\)=\(1\) already exists\.$/)
        const lost = await failed(session, "/* interphase shop r/010-a.expand 0 */ SELECT 'ä😀',\n  nam FROM item")
        expect(lost.facts).to.include({ line: 11, column: 3, statement: "SELECT 'ä😀',\n  nam FROM item" })
        expect(lost.facts.hint).to.include('name')
        expect(lost.message.split('\n').slice(1, 3)).to.deep.equal(['   11 |   nam FROM item', '      |   ^'])
        const inside = await failed(session, 'DO $$ BEGIN PERFORM 1 / 0; END $$')
        expect(inside.facts.context).to.include('PL/pgSQL function inline_code_block line 1')
        await session.begin()
        const committed = await failed(session, 'DO $$ BEGIN COMMIT; END $$')
        await session.rollback()
        expect(committed.message).to.include('invalid transaction termination').and.include('"interphase: transaction off"')
      })
    })
  })

  onServers(['postgres'], (server) => {
    after(removeProjects)

    it('is in the JSON line of the command line', async () => {
      const chain = await recordedOn(server, {
        'r1/010-quay.expand.sql': 'CREATE TABLE quay (id int PRIMARY KEY, depth int);',
        'r2/010-depth.migrate.sql': 'UPDATE quay SET id = 7;',
        'r3/010-wrong.migrate.sql':
          "DO $$ BEGIN IF EXISTS (SELECT FROM quay) THEN EXECUTE 'UPDATE quay SET depth = 1 WHERE dept = 2'; END IF; END $$;",
      })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO quay VALUES (1), (2)')
      const errorOf = async () => {
        const { err } = await interphase(chain.root, ['up', '--json', '--database-url', chain.url])
        return JSON.parse(err.split('\n').find((line) => line.startsWith('{"type":"error"')) ?? '{}')
      }
      expect((await errorOf()).facts).to.include({ detail: 'Key (id)=(7) already exists.', constraint: 'quay_pkey' })
      await chain.sql('DELETE FROM quay WHERE id = 2')
      expect((await errorOf()).facts.hint).to.include('quay.depth')
    })
  })

  onServers(['mysql', 'mariadb'], (server, database) => {
    it('is reported with its warnings and the position', async () => {
      await onSession(server, database, async (session) => {
        const wrong = await failed(session, '/* interphase shop r/010-a.expand 0 */ SELECT 1,\n  2 FRM item')
        expect(wrong.facts).to.include({ line: 11, statement: 'SELECT 1,\n  2 FRM item' })
        expect(wrong.message.split('\n').slice(1, 3)).to.deep.equal([
          '   11 |   2 FRM item',
          `      | ${' '.repeat((wrong.facts.column ?? 0) - 1)}^`,
        ])
        await session.execute('CREATE TABLE item (id int PRIMARY KEY, name varchar(5))', AT)
        const key = await failed(session, 'CREATE TABLE part (item text, FOREIGN KEY (item) REFERENCES item (name))')
        if (server === 'mariadb') expect(key.facts.detail).to.match(/foreign key|index/i)
      })
    })
  })

  onServers(['postgres', 'mysql', 'mariadb'], (server, database) => {
    it('holds no password', async () => {
      await onSession(server, database, async (session) => {
        for (const text of SECRETS[dialectOfServer(server)]) {
          const error = await failed(session, text)
          expect(JSON.stringify([error.message, error.facts]), text).not.to.include(SECRET)
          expect(error.facts.statement, text).to.include('***')
        }
      })
    })
  })
})

const MYSQL = [
  `CREATE USER somebody@nowhere IDENTIFIED BY '${SECRET}' NO SUCH THING`,
  `ALTER USER IF EXISTS no_such IDENTIFIED WITH no_such_plugin BY '${SECRET}' OR WHAT`,
  `SET PASSWORD FOR no_such@nowhere = '${SECRET}' , 1`,
]
const SECRETS = {
  postgres: [
    `CREATE ROLE somebody PASSWORD '${SECRET}' NO SUCH THING`,
    `ALTER ROLE no_such_role WITH ENCRYPTED PASSWORD '${SECRET}'`,
    `CREATE USER MAPPING FOR CURRENT_USER SERVER no_such OPTIONS (user 'a', password '${SECRET}')`,
    `CREATE SUBSCRIPTION s CONNECTION 'host=nowhere password=${SECRET}' PUBLICATION`,
  ],
  mysql: MYSQL,
  mariadb: MYSQL,
}

async function onSession(
  server: ServerName,
  database: () => Promise<string>,
  writing: (session: DatabaseSession) => Promise<void>,
): Promise<void> {
  const session = await (await loadDialect(dialectOfServer(server))).open({ url: await database(), purpose: 'test' })
  try {
    await writing(session)
  } finally {
    await session.close()
  }
}

async function failed(session: DatabaseSession, text: string) {
  const error: unknown = await session.execute(text, AT).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isError(error, 'statement.failed')) throw error ?? new Error(`it passed: ${text}`)
  return error
}
