import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const FILES = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, old int);',
  'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price int;',
  'r2/010-price.expand.undo.sql': 'ALTER TABLE item DROP COLUMN price;',
  'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
}

describe('the releases whose code can run', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('change back with an undo', async () => {
      const chain = await recordedOn(server, FILES)
      await chain.up({ to: 'r2', phase: 'expand' })
      expect(await answersOf(chain)).to.deep.equal(['yes', 'yes'])
      await (await chain.open()).undo({ confirmed: true })
      expect(await answersOf(chain)).to.deep.equal(['yes', 'not yet'])
    })

    it('are known in a database that was adopted', async () => {
      const chain = await recordedOn(server, FILES)
      await chain.sql('CREATE TABLE item (id int NOT NULL PRIMARY KEY, price int)')
      expect(await answersOf(chain)).to.deep.equal(['not yet', 'not yet'])
      await (await chain.open()).adopt()
      expect(await answersOf(chain)).to.deep.equal(['no longer', 'yes'])
      const { contracted } = await (await chain.open()).runs('r1')
      expect(contracted).to.deep.include({ release: 'r2', how: 'adopted', changes: ['- column item.old'] })
    })

    it('are known where the database is ahead of the files', async () => {
      const chain = await recordedOn(server, FILES)
      await chain.up({ to: 'r2', phase: 'expand' })
      await chain.up({ to: 'r2' })
      chain.remove('r2')
      const engine = await chain.open()
      const { answer, contracted } = await engine.runs('r1')
      expect(answer).to.equal('no longer')
      expect(contracted).to.deep.include({ release: 'r2', migrations: ['r2/020-old.contract'], changes: [] })
      await rejected(engine.runs('r2'), 'ledger.ahead')
      await rejected(engine.runs('r3'), 'state.unknown')
    })
  })
})

async function answersOf(chain: ChainOnServer): Promise<readonly string[]> {
  const engine = await chain.open()
  return [(await engine.runs('r1')).answer, (await engine.runs('r2')).answer]
}
