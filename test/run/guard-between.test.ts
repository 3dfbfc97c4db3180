import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { rejected } from '../support/caught.ts'
import { project, removeProjects } from '../support/project.ts'
import { execute, onServers, serverUrl } from '../support/servers.ts'

describe('a table that another session alters while a phase runs', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (name, database) => {
    it('is found before the migration that was written for it is done', async () => {
      const directory = project({
        'releases/1-two/010-first.expand.sql': 'CREATE TABLE first (id INTEGER)',
        'releases/1-two/020-second.expand.sql': 'CREATE TABLE second (id INTEGER)',
        'releases/2-more/010-first.expand.sql': 'ALTER TABLE first ADD COLUMN note INTEGER',
        'releases/2-more/020-second.expand.sql': 'ALTER TABLE second ADD COLUMN note INTEGER',
        'interphase.config.json': JSON.stringify({
          project: 'between',
          dialects: [name],
          shadow: { [name]: { url: await serverUrl(name) } },
        }),
      })
      const databaseUrl = await database()
      await (await Interphase.open({ directory, databaseUrl })).record()
      await (await Interphase.open({ directory, databaseUrl })).upgrade({ to: '1-two', confirmed: true })
      const engine = await Interphase.open({
        directory,
        databaseUrl,
        crash: async (point, migration) => {
          if (point === 'after ledger' && migration.includes('010-first'))
            await execute(databaseUrl, 'ALTER TABLE second ADD COLUMN stranger INTEGER')
        },
      })
      const { facts } = await rejected(engine.upgrade(), 'schema.differs')
      expect(facts.differences.join('\n')).to.include('second.stranger')
      const rows = await execute(databaseUrl, "SELECT id FROM interphase_migration WHERE id LIKE '2-more%'")
      expect(rows.map(({ id }) => id)).to.deep.equal(['2-more/010-first.expand'])
      const note = "SELECT 1 FROM information_schema.columns WHERE table_name = 'second' AND column_name = 'note'"
      const inDatabase = name === 'postgres' ? note : `${note} AND table_schema = database()`
      expect(await execute(databaseUrl, inDatabase)).to.deep.equal([])
    })
  })
})
