import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

describe('an undo', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('drops nothing that the project does not know, and nothing is taken back before that is seen', async () => {
      const chain = await recordedOn(
        server,
        {
          'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY);',
          'r2/010-note.expand.sql': 'CREATE TABLE note (id int PRIMARY KEY);',
          'r2/010-note.expand.undo.sql': 'DROP TABLE note;\nDROP TABLE IF EXISTS sessions;',
        },
        { ignore: ['sessions'] },
      )
      await chain.up({ phase: 'expand' })
      await chain.sql('CREATE TABLE sessions (id int)')
      const { facts } = await rejected((await chain.open()).undo({ release: 'r2', confirmed: true }), 'statement.stranger')
      expect(facts).to.deep.include({ file: 'releases/r2/010-note.expand.undo.sql', line: 2, objects: ['table sessions'] })
      expect(await chain.sql('SELECT count(*) AS n FROM note')).to.have.length(1)
      expect((await chain.status()).exitCode).to.equal(0)
    })
  })
})
