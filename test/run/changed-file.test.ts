import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const fill = (n: number) => `export const up = ({ context }: any) => context.sequelize.query('UPDATE item SET n = ${n}')`

describe('a function that is changed while a run waits', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    it('is not run: the ledger would keep the checksum of another', async () => {
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, n int);',
        'r2/010-fill.migrate.ts': fill(1),
      })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1, 0)')
      const engine = await chain.open({
        emit: ({ type }) => {
          if (type === 'lock-taken') chain.put({ 'r2/010-fill.migrate.ts': fill(2) })
        },
      })
      await rejected(engine.upgrade({ confirmed: true }), 'migration.module')
      expect(await chain.sql('SELECT n FROM item')).to.deep.equal([{ n: 0 }])
    })
  })
})
