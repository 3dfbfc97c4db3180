import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { type ChainOnServer, chainOn, type Files, statesOf } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, type ServerName, serverUrl } from '../support/servers.ts'

const BASE = {
  'r1/010-item.expand.sql':
    "CREATE TABLE item (id int AUTO_INCREMENT PRIMARY KEY, name varchar(20) DEFAULT 'ü', twice varchar(40) AS (concat(name, name))) ROW_FORMAT=COMPRESSED AUTO_INCREMENT=70;\nCREATE INDEX item_name ON item (name);\nCREATE TABLE part (id int PRIMARY KEY, item int, CONSTRAINT part_item FOREIGN KEY (item) REFERENCES item (id));\nCREATE VIEW b AS SELECT id FROM item;\nCREATE VIEW a AS SELECT id FROM b;\nCREATE FUNCTION one() RETURNS int DETERMINISTIC RETURN 1;\nCREATE TRIGGER part_first BEFORE INSERT ON part FOR EACH ROW SET NEW.item = NEW.item;\nCREATE TRIGGER part_second BEFORE INSERT ON part FOR EACH ROW SET NEW.item = NEW.item;",
  'r2/010-part.expand.sql': 'ALTER TABLE part ADD COLUMN size int;',
}

/** The directory in which the definitions of a boundary are kept, and the names of its files. */
const directoryOf = ({ root, dialect }: ChainOnServer) => join(root, '.interphase/shadow', dialect)
const keptIn = (chain: ChainOnServer) => (existsSync(directoryOf(chain)) ? readdirSync(directoryOf(chain)) : [])
const executedIn = ({ events }: ChainOnServer) => events.flatMap((event) => (event.type === 'order-executed' ? [event.release] : []))

/** Records a project without the states of an earlier recording, because these states would decide which definitions are kept. */
async function recordAnew(server: ServerName, files: Files): Promise<ChainOnServer> {
  const chain = await chainOn(server, files)
  await chain.record()
  return chain
}

/** Writes another text of release r3 and records it. */
async function recordNext(chain: ChainOnServer, text: string) {
  chain.events.length = 0
  chain.put({ 'r3/010-colour.expand.sql': text })
  await chain.record()
}

describe('the definitions that record keeps', () => {
  after(removeProjects)

  onServers(['mariadb', 'mysql'], (server) => {
    it('replace the execution of the releases before, and lead to the same states', async () => {
      const chain = await recordAnew(server, BASE)
      expect(keptIn(chain)).to.deep.equal([])
      await recordNext(chain, 'ALTER TABLE part ADD COLUMN colour varchar(10);')
      expect(executedIn(chain)).to.deep.equal(['r1', 'r2', 'r3'])
      expect(keptIn(chain)).to.have.length(1)
      await recordNext(chain, 'ALTER TABLE part ADD COLUMN colour varchar(20);\nALTER TABLE item ADD COLUMN colour varchar(20);')
      expect(executedIn(chain)).to.deep.equal(['r3'])
      const alone = statesOf(chain)
      await (await chain.open()).record([chain.dialect], true)
      for (const [path, text] of Object.entries(statesOf(chain))) if (path.startsWith('r3/')) expect(alone[path], path).to.equal(text)
    })

    it('are those of the newest boundary', async () => {
      const chain = await recordAnew(server, BASE)
      await recordNext(chain, 'ALTER TABLE part ADD COLUMN colour varchar(10);')
      const [before] = keptIn(chain)
      chain.events.length = 0
      chain.put({ 'r4/010-weight.expand.sql': 'ALTER TABLE part ADD COLUMN weight int;' })
      await chain.record()
      expect(executedIn(chain)).to.deep.equal(['r3', 'r4'])
      expect(keptIn(chain)).to.have.length(1)
      expect(keptIn(chain)).not.to.include(before)
    })

    it('are not used if they are damaged, of another server, or of another schema', async () => {
      const chain = await recordAnew(server, BASE)
      await recordNext(chain, 'ALTER TABLE part ADD COLUMN colour varchar(10);')
      const file = join(directoryOf(chain), keptIn(chain)[0] ?? '')
      const kept = JSON.parse(readFileSync(file, 'utf8'))
      const [first] = kept.definitions.tables
      const damages = [
        '{',
        JSON.stringify({ ...kept, server: '1.0' }),
        JSON.stringify({ ...kept, definitions: { ...kept.definitions, tables: [first] } }),
        JSON.stringify({ ...kept, definitions: { ...kept.definitions, tables: [{ name: 'item', text: 'CREATE TABLE item' }] } }),
      ]
      for (const [index, damage] of damages.entries()) {
        writeFileSync(file, damage)
        await recordNext(chain, `ALTER TABLE part ADD COLUMN colour varchar(${20 + index});`)
        expect(executedIn(chain), damage.slice(0, 40)).to.deep.equal(['r1', 'r2', 'r3'])
      }
    })

    it('have the rows that the releases write', async () => {
      const chain = await recordAnew(server, {
        ...BASE,
        'r2/010-part.migrate.sql': [
          "INSERT INTO item (id, name) VALUES (3, 'ü'), (4, NULL), (5, '');",
          'INSERT INTO part (id, item, size) SELECT id, id, 7 FROM item;',
          'CREATE TABLE odd (id int AUTO_INCREMENT PRIMARY KEY, bytes varbinary(9), at timestamp(6) NULL, day date, doc json, big bigint unsigned);',
          "INSERT INTO odd VALUES (900, x'00FF27', '2024-03-31 02:30:00.000001', '2024-02-29', '{\"b\": [1, null]}', 18446744073709551615);",
        ].join('\n'),
      })
      const step = (value: string) =>
        `-- interphase: despite writes-rows because a test needs the rows\nINSERT INTO odd (bytes) SELECT name FROM item WHERE name > ''; UPDATE part SET size = ${value};`
      await recordNext(chain, step('8'))
      expect(keptIn(chain)).to.have.length(1)
      await recordNext(chain, step('size + 1'))
      expect(executedIn(chain)).to.deep.equal(['r3'])
      const alone = statesOf(chain)
      await (await chain.open()).record([chain.dialect], true)
      for (const [path, text] of Object.entries(statesOf(chain))) if (path.startsWith('r3/')) expect(alone[path], path).to.equal(text)
    })

    it('are not used if a row of the file was changed', async () => {
      const chain = await recordAnew(server, { ...BASE, 'r2/010-part.migrate.sql': 'INSERT INTO item (id) VALUES (3);' })
      await recordNext(chain, 'ALTER TABLE part ADD COLUMN colour varchar(10);')
      const file = join(directoryOf(chain), keptIn(chain)[0] ?? '')
      const kept = JSON.parse(readFileSync(file, 'utf8'))
      expect(kept.rows).to.deep.equal([{ table: 'item', columns: ['id', 'name'], rows: [['3', 'ü']] }])
      writeFileSync(file, JSON.stringify({ ...kept, rows: [{ ...kept.rows[0], rows: [['4', 'ü']] }] }))
      await recordNext(chain, 'ALTER TABLE part ADD COLUMN colour varchar(20);')
      expect(executedIn(chain)).to.deep.equal(['r1', 'r2', 'r3'])
    })

    it('are not kept if rows cannot be inserted exactly or are many, or if releases grant privileges or have a set-up file', async () => {
      const user = `u${process.pid}`
      await execute((await serverUrl(server)) ?? '', `CREATE USER ${user}`)
      const doubled = Array.from({ length: 14 }, () => 'INSERT INTO item (name) SELECT name FROM item;')
      const inexact = await recordAnew(server, {
        ...BASE,
        'r2/020-more.expand.sql': 'CREATE TABLE more (f float); INSERT INTO more VALUES (0.1);',
      })
      const many = await recordAnew(server, {
        ...BASE,
        'r2/010-part.migrate.sql': ["INSERT INTO item (name) VALUES ('x');", ...doubled].join('\n'),
      })
      const grants = await recordAnew(server, { ...BASE, 'r2/020-grant.expand.sql': `GRANT SELECT ON item TO ${user};` })
      const setup = await recordAnew(server, BASE)
      setup.put({ '../shadow.setup.sql': 'SELECT 1;' })
      await setup.record()
      for (const chain of [inexact, many, grants, setup]) {
        await recordNext(chain, 'ALTER TABLE part ADD COLUMN colour varchar(10);')
        expect(executedIn(chain)).to.include('r1')
        expect(keptIn(chain)).to.deep.equal([])
      }
      await execute((await serverUrl(server)) ?? '', `DROP USER ${user}`)
    })
  })
})
