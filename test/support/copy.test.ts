import { expect } from 'chai'
import { type Files, recordedAt, recordedOn } from './chain.ts'
import { copyOfDatabase } from './copy.ts'
import { imageOf } from './image.ts'
import { removeProjects } from './project.ts'
import { execute, onEachDialect } from './servers.ts'

const PLAIN: Files = {
  'r1/010-item.expand.postgres.sql':
    "CREATE TABLE item (id serial PRIMARY KEY, name varchar(20) DEFAULT 'a' NOT NULL, CONSTRAINT short CHECK (length(name) < 9));",
  'r1/010-item.expand.mysql.sql':
    "CREATE TABLE item (id int AUTO_INCREMENT PRIMARY KEY, name varchar(20) DEFAULT 'a' NOT NULL, CONSTRAINT short CHECK (length(name) < 9));",
  'r2/010-code.expand.sql': 'ALTER TABLE item ADD COLUMN code int;',
}

const SPECIAL: Files = {
  ...PLAIN,
  'r1/020-part.expand.sql': `CREATE TABLE part (id int PRIMARY KEY, item int, twice int GENERATED ALWAYS AS (id * 2) STORED,
  CONSTRAINT part_item FOREIGN KEY (item) REFERENCES item (id));
CREATE VIEW parts AS SELECT id FROM part;`,
}

describe('a copy of a database', () => {
  after(removeProjects)

  onEachDialect((server) => {
    for (const [what, files] of Object.entries({ 'only tables': PLAIN, 'other objects': SPECIAL })) {
      it(`with ${what} has the schema, the rows, the counters and the ledger, and the next release runs on it`, async () => {
        const chain = await recordedOn(server, files)
        const { url, dialect } = chain
        await chain.up({ to: 'r1' })
        await chain.sql("INSERT INTO item (name) VALUES ('cup'), ('jug')", 'DELETE FROM item WHERE id = 2')
        if (files === SPECIAL) await chain.sql('INSERT INTO part (id, item) VALUES (7, 1)')
        const copy = await copyOfDatabase(server, url)
        expect(await imageOf(dialect, copy)).to.deep.equal(await imageOf(dialect, url))
        await execute(copy, "INSERT INTO item (name) VALUES ('pot')")
        expect(await execute(copy, 'SELECT id, name FROM item ORDER BY id')).to.deep.equal([
          { id: 1, name: 'cup' },
          { id: 3, name: 'pot' },
        ])
        const engine = await chain.open({ databaseUrl: copy })
        await engine.upgrade()
        expect(await engine.status({ compareSchema: true })).to.include({ exitCode: 0, schema: 'as planned' })
        expect(await execute(url, 'SELECT id FROM item')).to.deep.equal([{ id: 1 }])
      })
    }

    it('is what tests with equal files of the first release get, whatever the other releases contain', async () => {
      const one = await recordedAt(server, 'r1', PLAIN)
      const other = await recordedAt(server, 'r1', { ...PLAIN, 'r2/010-code.expand.sql': 'ALTER TABLE item ADD COLUMN other int;' })
      await one.sql("INSERT INTO item (name) VALUES ('cup')")
      expect(await other.sql('SELECT id FROM item')).to.deep.equal([])
      await one.up()
      await other.up()
      expect(Object.keys((await one.sql('SELECT * FROM item'))[0] ?? {})).to.deep.equal(['id', 'name', 'code'])
      expect(await other.status()).to.include({ exitCode: 0, schema: 'as planned' })
    })
  })
})
