import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { exampleProject, ROWS_AFTER } from '../support/example.ts'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, serverUrl } from '../support/servers.ts'

describe('undo on the example chain', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (name, database) => {
    it('takes every release back after its data steps, and each then runs to its end', async () => {
      const dialect = name as DialectName
      const directory = await exampleProject(dialect, (await serverUrl(name)) ?? '')
      const url = await database()
      const engine = await Interphase.open({ directory, databaseUrl: url })
      expect(await engine.undo()).to.deep.equal({ migrations: [], destroys: [], reported: [] })
      for (const [release, rows] of Object.entries(ROWS_AFTER)) {
        const before = await imageOf(dialect, url)
        await engine.upgrade({ to: release, phase: 'migrate' })
        const { migrations } = await engine.undo({ release, confirmed: true })
        expect(migrations).to.not.have.lengthOf(0)
        const { schema, ledger } = await imageOf(dialect, url)
        expect({ release, schema, ledger }).to.deep.equal({ release, schema: before.schema, ledger: before.ledger })
        await engine.upgrade({ to: release, confirmed: true })
        await execute(url, ...rows)
      }
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
    })
  })
})
