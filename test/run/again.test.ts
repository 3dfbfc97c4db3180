import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const FILES = {
  'r1/010-one.expand.sql': 'CREATE TABLE one (id int PRIMARY KEY, n int);',
  'r1/010-one.migrate.sql': 'UPDATE one SET n = 1;',
  'r2/010-two.expand.sql': 'CREATE TABLE two (id int PRIMARY KEY, n int);',
  'r2/010-two.migrate.sql': 'UPDATE two SET n = coalesce(n, 0) + 1;',
  'r2/010-two.contract.sql': 'ALTER TABLE two DROP COLUMN n;',
  'r2/020-more.contract.sql': 'DROP TABLE one;',
}

describe('a data step that is named to run once more', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    it('runs, or is refused where it would be passed by', async () => {
      const chain = await recordedOn(server, FILES)
      await chain.up({ to: 'r2', phase: 'migrate' })
      await chain.sql('INSERT INTO two VALUES (1, 1)')
      const again = (id: string) => chain.up({ only: 'migrate', again: new Set([id]) })
      await again('r2/010-two.migrate')
      expect(await chain.sql('SELECT n FROM two')).to.deep.equal([{ n: 2 }])
      for (const id of ['r1/010-one.migrate', 'r2/010-two.expand']) {
        expect((await rejected(again(id), 'usage')).message).to.include(`${id} cannot be repeated`)
      }
      const crash = (point: string) => {
        if (point === 'after ledger') throw new Error('cut off')
      }
      await (await chain.open({ crash })).upgrade({ only: 'contract', confirmed: true }).catch(() => undefined)
      expect((await rejected(again('r2/010-two.migrate'), 'usage')).message).to.include('contract of r2 has begun')
      await chain.up()
      await rejected(again('r2/010-two.migrate'), 'usage')
    })
  })
})
