import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const ITEM = 'CREATE TABLE item (id int PRIMARY KEY, n int);'

describe('what a plan and a gate list', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    it('is a violated rule once, although two statements add the rule', async () => {
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': ITEM,
        'r2/010-item.contract.sql':
          '-- interphase: transaction off\nALTER TABLE item ADD CONSTRAINT positive CHECK (n > 0) NOT VALID;\nALTER TABLE item VALIDATE CONSTRAINT positive;',
      })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1, -1), (2, 0)')
      const { facts } = await rejected(chain.up(), 'phase.preconditions')
      expect(facts.violations).to.deep.equal(['check positive on item: 2 rows do not satisfy it'])
      expect((await chain.status()).next?.held.filter((line) => line.startsWith('check'))).to.have.lengthOf(1)
    })
  })

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('is the reason why a table is touched that no statement names', async () => {
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': `${ITEM}\nCREATE TABLE part (id int PRIMARY KEY, item_id int, FOREIGN KEY (item_id) REFERENCES item (id));`,
        'r2/010-item.migrate.sql': 'UPDATE item SET n = 1 WHERE n IS NULL;',
        'r2/020-part.migrate.sql': 'UPDATE part SET item_id = NULL WHERE item_id IN (SELECT id FROM item WHERE n < 0);',
      })
      await chain.up({ to: 'r1' })
      const [plan] = await (await chain.open()).plan()
      const found = plan?.phases.flatMap(({ migrations }) => migrations.map((one) => [one.touches.length > 1, one.touchesByForeignKey]))
      for (const [index, isNamed] of [false, true].entries()) {
        const [touchesBoth, byForeignKey] = found?.[index] ?? []
        expect(byForeignKey).to.deep.equal(touchesBoth === true && !isNamed ? ['table:part'] : undefined)
      }
      // Only MySQL opens the tables that reference the changed table.
      if (server === 'mysql') expect(found?.[0]).to.deep.equal([true, ['table:part']])
    })

    it('is the number of verified rows, which is exact', async () => {
      const rows = Array.from({ length: 1234 }, (_, index) => `(${index + 1}, NULL)`).join(', ')
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': ITEM,
        'r2/010-item.migrate.sql': '-- interphase: batch item size 500\nUPDATE item SET n = id WHERE :batch AND n IS NULL;',
        'r2/010-item.migrate.pending.sql': 'SELECT count(*) FROM item WHERE n IS NULL;',
      })
      await chain.up({ to: 'r1' })
      await chain.sql(`INSERT INTO item VALUES ${rows}`)
      await chain.up({ only: 'migrate' })
      const verified = chain.events.find(({ type }) => type === 'batches-verified')
      expect(verified).to.include({ rows: 1234, isExact: true })
    })
  })
})
