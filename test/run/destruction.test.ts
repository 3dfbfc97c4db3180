import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const STILL = '-- interphase: despite adds because the application stands still meanwhile\n'

describe('what goes under another name', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('is named with its content, and must be confirmed', async () => {
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': `CREATE TABLE item (id int PRIMARY KEY);
CREATE TABLE item_new (id int PRIMARY KEY);
CREATE TABLE price (id int PRIMARY KEY, old int, eur int);`,
        'r2/010-old.contract.sql': `${STILL}ALTER TABLE item RENAME TO item_old;`,
        'r2/015-old.contract.sql': `${STILL}ALTER TABLE item_old RENAME TO item_older;`,
        'r2/020-new.contract.sql': `${STILL}ALTER TABLE item_new RENAME TO item;`,
        'r2/030-item.contract.sql': 'DROP TABLE item_older;',
        'r2/040-price.contract.sql': `${STILL}ALTER TABLE price RENAME COLUMN old TO older;`,
        'r2/050-price.contract.sql': 'ALTER TABLE price DROP COLUMN older;',
        'r2/060-price.contract.sql': `${STILL}ALTER TABLE price RENAME TO cost;`,
        'r2/070-price.contract.sql': 'ALTER TABLE cost DROP COLUMN eur;',
      })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1), (2)', 'INSERT INTO price VALUES (1, 7, NULL)')
      const { facts } = await rejected(chain.up({ confirmed: false }), 'phase.unconfirmed')
      expect(facts.destroys).to.have.members(['table item (2 rows)', 'column price.old (1 value)', 'column price.eur (0 values)'])
    })

    it('must be confirmed in every phase whose policy is broken by declaration', async () => {
      const declared = '-- interphase: despite removes because the table of this test has no reader\n'
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, old int, older int);',
        'r2/010-item.expand.sql': `${declared}ALTER TABLE item DROP COLUMN old;`,
        'r3/010-item.migrate.ts': `import { migrate } from 'interphase'
export default migrate({
  despite: [{ effect: 'removes', because: 'the table of this test has no reader' }],
  pending: 'SELECT 0',
  up: async ({ query }) => void (await query('ALTER TABLE item DROP COLUMN older')),
})`,
      })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1, 7, 8)')
      for (const [to, phase, column] of [
        ['r2', 'expand', 'old'],
        ['r3', 'migrate', 'older'],
      ] as const) {
        const { consent } = await (await chain.open()).gate({})
        expect(consent).to.equal('with the run')
        const { facts } = await rejected(chain.up({ to, confirmed: false }), 'phase.unconfirmed')
        expect(facts).to.deep.include({ phase, destroys: [`column item.${column} (1 value)`] })
        await chain.up({ to })
      }
    })

    it('is listed without a number and without a confirmation if it contains no data, also before its phase is next', async () => {
      const drop = server === 'postgres' ? 'DROP INDEX item_name;' : 'DROP INDEX item_name ON item;'
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': `CREATE TABLE item (id int PRIMARY KEY, name varchar(10));
CREATE INDEX item_name ON item (name);
CREATE VIEW named AS SELECT name FROM item;
CREATE VIEW kept AS SELECT id, name FROM item;`,
        'r2/010-item.migrate.sql': 'UPDATE item SET name = NULL WHERE id < 0;',
        'r2/010-item.contract.sql': `${STILL}-- interphase: effect removes because the old version has stopped\n${drop}\nDROP VIEW named;\nDROP VIEW kept;\nCREATE VIEW kept AS SELECT id FROM item;`,
        'r3/010-item.contract.sql': 'DROP VIEW kept;\nALTER TABLE item DROP COLUMN name;',
      })
      await chain.up({ to: 'r1' })
      const dropped = ['index item_name on item', 'view named']
      const gate = async (phase?: 'contract') => {
        const { gates, consent } = await (await chain.open()).gate(phase ? { phase } : {})
        const { state, evidence } = gates.find(({ gate: name }) => name === 'destruction-confirmed') ?? {}
        return { state, evidence: [...(evidence ?? [])].sort(), consent }
      }
      expect(await gate('contract')).to.deep.equal({ state: 'open', evidence: dropped, consent: undefined })
      await chain.up({ to: 'r2', phase: 'migrate' })
      expect(await gate()).to.deep.equal({ state: 'open', evidence: dropped, consent: undefined })
      expect((await chain.up({ only: 'contract', confirmed: false })).ran).to.have.lengthOf(1)
      expect(await gate()).to.deep.equal({
        state: 'open',
        evidence: ['column item.name (0 values)', 'view kept'],
        consent: 'with the run',
      })
      const { facts } = await rejected(chain.up({ only: 'contract', confirmed: false }), 'phase.unconfirmed')
      expect(facts.destroys).to.deep.equal(['column item.name (0 values)', 'view kept'])
      expect((await chain.up({ only: 'contract', confirmed: facts.destroys })).ran).to.have.lengthOf(1)
    })
  })
})
