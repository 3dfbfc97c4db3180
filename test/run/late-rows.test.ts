import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, recordedAt } from '../support/chain.ts'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

/** Contract removes a column that nothing needs, and then the column whose values a data step has copied. */
const FILES: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, junk int, old int);',
  'r2/010-junk.contract.sql': 'ALTER TABLE item DROP COLUMN junk;',
  'r2/020-fresh.expand.sql': 'ALTER TABLE item ADD COLUMN fresh int;',
  'r2/020-fresh.migrate.sql': '-- interphase: rerunnable\nUPDATE item SET fresh = old WHERE fresh IS NULL;',
  'r2/020-fresh.migrate.pending.sql': 'SELECT count(*) FROM item WHERE fresh IS NULL AND old IS NOT NULL',
  'r2/020-fresh.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
}
const ONLY_OLD = Object.fromEntries(Object.entries(FILES).filter(([path]) => !path.includes('junk')))
const WITHOUT_CONTRACT = Object.fromEntries(Object.entries(FILES).filter(([path]) => !path.includes('contract')))
const RULES: Files = {
  'r2/030-rule.contract.postgres.sql':
    '-- interphase: despite scan because the table is small\nALTER TABLE item ALTER COLUMN fresh SET NOT NULL, ADD CONSTRAINT item_fresh UNIQUE (fresh);',
  'r2/030-rule.contract.mysql.sql':
    '-- interphase: despite rewrite because the table is small\nALTER TABLE item MODIFY fresh int NOT NULL, ADD CONSTRAINT item_fresh UNIQUE (fresh);',
}
const LATE_ROW = 'INSERT INTO item (id, old) VALUES (2, 22)'
const BY_HAND = 'the query in releases/r2/020-fresh.migrate.pending.sql counts'
const VALUES = 'SELECT id, fresh FROM item ORDER BY id'

describe('rows that the application writes while contract runs', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('hold the statement that would remove their only value, and migrate moves them', async () => {
      const chain = await migrated(ONLY_OLD)
      const image = () => imageOf(chain.dialect, chain.url)
      // The gates have answered. On PostgreSQL, the row comes even after the count that precedes the transaction.
      const point = chain.dialect === 'postgres' ? 'after begin' : 'before intent'
      let before: unknown
      const crash = once(point, 'r2/020-fresh.contract', async () => {
        await chain.sql(LATE_ROW)
        before = await image()
      })
      const { facts, exitCode, remedy } = await rejected((await chain.open({ crash })).upgrade({ confirmed: true }), 'phase.late-rows')
      expect(exitCode).to.equal(6)
      expect(facts).to.deep.include({ step: 'r2/020-fresh.migrate', rows: '1', objects: ['column item.old'], hasBegun: false })
      expect(before).not.to.equal(undefined)
      expect(await image()).to.deep.equal(before)
      expect(remedy).to.contain('interphase migrate.\n')
      await chain.up({ only: 'migrate' })
      await chain.up({ only: 'contract' })
      expect(await chain.sql(VALUES)).to.deep.equal([
        { id: 1, fresh: 11 },
        { id: 2, fresh: 22 },
      ])
    })

    it('hold a later migration of contract, in the same run and in the next one', async () => {
      const chain = await migrated(FILES)
      const crash = once('after ledger', 'r2/010-junk.contract', () => chain.sql(LATE_ROW))
      const first = await rejected((await chain.open({ crash })).upgrade({ confirmed: true }), 'phase.late-rows')
      expect(first.facts).to.deep.include({ migration: 'r2/020-fresh.contract', hasBegun: true })
      expect(first.remedy).to.contain(BY_HAND)
      const { facts } = await rejected(chain.up({ only: 'contract' }), 'phase.held')
      expect(facts.gates).to.deep.equal(['data-steps-complete'])
      expect(facts.reasons.join('\n')).to.contain(BY_HAND)
      const { next, exitCode } = await chain.status()
      expect({ exitCode, held: next?.held }).to.deep.equal({ exitCode: 6, held: facts.reasons })
      await chain.sql('UPDATE item SET fresh = old WHERE fresh IS NULL')
      await chain.up({ only: 'contract' })
      expect(await chain.sql('SELECT id, fresh FROM item WHERE id = 2')).to.deep.equal([{ id: 2, fresh: 22 }])
    })

    for (const [what, row] of [
      ['NULL', 'INSERT INTO item (id, fresh) VALUES (3, NULL)'],
      ['a duplicate', 'INSERT INTO item (id, fresh) VALUES (3, 11)'],
    ] as const) {
      it(`fail the statement that adds a rule if they hold ${what}, and nothing of the statement remains`, async () => {
        const chain = await migrated({ ...WITHOUT_CONTRACT, ...RULES })
        const crash = once(chain.dialect === 'postgres' ? 'after begin' : 'before intent', 'r2/030-rule.contract', () => chain.sql(row))
        await rejected((await chain.open({ crash })).upgrade({ confirmed: true }), 'statement.failed')
        expect((await chain.status()).schema).to.equal('as planned')
        // PostgreSQL has rolled the migration back, so the run counts before it. Elsewhere, the run first continues the migration.
        await rejected(chain.up({ only: 'contract' }), chain.dialect === 'postgres' ? 'phase.preconditions' : 'statement.failed')
        await chain.sql('DELETE FROM item WHERE id = 3')
        await chain.up({ only: 'contract' })
        expect((await chain.status()).exitCode).to.equal(0)
      })
    }

    async function migrated(files: Files): Promise<ChainOnServer> {
      const chain = await recordedAt(server, 'r1', files)
      await chain.sql('INSERT INTO item (id, old) VALUES (1, 11)')
      await chain.up({ phase: 'migrate' })
      return chain
    }
  })
})

/** Acts at the first time that the run reaches this point of the migration. */
function once(point: string, migration: string, act: () => Promise<unknown>) {
  let isDone = false
  return async (reached: string, at: string): Promise<void> => {
    if (isDone || reached !== point || at !== migration) return
    isDone = true
    await act()
  }
}
