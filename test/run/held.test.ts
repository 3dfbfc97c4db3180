import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { rejected } from '../support/caught.ts'
import { project, removeProjects } from '../support/project.ts'
import { onServers, serverUrl } from '../support/servers.ts'

describe('a phase of a later release', () => {
  after(removeProjects)

  onServers(['postgres'], (name, database) => {
    it('is held, and not taken for done, where the release at work has nothing of that phase', async () => {
      const shadow = { [name]: { url: await serverUrl(name) } }
      const directory = project({
        'releases/1-make/010-old.expand.sql': 'CREATE TABLE old (id INTEGER)',
        'releases/2-clear/010-old.contract.sql': 'DROP TABLE old',
        'releases/3-new/010-new.expand.sql': 'CREATE TABLE new (id INTEGER)',
        'interphase.config.json': JSON.stringify({ project: 'held', dialects: [name], shadow }),
      })
      const engine = await Interphase.open({ directory, databaseUrl: await database() })
      await engine.record()
      await engine.upgrade({ only: 'expand' })
      const { facts } = await rejected(engine.upgrade({ only: 'expand' }), 'phase.held')
      expect(facts).to.deep.include({ release: '3-new', reasons: ['contract of 2-clear is not done'], next: 'interphase contract' })
      expect(await engine.upgrade({ only: 'migrate' })).to.deep.include({ ran: [] })
      await engine.upgrade({ only: 'contract', confirmed: true })
      expect((await engine.upgrade({ only: 'expand' })).ran).to.deep.equal([{ release: '3-new', phase: 'expand', migrations: 1 }])
    })
  })
})
