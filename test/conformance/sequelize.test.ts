import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { historyRelease, migrateWithSequelize } from '../support/sequelize-history.ts'
import { freshDatabase, onServers } from '../support/servers.ts'

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
      await migrateWithSequelize(url, chain.root)
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
