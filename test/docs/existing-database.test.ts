import { mkdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../structure/source.ts'
import { chainOn } from '../support/chain.ts'
import { dumpTool, withoutDumpTool } from '../support/dump-tools.ts'
import { blocksOf, seen } from '../support/page.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers } from '../support/servers.ts'

const PAGE = readFileSync(join(ROOT, 'docs', 'existing-database.md'), 'utf8')

const SCHEMA = [
  'CREATE TABLE country (id int PRIMARY KEY, name varchar(40) NOT NULL)',
  'CREATE TABLE town (id int PRIMARY KEY, country int, CONSTRAINT town_country FOREIGN KEY (country) REFERENCES country (id))',
  'CREATE VIEW names AS SELECT name FROM country',
  "INSERT INTO country VALUES (1, 'Åland'), (2, 'tab\there')",
  'INSERT INTO town VALUES (7, 1)',
]

describe('docs/existing-database.md', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server, database) => {
    it('has commands by which a database is taken over, and an empty one gets its schema', async function () {
      const tool = await dumpTool(server)
      if (tool === undefined) withoutDumpTool(this, server)
      const original = await database()
      await execute(original, ...SCHEMA)
      const chain = await chainOn(server, {
        'README.md': 'The releases.',
        '01-next/010-size.expand.sql': 'ALTER TABLE town ADD COLUMN size int;',
        '01-next/010-size.migrate.sql': 'UPDATE town SET size = 0 WHERE size IS NULL;',
        '01-next/010-size.contract.postgres.sql':
          '-- interphase: despite scan because it is small\nALTER TABLE town ALTER COLUMN size SET NOT NULL;',
        '01-next/010-size.contract.mysql.sql':
          '-- interphase: despite scan because it is small\n-- interphase: despite rewrite because it is small\nALTER TABLE town MODIFY size int NOT NULL;',
      })
      const { hostname, port, username, pathname } = new URL(original)
      const env = {
        ...process.env,
        PATH: `${dirname(tool)}${delimiter}${process.env['PATH']}`,
        DB_HOST: hostname,
        DB_PORT: port,
        DB_USER: username,
        DB_NAME: pathname.slice(1),
      }
      const commands = blocksOf(PAGE).filter(({ language, file }) => language === 'sh' && file === server)
      expect(commands).to.have.length(2)
      mkdirSync(join(chain.root, 'releases', '00-base'))
      const [schema, rows] = commands
      expect(await seen(schema?.text ?? '', chain.root, env)).to.equal('')
      await chain.record()
      expect((await (await chain.open()).check()).exitCode).to.equal(0)
      expect(await seen(rows?.text ?? '', chain.root, env)).to.equal('')
      await chain.record()
      expect((await (await chain.open()).check()).exitCode).to.equal(0)

      const adopted = await chain.open({ databaseUrl: original })
      expect((await adopted.adopt('00-base')).through).to.equal('00-base/020-country.expand')
      await adopted.upgrade({ confirmed: true })
      expect(await execute(original, 'SELECT size FROM town')).to.deep.equal([{ size: 0 }])
      await chain.up()
      for (const url of [original, chain.url]) {
        expect((await (await chain.open({ databaseUrl: url })).status({ compareSchema: true })).exitCode).to.equal(0)
        expect(await execute(url, 'SELECT name FROM country ORDER BY id')).to.deep.equal([{ name: 'Åland' }, { name: 'tab\there' }])
      }
      expect(await chain.sql('SELECT id FROM town')).to.deep.equal([])
    })
  })
})
