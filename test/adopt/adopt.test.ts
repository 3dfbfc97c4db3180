import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { rejected } from '../support/caught.ts'
import { project, removeProjects } from '../support/project.ts'
import { execute, onServers, serverUrl } from '../support/servers.ts'

const SHOP = 'CREATE TABLE shop (id INTEGER PRIMARY KEY, name VARCHAR(30) NOT NULL, town VARCHAR(30), UNIQUE (name))'
const ITEM = 'CREATE TABLE item (id INTEGER PRIMARY KEY, shop INTEGER NOT NULL, FOREIGN KEY (shop) REFERENCES shop (id))'
const EXPANDED = 'ALTER TABLE shop ADD COLUMN word VARCHAR(30) NULL'
const CONTRACTED = 'ALTER TABLE shop DROP COLUMN town'

const RELEASES = {
  'releases/1-base/001-shop.expand.sql': `${SHOP};\n${ITEM};`,
  'releases/2-word/010-word.expand.sql': EXPANDED,
  'releases/2-word/010-word.migrate.sql': 'UPDATE shop SET word = name WHERE word IS NULL',
  'releases/2-word/010-word.contract.sql': CONTRACTED,
  'releases/3-nothing/010-nothing.expand.sql': '-- nothing to do',
  'releases/4-there/010-there.expand.sql': 'ALTER TABLE shop ADD COLUMN there INTEGER NULL',
  'releases/5-back/010-back.contract.sql': 'ALTER TABLE shop DROP COLUMN there',
}

const [BASE, WORD] = ['1-base/001-shop.expand', '2-word/010-word'] as const

/** Objects of other programs that are no table or view, by server. */
const MORE_STRANGERS = {
  postgres: [
    'CREATE TABLE counted (id serial)',
    "CREATE TYPE mood AS ENUM ('sad')",
    'CREATE FUNCTION strangely(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$',
  ],
  mariadb: ['CREATE PROCEDURE strangely() SELECT 1'],
  mysql: ['CREATE PROCEDURE strangely() SELECT 1'],
} as const

describe('adopt', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (name, database) => {
    let root: string
    before(async () => {
      const shadow = { [name]: { url: await serverUrl(name) } }
      const config = { project: 'shops', dialects: [name], shadow, ignore: ['visits'] }
      root = project({ ...RELEASES, 'interphase.config.json': JSON.stringify(config) })
      await (await Interphase.open({ directory: root })).record()
    })

    const having = async (...statements: readonly string[]) => {
      const url = await database()
      await execute(url, ...statements)
      return { url, engine: await Interphase.open({ directory: root, databaseUrl: url, by: 'ann@desk' }) }
    }
    const tablesOf = async (url: string) => {
      const mine = name === 'postgres' ? "'public'" : 'database()'
      const rows = await execute(url, `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${mine} ORDER BY 1`)
      return rows.map((row) => row['name'])
    }

    it('adopts a database that equals the base, and the chain continues from there', async () => {
      const { url, engine } = await having(SHOP, ITEM, "INSERT INTO shop (id, name) VALUES (1, 'a')")
      expect(await engine.adopt()).to.deep.include({ release: '1-base', through: BASE, done: [BASE] })
      const history = await engine.history()
      expect(history?.applied.map(({ id, how, by }) => [id, how, by])).to.deep.equal([[BASE, 'adopted', 'ann@desk']])
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(3)
      await engine.upgrade({ confirmed: true })
      expect(await execute(url, 'SELECT word FROM shop')).to.deep.equal([{ word: 'a' }])
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
    })

    it('does not mind tables that are none of its business', async () => {
      const { engine } = await having(SHOP, ITEM, 'CREATE TABLE visits (id INTEGER)')
      expect((await engine.adopt()).through).to.equal(BASE)
    })

    it('names the option for tables of other programs, which then do not count', async () => {
      const { url, engine } = await having(SHOP, ITEM, 'CREATE TABLE stranger (id INTEGER)')
      const { facts, message } = await rejected(engine.adopt(), 'adopt.no-match')
      expect(facts.extra).to.deep.equal(['stranger'])
      expect(message).to.contain('run: interphase adopt --ignore stranger')
      expect(await tablesOf(url)).to.deep.equal(['item', 'shop', 'stranger'])
      await rejected(engine.adopt(undefined, { ignore: ['stranger', 'shop'] }), 'usage')
      await rejected(engine.adopt(undefined, { ignore: ['strangr'] }), 'usage')
      const other = project({ 'interphase.config.json': readFileSync(join(root, 'interphase.config.json')) })
      cpSync(join(root, 'releases'), join(other, 'releases'), { recursive: true })
      const adopting = await Interphase.open({ directory: other, databaseUrl: url })
      expect((await adopting.adopt(undefined, { ignore: ['stranger'] })).through).to.equal(BASE)
      expect(await adopting.ignore(['stranger'])).to.equal('interphase.config.json')
      const later = await Interphase.open({ directory: other, databaseUrl: url })
      expect(later.config.ignore).to.deep.equal(['visits', 'stranger'])
      expect((await later.status({ compareSchema: true })).exitCode).to.equal(3)
    })

    it('names the option for every kind of object of other programs, and the same command then adopts the database', async () => {
      const { url } = await having(
        SHOP,
        ITEM,
        'CREATE TABLE stranger (id INTEGER)',
        'CREATE VIEW strange AS SELECT 1 AS one',
        ...MORE_STRANGERS[name === 'mysql' || name === 'mariadb' ? name : 'postgres'],
      )
      const engine = await Interphase.open({ directory: root, databaseUrl: url })
      const { facts } = await rejected(engine.adopt(), 'adopt.no-match')
      expect(facts.extra).to.include.members(['stranger', 'strange', 'strangely'])
      expect((await engine.adopt(undefined, { ignore: facts.extra })).through).to.equal(BASE)
    })

    it('refuses a database that differs, says in what, and writes nothing', async () => {
      const { url, engine } = await having(SHOP.replace('name VARCHAR(30) NOT NULL', 'name VARCHAR(40) NOT NULL'), ITEM)
      const { facts } = await rejected(engine.adopt(), 'adopt.no-match')
      expect(facts.nearest).to.have.length(3)
      const [nearest, ...others] = facts.nearest
      expect(nearest).to.deep.include({ state: `the state after ${BASE}`, missing: [], extra: [] })
      expect(nearest?.different).to.have.length(1)
      expect(nearest?.different[0])
        .to.match(/shop\.name/)
        .and.match(/40/)
      for (const { different, missing, extra } of others) expect([...different, ...missing, ...extra].join('\n')).to.match(/shop\.name/)
      expect(await tablesOf(url)).to.deep.equal(['item', 'shop'])
    })

    const COUNT = 'SELECT count(*) FROM shop WHERE word IS NULL'
    const STEP = 'releases/2-word/010-word.migrate'
    for (const [form, step] of [
      ['beside SQL', { [`${STEP}.sql`]: RELEASES[`${STEP}.sql`], [`${STEP}.pending.sql`]: COUNT }],
      ['beside a function', { [`${STEP}.mjs`]: 'export default { up: async () => undefined }', [`${STEP}.pending.sql`]: COUNT }],
      [
        'within a function',
        {
          [`${STEP}.mjs`]: `import { migrate } from 'interphase'\nexport default migrate({ up: async () => undefined, pending: '${COUNT}' })`,
        },
      ],
    ] as const) {
      it(`refuses a place whose data step has rows left by its own pending query ${form}`, async () => {
        const shadow = { [name]: { url: await serverUrl(name) } }
        const { [`${STEP}.sql`]: _sql, ...others } = RELEASES
        const config = JSON.stringify({ project: 'shops', dialects: [name], shadow })
        const own = project({ ...others, ...step, 'interphase.config.json': config })
        await (await Interphase.open({ directory: own })).record()
        const url = await database()
        await execute(url, SHOP, ITEM, EXPANDED, "INSERT INTO shop (id, name) VALUES (1, 'a'), (2, 'b')")
        const engine = await Interphase.open({ directory: own, databaseUrl: url })
        const through = `${WORD}.migrate`
        const { facts } = await rejected(engine.adopt(through), 'adopt.data-left')
        expect(facts).to.deep.equal({ left: [`${through}: 2`], before: `${WORD}.expand` })
        expect(await tablesOf(url)).to.deep.equal(['item', 'shop'])
        await execute(url, 'UPDATE shop SET word = name')
        expect((await engine.adopt(through)).through).to.equal(through)
      })
    }

    it('lets the rows decide between equal places when the data step has a pending query', async () => {
      const files = { ...RELEASES, 'releases/2-word/010-word.migrate.pending.sql': 'SELECT count(*) FROM shop WHERE word IS NULL' }
      const shadow = { [name]: { url: await serverUrl(name) } }
      const own = project({ ...files, 'interphase.config.json': JSON.stringify({ project: 'shops', dialects: [name], shadow }) })
      await (await Interphase.open({ directory: own })).record()
      for (const [word, step] of [
        ['NULL', 'expand'],
        ["'b'", 'migrate'],
      ] as const) {
        const url = await database()
        await execute(url, SHOP, ITEM, EXPANDED, `INSERT INTO shop (id, name, word) VALUES (1, 'a', ${word})`)
        const adopted = await (await Interphase.open({ directory: own, databaseUrl: url })).adopt()
        expect(adopted.through).to.equal(`${WORD}.${step}`)
        expect(adopted.equal).to.deep.equal([`${WORD}.expand`, `${WORD}.migrate`])
      }
    })

    it('has nothing to adopt in an empty database', async () => {
      const { url, engine } = await having()
      await rejected(engine.adopt(), 'adopt.empty')
      expect(await tablesOf(url)).to.deep.equal([])
    })

    it('refuses a database that it knows already', async () => {
      const { engine } = await having(SHOP, ITEM)
      await engine.adopt()
      expect((await rejected(engine.adopt(), 'adopt.already')).facts).to.deep.equal({ project: 'shops', release: '1-base' })
    })

    it('refuses to guess whether a data step has run, and takes the answer', async () => {
      const { url, engine } = await having(SHOP, ITEM, EXPANDED, "INSERT INTO shop (id, name) VALUES (1, 'a')")
      const { facts } = await rejected(engine.adopt(), 'adopt.ambiguous')
      expect(facts.states).to.deep.equal([`after ${WORD}.expand`, `after ${WORD}.migrate`])
      expect((await engine.adopt(`${WORD}.expand`)).done).to.deep.equal([BASE, `${WORD}.expand`])
      expect((await engine.upgrade({ only: 'migrate' })).ran).to.deep.equal([{ release: '2-word', phase: 'migrate', migrations: 1 }])
      expect(await execute(url, 'SELECT word FROM shop')).to.deep.equal([{ word: 'a' }])
    })

    it('takes the newest of the equal places when the chain went there and back, and says so', async () => {
      const { engine } = await having(SHOP, ITEM, EXPANDED, CONTRACTED)
      const adopted = await engine.adopt()
      expect(adopted.through).to.equal('5-back/010-back.contract')
      expect(adopted.equal).to.deep.equal([`${WORD}.contract`, '3-nothing/010-nothing.expand', '5-back/010-back.contract'])
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
    })

    it('writes what the database does not show only for a reason, which the log keeps', async () => {
      const { engine } = await having(SHOP, ITEM.replace('shop INTEGER NOT NULL', 'shop INTEGER NULL'))
      await rejected(engine.adopt(undefined, { despite: 'no place' }), 'usage')
      await rejected(engine.adopt('1-base'), 'adopt.no-match')
      const adopted = await engine.adopt('1-base', { despite: 'the column is repaired tonight' })
      expect(adopted.through).to.equal(BASE)
      expect(adopted.differences).to.have.length(1)
      expect(adopted.differences[0]).to.match(/item\.shop/)
      const notes = (await engine.history())?.notes.flatMap((note) => (note.kind === 'adopted' ? [note.fields] : []))
      expect(notes).to.deep.equal([{ migrations: 1, despite: 'the column is repaired tonight', differences: 1 }])
    })

    it('stamps no migration of a release that the project does not have, or that has not begun', async () => {
      const { engine } = await having(SHOP, ITEM)
      for (const despite of [undefined, 'it ran by hand'])
        for (const verdict of ['done', 'not-done'] as const)
          expect((await rejected(engine.stamp('9-none/010-none.expand', verdict, despite), 'state.unknown')).facts.known).to.include(BASE)
      await engine.adopt()
      expect((await rejected(engine.stamp(`${WORD}.expand`, 'done', 'it ran by hand'), 'stamp.finished')).facts.state).to.equal('not begun')
      expect((await engine.history())?.applied.map(({ id }) => id)).to.deep.equal([BASE])
    })

    it('holds the database against the place that was named, and no other', async () => {
      const { engine } = await having(SHOP, ITEM)
      const { facts } = await rejected(engine.adopt('2-word'), 'adopt.no-match')
      expect(facts.nearest.map(({ state }) => state)).to.deep.equal([`the state after ${WORD}.contract`])
      expect(facts.nearest[0]?.missing.join()).to.match(/word/)
      expect(facts.nearest[0]?.extra.join()).to.match(/town/)
      expect((await rejected(engine.adopt('2-word/010-world.expand'), 'state.unknown')).facts.known).to.include(`${WORD}.expand`)
    })

    it('adopts a database with another generated name of a constraint, and continues from there', async () => {
      const { engine } = await having(
        SHOP,
        ITEM.replace('FOREIGN KEY', `CONSTRAINT ${name === 'postgres' ? 'item_shop_fkey3' : 'item_ibfk_3'} FOREIGN KEY`),
      )
      expect((await engine.adopt()).through).to.equal(BASE)
      await engine.upgrade({ confirmed: true })
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
    })
  })
})
