import { expect } from 'chai'
import { formatLedgerLog } from '../../src/cli/render/log.ts'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const FILES = {
  'r1/010-one.expand.sql': 'CREATE TABLE one (id int PRIMARY KEY, n int);',
  'r2/010-two.expand.sql': 'CREATE TABLE two (id int PRIMARY KEY);',
  'r2/010-two.expand.undo.sql': 'DROP TABLE two;',
  'r2/010-two.migrate.sql': 'UPDATE one SET n = coalesce(n, 0) + 1;',
  'r2/010-two.contract.sql': 'ALTER TABLE one DROP COLUMN n;',
}

describe('the runs of a migration', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('are all kept: those before a second run, and those that an undo took back', async () => {
      const chain = await recordedOn(server, FILES)
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO one VALUES (1, NULL), (2, NULL)')
      await chain.up({ phase: 'migrate' })
      await chain.up({ only: 'migrate', again: new Set(['r2/010-two.migrate']) })
      const engine = await chain.open()
      await engine.undo({ confirmed: true })
      await engine.upgrade({ phase: 'migrate' })
      const history = await engine.history()
      const past = history?.past.map(({ id, how, affected, replaced }) => ({ id, how, affected, replaced }))
      expect(past).to.deep.equal([
        { id: 'r2/010-two.expand', how: 'run', affected: 0, replaced: 'undone' },
        { id: 'r2/010-two.migrate', how: 'run', affected: 2, replaced: 'again' },
        { id: 'r2/010-two.migrate', how: 'again', affected: 2, replaced: 'undone' },
      ])
      expect(history?.applied.map(({ id }) => id)).to.deep.equal(['r1/010-one.expand', 'r2/010-two.expand', 'r2/010-two.migrate'])
      const lines = formatLedgerLog('shop', history).split('\n')
      const ofStep = lines.filter((line) => / {2}(run|run again) {2,}r2\/010-two\.migrate/.test(line))
      expect(ofStep).to.have.lengthOf(3)
      expect(ofStep[0]).to.match(/2 rows; repeated \d{4}-/)
      expect(ofStep[1]).to.match(/2 rows; undone \d{4}-/)
    })
  })
})
