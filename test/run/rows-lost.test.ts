import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn, type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const ITEM = 'CREATE TABLE item (id int PRIMARY KEY, note int)'
const MYSQL_BASE = `${ITEM};
CREATE TABLE entry (id int PRIMARY KEY) PARTITION BY RANGE (id) (
  PARTITION old VALUES LESS THAN (10), PARTITION new VALUES LESS THAN (20));`
const POSTGRES_BASE = `${ITEM};
CREATE TABLE entry (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE entry_old PARTITION OF entry FOR VALUES FROM (0) TO (10);
CREATE TABLE entry_new PARTITION OF entry FOR VALUES FROM (10) TO (20);`
const ANEW = `export const up = async ({ context: { sequelize } }) => {
  await sequelize.query('DROP TABLE item')
  await sequelize.query('${ITEM}')
}`
const SWAP = `CREATE TABLE item_new (LIKE item INCLUDING ALL);
ALTER TABLE item RENAME TO item_old;
ALTER TABLE item_new RENAME TO item;
DROP TABLE item_old;`

const POSTGRES = ['postgres'] as const
const MYSQL = ['mysql', 'mariadb'] as const

/** Every one leaves the schema as it was. */
const CASES: readonly (readonly [what: string, servers: readonly ServerName[], file: string, text: string, effect: string])[] = [
  ['of a partition that is dropped', MYSQL, 'sql', 'ALTER TABLE entry DROP PARTITION old;', 'writes-rows'],
  ['of a partition that is emptied', MYSQL, 'sql', 'ALTER TABLE entry TRUNCATE PARTITION old;', 'writes-rows'],
  ['of a partition that is dropped', POSTGRES, 'sql', 'DROP TABLE entry_old;', 'writes-rows'],
  ['of a table that a function makes anew', MYSQL, 'mjs', ANEW, 'writes-rows'],
  ['of a table that a function makes anew', POSTGRES, 'mjs', ANEW, 'removes'],
  ['of a table that is replaced', ['mariadb'], 'sql', `${ITEM.replace('TABLE', 'OR REPLACE TABLE')};`, 'writes-rows'],
  ['of a table that is made anew', POSTGRES, 'sql', `DROP TABLE item; ${ITEM};`, 'removes'],
  ['of a table that another one takes the name of', POSTGRES, 'sql', SWAP, 'removes'],
  ['of a column that is made anew', MYSQL, 'sql', 'ALTER TABLE item DROP COLUMN note, ADD COLUMN note int;', 'writes-rows'],
  ['of a column that is made anew', POSTGRES, 'sql', 'ALTER TABLE item DROP COLUMN note, ADD COLUMN note int;', 'removes'],
]

describe('rows that go while the schema stays as it was', () => {
  after(removeProjects)

  for (const [what, servers, file, text, effect] of CASES) {
    onServers(servers, (server) => {
      it(`${what} are no matter of expand`, async () => {
        const base = servers === POSTGRES ? POSTGRES_BASE : MYSQL_BASE
        const files: Files = { 'r1/010-base.expand.sql': base, [`r2/010-rows.expand.${file}`]: text }
        const chain = await recordedOn(server, files)
        await chain.up({ to: 'r1' })
        const { facts } = await rejected(chain.up(), 'release.refused')
        expect(facts.refusals.join('\n')).to.include(`expand refuses the effect "${effect}"`)
      })
    })
  }

  onServers(POSTGRES, (server) => {
    it('are counted and asked about before contract takes them', async () => {
      const chain = await chainOn(server, {
        'r1/010-base.expand.sql': POSTGRES_BASE,
        'r2/010-swap.contract.sql': `-- interphase: despite adds because it takes the name over\n${SWAP}`,
      })
      await chain.record()
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item (id) VALUES (1), (2)')
      const { facts } = await rejected(chain.up({ confirmed: false }), 'phase.unconfirmed')
      expect(facts.destroys).to.deep.equal(['table item (2 rows)'])
      expect(await chain.sql('SELECT count(*)::int AS kept FROM item')).to.deep.equal([{ kept: 2 }])
      await chain.up({ confirmed: true })
      expect(await chain.sql('SELECT count(*)::int AS kept FROM item')).to.deep.equal([{ kept: 0 }])
    })
  })

  onServers([...POSTGRES, ...MYSQL], (server) => {
    const change = server.startsWith('postgres') ? 'ALTER COLUMN price TYPE numeric(6,0)' : 'MODIFY price decimal(6,0)'
    const type = server.startsWith('postgres') ? 'numeric' : 'decimal'
    const files: Files = {
      'r1/010-base.expand.sql': `CREATE TABLE item (id int PRIMARY KEY, price ${type}(6,2), note int);`,
      'r2/010-price.contract.sql': `-- interphase: despite rewrite because the table is small\nALTER TABLE item ${change};`,
      'r2/020-note.contract.sql': 'ALTER TABLE item DROP COLUMN note;',
    }

    it('are asked about where a type is too small for them, and a yes is for what was shown', async () => {
      const chain = await recordedOn(server, files)
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item (id, price) VALUES (1, 1.49)')
      const { facts } = await rejected(chain.up({ confirmed: false }), 'phase.unconfirmed')
      const [dropped, made] = ['column item.note', `column item.price, changed from ${type}(6,2) to ${type}(6,0)`]
      expect(facts.destroys).to.deep.equal([`${dropped} (0 values)`, `${made} (1 value)`])
      await rejected(chain.up({ confirmed: [`${dropped} (0 values)`] }), 'phase.unconfirmed')
      // Rows may come while somebody reads.
      await chain.sql('INSERT INTO item (id, price) VALUES (2, 2.51)')
      await chain.up({ confirmed: facts.destroys })
      const left = await chain.sql('SELECT price FROM item ORDER BY id')
      expect(left.map(({ price }) => Number(price))).to.deep.equal([1, 3])
    })
  })
})
