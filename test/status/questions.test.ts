import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

describe('marked questions', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    it('stop record, rehearse and check, each with its file and line, until their lines are removed', async () => {
      const chain = await chainOn(server, {
        'r1/010-item.expand.sql': '-- Items.\n-- interphase: question Is id enough?\nCREATE TABLE item (id int PRIMARY KEY);',
        'r1/010-item.expand.undo.sql': '-- interphase: question Are there rows?\nDROP TABLE item;',
      })
      const error = await rejected(chain.record(), 'migration.question')
      expect(error.message).to.include(
        'releases/r1/010-item.expand.sql:2: the file contains a question that is not answered: Is id enough?',
      )
      expect(error.message).to.include('releases/r1/010-item.expand.undo.sql:1: Are there rows?')
      expect((await rejected((await chain.open()).rehearse(), 'migration.question')).facts.line).to.equal(2)
      const asked = async () => {
        const { findings } = await (await chain.open()).check()
        return findings.flatMap(({ code, file, line }) => (code === 'migration.question' ? [`${file}:${line}`] : []))
      }
      expect(await asked()).to.deep.equal(['releases/r1/010-item.expand.sql:2', 'releases/r1/010-item.expand.undo.sql:1'])
      chain.put({
        'r1/010-item.expand.sql': '-- Items.\nCREATE TABLE item (id int PRIMARY KEY);',
        'r1/010-item.expand.undo.sql': 'DROP TABLE item;',
      })
      await chain.record()
      expect(await asked()).to.deep.equal([])
    })
  })
})
