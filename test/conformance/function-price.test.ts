import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const BOTH = [
  'ALTER TABLE item ADD COLUMN a integer',
  'ALTER TABLE item ADD COLUMN b integer NOT NULL DEFAULT 0',
  'ALTER TABLE item ADD CONSTRAINT positive CHECK (id > 0)',
  'CREATE INDEX item_kind ON item (kind)',
  'ALTER TABLE item DROP COLUMN c',
  'UPDATE item SET kind = kind',
]
const STATEMENTS: { readonly [S in ServerName]?: readonly string[] } = {
  postgres: [
    ...BOTH,
    'ALTER TABLE item ADD COLUMN d double precision DEFAULT random()',
    'ALTER TABLE item ADD CONSTRAINT odd CHECK (id <> 2) NOT VALID',
    'ALTER TABLE item VALIDATE CONSTRAINT odd',
    'CREATE INDEX CONCURRENTLY item_id ON item (id, kind)',
    'ALTER TABLE item ALTER COLUMN kind TYPE text',
  ],
  mysql: [...BOTH, 'ALTER TABLE item MODIFY kind varchar(300)'],
}

describe('what the statements of a function cost', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    const pricesIn = (chain: ChainOnServer): unknown => {
      const text = readFileSync(join(chain.root, 'releases', '2', 'states', chain.dialect, '010-b.json'), 'utf8')
      return (JSON.parse(text) as { migrations: { contract: { prices: unknown } } }).migrations.contract.prices
    }
    const base = { '1/010-a.expand.sql': 'CREATE TABLE item (id integer PRIMARY KEY, kind varchar(9), c integer);' }

    it('under transaction off, is what they cost in an SQL file', async () => {
      const statements = STATEMENTS[server] ?? STATEMENTS.mysql ?? []
      const written = await chainOn(server, {
        ...base,
        '2/010-b.contract.sql': `-- interphase: transaction off\n${statements.join(';\n')};`,
      })
      await written.record()
      const all = pricesIn(written)
      const sent = statements.map((text) => `await q.sequelize.query(${JSON.stringify(text)})`).join('\n')
      const called = await chainOn(server, {
        ...base,
        '2/010-b.contract.ts': `// interphase: transaction off\nexport const up = async (q: any) => {\n${sent}\n}`,
      })
      await called.record()
      // A function tells each price once.
      const distinct = [...new Map((all as readonly unknown[]).map((price) => [JSON.stringify(price), price])).values()]
      expect(pricesIn(called)).to.deep.equal(distinct)
    })
  })

  onServers(['postgres'], (server) => {
    for (const [what, call] of Object.entries({
      'an index that is built beside writes': `q.addIndex('item', ['kind'], { name: 'item_kind', concurrently: true })`,
      'a procedure that commits': "q.sequelize.query('CALL work()')",
      'a label that is added and used': `q.sequelize.query("ALTER TYPE mood ADD VALUE 'glad'").then(() => q.sequelize.query("ALTER TABLE item ALTER COLUMN m SET DEFAULT 'glad'"))`,
    })) {
      it(`refuses a transaction with a remedy that works: ${what}`, async () => {
        const base = {
          '1/010-a.expand.sql': `CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE item (id integer PRIMARY KEY, kind text, m mood);
CREATE PROCEDURE work() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;`,
        }
        const up = `// interphase: despite opaque because it is a test\n// interphase: despite veiled because it is a test\n// interphase: despite writes-rows because it is a test\nexport const up = (q: any) => ${call}`
        const chain = await chainOn(server, { ...base, '2/010-b.expand.ts': up })
        const { remedy, facts } = await rejected(chain.record(), 'migration.needs-off')
        expect(facts).to.include({ file: 'releases/2/010-b.expand.ts', line: 4 })
        const [, words] = /`(\/\/ interphase: [^`]*)`/.exec(remedy) ?? []
        chain.put({ '2/010-b.expand.ts': `${words}\n${up}` })
        await chain.record()
        expect((await (await chain.open()).check()).ok).to.equal(true)
        await chain.up()
        expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
      })
    }
  })
})
