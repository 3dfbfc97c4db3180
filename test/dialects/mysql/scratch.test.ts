import { expect } from 'chai'
import type { ScratchServer } from '../../../src/dialect/dialect.ts'
import { differences } from '../../../src/schema/difference.ts'
import { rejected } from '../../support/caught.ts'
import { execute, serverUrl } from '../../support/servers.ts'
import { EVERYTHING, ONLY } from './everything.ts'
import { AT, onBoth } from './support.ts'

describe('scratch databases of MySQL and MariaDB', () => {
  onBoth((server, { dialect, open }) => {
    const mine = `t${process.pid}`
    let scratch: ScratchServer

    before(async () => {
      const url = await serverUrl(server)
      if (url !== undefined) scratch = await dialect.scratch({ url, cacheDirectory: '/nowhere' })
    })

    after(async () => {
      if ((await serverUrl(server)) === undefined) return
      for (const name of await scratch.leftovers()) if (name.startsWith(mine)) await scratch.drop(name)
      await scratch.close()
    })

    it('needs a server that is named and answers', async () => {
      const none = await rejected(dialect.scratch({ cacheDirectory: '/nowhere' }), 'record.no-server')
      expect(none.facts.dialect).to.equal(server)
      await rejected(dialect.scratch({ url: 'mysql://root:hush@127.0.0.1:1/', cacheDirectory: '/nowhere' }), 'record.no-server')
    })

    it('makes, finds and drops its own databases, and no other', async () => {
      const target = await scratch.create(`${mine}_a`)
      expect(new URL(target.url).pathname).to.match(new RegExp(`^/interphase_scratch_[0-9a-f]{8}_${mine}_a$`))
      await execute(target.url, 'CREATE TABLE t (id int)')
      expect(await scratch.has(`${mine}_a`)).to.equal(true)
      expect(await scratch.leftovers()).to.include(`${mine}_a`)
      await scratch.create(`${mine}_a`)
      const session = await open(target.url)
      expect((await dialect.catalog.read(session, 'whole')).state.groups.size).to.equal(0)
      await scratch.drop(`${mine}_a`)
      expect(await scratch.has(`${mine}_a`)).to.equal(false)
      expect(await scratch.leftovers()).not.to.include(`${mine}_a`)
    })

    it('copies schema, rows, counters and order', async () => {
      const from = await scratch.create(`${mine}_from`)
      await execute(
        from.url,
        ...EVERYTHING,
        ...ONLY[server],
        "INSERT INTO parent (code) VALUES ('a'), ('b')",
        "INSERT INTO child (parent_id, p2, p3, s, bl, js) VALUES (100, 100, 101, 'x', x'00ff', '{\"a\": 1}'), (101, NULL, NULL, 'ü😀', NULL, NULL)",
        'INSERT INTO geo VALUES (0, point(1, 2))',
        'DELETE FROM parent WHERE id > 500',
      )
      const to = await scratch.copy(`${mine}_from`, `${mine}_to`)
      const [source, copy] = [await open(from.url), await open(to.url)]
      const [was, is] = [await dialect.catalog.read(source, 'whole'), await dialect.catalog.read(copy, 'whole')]
      expect(differences(was.state, is.state)).to.deep.equal([])
      for (const group of was.state.groups.values()) {
        for (const object of group.values()) {
          if (object.kind !== 'table') continue
          const rows = await dialect.catalog.rows(source, object, object.columns)
          expect(await dialect.catalog.rows(copy, object, object.columns), object.name).to.deep.equal(rows)
        }
      }
      const insert = "INSERT INTO parent (code) VALUES ('next')"
      expect((await copy.execute(insert, AT)).insertId).to.equal((await source.execute(insert, AT)).insertId)
    })

    it('copies an index of the author as such, although it has the name of a foreign key: the server never drops it', async () => {
      const from = await scratch.create(`${mine}_authored`)
      await execute(
        from.url,
        'CREATE TABLE p (id int PRIMARY KEY)',
        'CREATE TABLE c (id int NOT NULL, p int NOT NULL, KEY fk (p), CONSTRAINT fk FOREIGN KEY (p) REFERENCES p (id))',
        'CREATE TABLE d (id int NOT NULL, p int NOT NULL, note text, KEY p (p), FULLTEXT KEY (note), FOREIGN KEY (p) REFERENCES p (id))',
      )
      const { url } = await scratch.copy(`${mine}_authored`, `${mine}_authored_copy`)
      await execute(url, 'ALTER TABLE c ADD PRIMARY KEY (p, id)', 'ALTER TABLE c DROP FOREIGN KEY fk', 'DROP INDEX fk ON c')
      await execute(url, 'ALTER TABLE d ADD PRIMARY KEY (p, id)', 'ALTER TABLE d DROP FOREIGN KEY d_ibfk_1', 'DROP INDEX p ON d')
    })

    it('copies a table with a foreign key whatever options and defaults the table has', async () => {
      const from = await scratch.create(`${mine}_options`)
      const columns = 'id int, a int, d datetime NOT NULL DEFAULT 0, KEY other (id), CONSTRAINT'
      const tables = ['ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4', server === 'mysql' ? "COMPRESSION='zlib'" : 'PAGE_COMPRESSED=1'].map(
        (options, index) => `CREATE TABLE c${index} (${columns} k${index} FOREIGN KEY (a) REFERENCES p (id)) ${options}`,
      )
      const most = Array.from({ length: 61 }, (_, index) => `c${index} int, KEY k${index} (c${index})`)
      const many = `CREATE TABLE many (a int, ${most.join(', ')}, CONSTRAINT m FOREIGN KEY (a) REFERENCES p (id))`
      await execute(from.url, "SET sql_mode = ''", 'CREATE TABLE p (id int PRIMARY KEY)', ...tables, many)
      const { url } = await scratch.copy(`${mine}_options`, `${mine}_options_copy`)
      const [source, copy] = [await open(from.url), await open(url)]
      const [was, is] = [await dialect.catalog.read(source, 'whole'), await dialect.catalog.read(copy, 'whole')]
      expect(differences(was.state, is.state)).to.deep.equal([])
    })

    it("copies an index of a key's own as such: the server may still drop it for a better one", async () => {
      const from = await scratch.create(`${mine}_own`)
      await execute(
        from.url,
        'CREATE TABLE p (id int PRIMARY KEY)',
        'CREATE TABLE c (a int, b int, d int, CONSTRAINT named FOREIGN KEY (a) REFERENCES p (id), FOREIGN KEY (b) REFERENCES p (id), FOREIGN KEY (d) REFERENCES p (id))',
        'CREATE TABLE e (a int, CONSTRAINT e_ibfk_1 FOREIGN KEY (a) REFERENCES p (id))',
      )
      const to = await scratch.copy(`${mine}_own`, `${mine}_own2`)
      const better = ['ALTER TABLE c ADD INDEX a_b (a, b)', 'ALTER TABLE c ADD INDEX b_a (b, a)']
      await execute(from.url, ...better)
      await execute(to.url, ...better)
      const [source, copy] = [await open(from.url), await open(to.url)]
      const [was, is] = [await dialect.catalog.read(source, 'whole'), await dialect.catalog.read(copy, 'whole')]
      expect(differences(was.state, is.state)).to.deep.equal([])
    })

    it('copies an index that a dropped foreign key left as such: the server still drops it for another one', async () => {
      const others = [
        'ALTER TABLE c ADD INDEX a_b (a, b)',
        'ALTER TABLE c ADD INDEX another (a)',
        'ALTER TABLE c ADD UNIQUE KEY another (a)',
        'ALTER TABLE c ADD CONSTRAINT another FOREIGN KEY (a) REFERENCES p (id)',
      ]
      for (const [number, other] of others.entries()) {
        const [one, two] = [`${mine}_left${number}`, `${mine}_left${number}_copy`]
        const from = await scratch.create(one)
        await execute(
          from.url,
          'CREATE TABLE p (id int PRIMARY KEY)',
          'CREATE TABLE c (a int, b int, d int, KEY author (d), CONSTRAINT named FOREIGN KEY (a) REFERENCES p (id), FOREIGN KEY (b) REFERENCES p (id))',
          'ALTER TABLE c DROP FOREIGN KEY named, DROP FOREIGN KEY c_ibfk_1',
        )
        const to = await scratch.copy(one, two)
        for (const { url } of [from, to]) await execute(url, other, 'ALTER TABLE c ADD INDEX b_a (b, a), ADD INDEX d_a (d, a)')
        const [source, copy] = [await open(from.url), await open(to.url)]
        const [was, is] = [await dialect.catalog.read(source, 'whole'), await dialect.catalog.read(copy, 'whole')]
        expect(differences(was.state, is.state), other).to.deep.equal([])
      }
    })
  })
})
