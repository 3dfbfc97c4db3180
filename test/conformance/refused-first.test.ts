import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const BASE = { 'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, name varchar(10));' }

describe('record of a drop', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('in expand names the policy that refuses the drop, together with the undo that does not restore it', async () => {
      const chain = await chainOn(server, {
        ...BASE,
        'r2/010-item.expand.sql': 'ALTER TABLE item DROP COLUMN name;',
        'r2/010-item.expand.undo.sql': 'SELECT 1;',
      })
      const { message, remedy } = await rejected(chain.record(), 'record.undo')
      expect(message).to.match(/The policies also refuse the release:\n.*010-item\.expand\.sql: expand refuses the effect "removes"/)
      expect(remedy).to.include('move the statement to that phase').and.include('despite <effect> because')
      chain.put({ 'r2/010-item.expand.sql': '-- interphase: despite removes because this is a test\nALTER TABLE item DROP COLUMN name;' })
      const accepted = await rejected(chain.record(), 'record.undo')
      expect(accepted.message).not.to.include('policies')
      expect(accepted.remedy).to.include('irreversible because')
    })
  })

  onServers(['postgres'], (server) => {
    it('warns of the CASCADE that the server proposes, and its remedy works', async () => {
      const chain = await chainOn(server, {
        ...BASE,
        'r1/020-names.expand.sql': 'CREATE VIEW names AS SELECT id, name FROM item;',
        'r2/010-item.contract.sql': 'ALTER TABLE item DROP COLUMN name;',
      })
      const { message, remedy } = await rejected(chain.record(), 'record.failed')
      expect(message).to.include('CASCADE').and.include('view names')
      expect(remedy).to.include('CASCADE also drops the objects').and.include('create it again without the dropped column')
      chain.put({
        'r2/010-item.contract.sql': 'DROP VIEW names;\nALTER TABLE item DROP COLUMN name;\nCREATE VIEW names AS SELECT id FROM item;',
      })
      await chain.record()
    })
  })
})
