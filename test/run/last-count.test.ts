import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, recordedOn } from '../support/chain.ts'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

/** Contract makes a rule in each of two migrations. The pending query counts the rows of neither. */
const FILES: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, number int, name varchar(50));',
  'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price int;',
  'r2/010-price.migrate.sql': 'UPDATE item SET price = 0 WHERE price IS NULL;',
  'r2/010-price.migrate.pending.sql': 'SELECT count(*) FROM item WHERE price IS NULL',
  'r2/020-number.contract.sql':
    '-- interphase: despite scan because the table of this test is small\nCREATE UNIQUE INDEX item_number ON item (number);',
  'r2/030-name.contract.postgres.sql': 'ALTER TABLE item ALTER COLUMN name SET NOT NULL;',
  'r2/030-name.contract.mysql.sql': 'ALTER TABLE item MODIFY name varchar(50) NOT NULL;',
}
const BREAKS_NUMBER = "INSERT INTO item (id, number, name, price) VALUES (2, 1, 'late', 5)"
const BREAKS_NAME = 'INSERT INTO item (id, number, price) VALUES (3, 3, 5)'
const REMEDY = 'Correct these rows in the database'

describe('the last count before contract', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('is of the rows as they are when contract starts, in the run that has just migrated them', async () => {
      const chain = await withRow()
      const engine = await chain.open({ crash: afterLedger('r2/010-price.migrate', () => chain.sql(BREAKS_NUMBER, BREAKS_NAME)) })
      const { facts, exitCode } = await rejected(engine.upgrade({ confirmed: true }), 'phase.preconditions')
      expect(exitCode).to.equal(6)
      expect(facts).to.deep.include({ phase: 'contract', release: 'r2' })
      expect(facts.violations).to.have.members([
        `${chain.dialect === 'postgres' ? 'index' : 'unique constraint'} item_number on item (number): 1 value occurs more than once`,
        'column item.name NOT NULL: 1 row is NULL',
      ])
      expect(await contracted(chain)).to.deep.equal([])
      await mend(chain)
    })

    it('changes nothing, and status says the same as the run', async () => {
      const chain = await withRow()
      await chain.up({ phase: 'migrate' })
      expect((await chain.status()).exitCode).to.equal(5)
      await chain.sql(BREAKS_NAME)
      const before = await imageOf(chain.dialect, chain.url)
      const { facts } = await rejected(chain.up({ only: 'contract' }), 'phase.preconditions')
      expect(await imageOf(chain.dialect, chain.url)).to.deep.equal(before)
      const { next, exitCode } = await chain.status()
      expect({ exitCode, held: next?.held }).to.deep.equal({ exitCode: 6, held: [...facts.violations, REMEDY] })
      await mend(chain)
    })

    it('is taken again when an interrupted contract continues', async () => {
      const chain = await withRow()
      await chain.up({ phase: 'migrate' })
      const cutOff = afterLedger('r2/020-number.contract', () => Promise.reject(new Error('cut off')))
      await (await chain.open({ crash: cutOff })).upgrade({ confirmed: true }).catch(() => undefined)
      expect(await contracted(chain)).to.deep.equal(['r2/020-number.contract'])
      await chain.sql(BREAKS_NAME)
      const { facts } = await rejected(chain.up(), 'phase.preconditions')
      expect(facts.violations).to.deep.equal(['column item.name NOT NULL: 1 row is NULL'])
      expect((await chain.status()).next).to.deep.include({ phase: 'contract', held: [...facts.violations, REMEDY] })
      expect(await contracted(chain)).to.deep.equal(['r2/020-number.contract'])
      await mend(chain)
    })

    async function withRow(): Promise<ChainOnServer> {
      const chain = await recordedOn(server, FILES)
      await chain.up({ to: 'r1' })
      await chain.sql("INSERT INTO item (id, number, name) VALUES (1, 1, 'cup')")
      return chain
    }
  })
})

/** As the remedy says: mend the rows, then run the same command again. */
async function mend(chain: ChainOnServer): Promise<void> {
  await chain.sql('DELETE FROM item WHERE id > 1')
  await chain.up({ only: 'contract' })
  expect(await contracted(chain)).to.deep.equal(['r2/020-number.contract', 'r2/030-name.contract'])
}

function afterLedger(migration: string, writing: () => Promise<unknown>) {
  return async (point: string, at: string): Promise<void> => {
    if (point === 'after ledger' && at === migration) await writing()
  }
}

async function contracted(chain: ChainOnServer): Promise<readonly unknown[]> {
  const rows = await chain.sql("SELECT id FROM interphase_migration WHERE id LIKE '%.contract' AND run_state = 'done' ORDER BY place")
  return rows.map(({ id }) => id)
}
