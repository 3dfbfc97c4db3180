import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn, type Files } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const UP = `up: (q, S) => q.createTable('item', { id: { type: S.INTEGER, primaryKey: true }, name: { type: S.STRING } })`
const CARELESS = `down: (q) => q.sequelize.query('DROP TABLE item_with_a_typo')`
const SQL = 'ALTER TABLE item ADD COLUMN note varchar(9);'

describe('a migration that nothing takes back', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    const careless = (head: string, object: string): Files => ({
      '1/010-a.expand.ts': `${head}\nmodule.exports = ${object.replaceAll('(q, S)', '(q: any, S: any)').replaceAll('(q)', '(q: any)')}`,
    })

    it('is found by a careless down, whose error says the way out, and the way out works', async () => {
      const chain = await chainOn(server, careless('', `{ ${UP}, ${CARELESS} }`))
      const { facts, remedy } = await rejected(chain.record(), 'record.undo')
      expect(facts.file).to.equal('releases/1/010-a.expand.ts')
      expect(remedy).to.include('// interphase: irreversible because …')
      chain.put(careless('// interphase: irreversible because its down was never run', `{ ${UP}, ${CARELESS} }`))
      await chain.record()
      await chain.up()
      const refused = await rejected((await chain.open()).undo({ confirmed: true, release: '1' }), 'undo.refused')
      expect(refused.facts.reasons.join()).to.include('010-a.expand.ts is irreversible: its down was never run')
      const report = await (await chain.open()).check()
      expect(report.exceptions.map(({ word, because }) => [word, because])).to.deep.equal([['irreversible', 'its down was never run']])
    })

    it('may say so in its definition, and in an SQL file; what comes before it is still tried', async () => {
      const chain = await chainOn(server, {
        '1/010-a.expand.mjs': `import { expand } from 'interphase'
          export default expand({ up: ({ queryInterface: q, Sequelize: S }) => q.createTable('item', { id: { type: S.INTEGER, primaryKey: true } }),
            down: ({ queryInterface: q }) => q.sequelize.query('DROP TABLE nothing_of_the_kind'), irreversible: 'for a test' })`,
      })
      await chain.record()
      chain.put({ '2/010-a.expand.sql': SQL, '2/010-a.expand.undo.sql': 'SELECT 1;' })
      await rejected(chain.record(), 'record.undo')
      chain.put({ '2/010-a.expand.sql': `-- interphase: irreversible because the notes would be gone\n${SQL}` })
      await chain.record()
      await chain.up({ to: '2' })
      const refused = await rejected((await chain.open()).undo({ confirmed: true, release: '2' }), 'undo.refused')
      expect(refused.facts.reasons.join()).to.include('the notes would be gone')
    })

    it('is every one of a release that is history: not judged, not tried, not taken back, and yet recorded and run', async () => {
      const chain = await chainOn(server, {
        '00-history/release.json': JSON.stringify({ history: 'ran before there were phases' }),
        '00-history/001-item.expand.js': `module.exports = { ${UP}, ${CARELESS} }`,
        '00-history/002-index.expand.js': `module.exports = {
          up: async (q, S) => {
            await q.addIndex('item', ['name'], { unique: true })
            await q.bulkInsert('item', [{ id: 1, name: 'cup' }])
            await q.addColumn('item', 'old', { type: S.INTEGER })
            await q.removeColumn('item', 'old')
            await q.sequelize.query('DELETE FROM item')
          } }`,
      })
      await chain.record()
      const checked = await (await chain.open()).check(undefined, true)
      expect(checked.findings).to.deep.equal([])
      expect(checked.exceptions).to.deep.equal([
        {
          word: 'history',
          rule: 'history',
          because: 'ran before there were phases',
          migration: '00-history',
          file: 'releases/00-history/release.json',
          dialects: [chain.dialect],
        },
      ])
      await chain.up({ confirmed: false })
      expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
      const refused = await rejected((await chain.open()).undo({ confirmed: true, release: '00-history' }), 'undo.refused')
      expect(refused.facts.reasons).to.include('the release is history: ran before there were phases')
      chain.put({ '01-now/010-drop.expand.sql': 'ALTER TABLE item DROP COLUMN name;' })
      await chain.record()
      await rejected(chain.up(), 'release.refused')
    })

    it('asks before history takes away what was there before it', async () => {
      const chain = await chainOn(server, {
        '1/010-a.expand.sql': 'CREATE TABLE item (id integer NOT NULL, name varchar(9), CONSTRAINT item_pk PRIMARY KEY (id));',
        '2/release.json': JSON.stringify({ history: 'for a test' }),
        '2/010-a.expand.sql': 'ALTER TABLE item DROP COLUMN name;',
      })
      await chain.record()
      await chain.up({ to: '1' })
      await chain.sql(`INSERT INTO item VALUES (1, 'cup')`)
      const { facts } = await rejected(chain.up({ confirmed: false }), 'phase.unconfirmed')
      expect(facts).to.deep.include({ phase: 'expand', destroys: ['column item.name (1 value)'] })
      await chain.up({ confirmed: true })
    })
  })
})
