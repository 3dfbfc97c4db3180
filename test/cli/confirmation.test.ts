import { expect } from 'chai'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { interphase } from './cli.ts'

const DECLARED = '-- interphase: despite removes because the column has no reader\n'

describe('the confirmation of data that a phase destroys', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('is given by --yes in each phase, as the remedy says', async () => {
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, first int, second int, third int);',
        'r2/010-item.expand.sql': `${DECLARED}ALTER TABLE item DROP COLUMN first;`,
        'r2/010-item.migrate.sql': `${DECLARED}ALTER TABLE item DROP COLUMN second;`,
        'r2/010-item.contract.sql': 'ALTER TABLE item DROP COLUMN third;',
      })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1, 1, 2, 3)')
      for (const [phase, column] of [
        ['expand', 'first'],
        ['migrate', 'second'],
        ['contract', 'third'],
      ] as const) {
        const held = await interphase(chain.root, [phase], { DATABASE_URL: chain.url })
        expect(held.code, held.err).to.equal(6)
        expect(held.err).to.include(`column item.${column} (1 value)`).and.include('run the same command again with --yes')
        const confirmed = await interphase(chain.root, [phase, '--yes'], { DATABASE_URL: chain.url })
        expect(confirmed.code, confirmed.err).to.equal(0)
      }
      expect(await chain.sql('SELECT * FROM item')).to.deep.equal([{ id: 1 }])
    })
  })
})
