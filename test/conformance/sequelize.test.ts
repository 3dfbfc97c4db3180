import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect } from 'chai'
import { DataTypes, type Options, Sequelize } from 'sequelize'
import { loadProjectModule } from '../../src/project/loader.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn } from '../support/chain.ts'
import { put, removeProjects } from '../support/project.ts'
import { HISTORY, historyRelease } from '../support/sequelize-history.ts'
import { freshDatabase, onServers } from '../support/servers.ts'

type Module = { readonly default?: Module; readonly up: (first: unknown, second: unknown) => Promise<unknown> }

/** What sequelize-cli and umzug would have done over the years, on a connection of their own and without the engine. */
async function migrateAsBefore(url: string, root: string): Promise<void> {
  put(root, Object.fromEntries(Object.entries(HISTORY).map(([name, text]) => [`migrations/${name}`, text])))
  const options: Options = { logging: false, ...(url.startsWith('postgres') ? {} : { dialect: 'mysql', timezone: '+00:00' }) }
  const sequelize = new Sequelize(url.replace(/^mariadb:/, 'mysql:'), options)
  const queryInterface = sequelize.getQueryInterface()
  await queryInterface.createTable('SequelizeMeta', { name: { type: DataTypes.STRING, primaryKey: true } })
  for (const name of Object.keys(HISTORY).sort()) {
    const path = join(root, 'migrations', name)
    const exported = (name.endsWith('.js') ? createRequire(path)(path) : await loadProjectModule(path)) as Module
    const module = exported.default?.up ? exported.default : exported
    const isUmzug = /context/.test(String(module.up))
    const context = /sequelize/.test(String(module.up).split('\n')[0] ?? '') ? sequelize : queryInterface
    await module.up(isUmzug ? { context, name, path } : queryInterface, Sequelize)
    await queryInterface.bulkInsert('SequelizeMeta', [{ name }])
  }
  await sequelize.close()
}

describe('migrations written for sequelize-cli and umzug', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    let chain: ChainOnServer

    before(async () => {
      chain = await chainOn(server, historyRelease('00-history'), { ignore: ['SequelizeMeta'] })
      await chain.record()
    })

    it('are recorded unchanged, and not judged', async () => {
      expect((await (await chain.open()).check(undefined, true)).findings).to.deep.equal([])
    })

    it('run on an empty database, and the next release continues from there', async () => {
      await chain.up()
      expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
      const { facts } = await rejected((await chain.open()).undo({ confirmed: true, release: '00-history' }), 'undo.refused')
      expect(facts.reasons).to.deep.equal(['the release is history: written for sequelize-cli'])
    })

    it('are what a database that they made before equals, so that it is adopted', async () => {
      const url = await freshDatabase(server)
      await migrateAsBefore(url, chain.root)
      const engine = await chain.open({ databaseUrl: url })
      await engine.adopt()
      expect(await engine.status({ compareSchema: true })).to.include({ exitCode: 0, schema: 'as planned' })
      chain.put({ '01-next/010-nickname.expand.sql': `ALTER TABLE posts ADD COLUMN teaser varchar(30);` })
      await chain.record()
      await engine.upgrade({ confirmed: true })
      const again = await chain.open({ databaseUrl: url })
      await again.upgrade({ confirmed: true })
      expect(await again.status({ compareSchema: true })).to.include({ exitCode: 0, schema: 'as planned' })
    })
  })
})
