import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { PlannedMigration } from '../../src/plan/plan.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, dialectOfServer, type Files, recordedAt } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const LIMIT = 20

function policies(): Files {
  const read = (phase: string) => readFileSync(`phases/${phase}.json`, 'utf8')
  const migrate = JSON.parse(read('migrate')) as object
  const limited = { ...migrate, oneTransaction: { rows: LIMIT, reason: 'The rows stay locked until the last one is written.' } }
  return {
    '/rules/expand.json': read('expand'),
    '/rules/migrate.json': JSON.stringify(limited),
    '/rules/contract.json': read('contract'),
  }
}

const STEP = 'r2/010-code.migrate'

function files(step: Files): Files {
  return {
    ...policies(),
    'r1/010-item.expand.sql': 'CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, code varchar(20));',
    'r1/020-copy.expand.sql': 'CREATE TABLE copy (item_id bigint NOT NULL PRIMARY KEY, code varchar(20));',
    'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'a'), (5, 'b');",
    'r2/010-code.expand.sql': 'ALTER TABLE copy ADD COLUMN more int;',
    ...step,
  }
}

async function filled(server: ServerName, step: Files, rows: number): Promise<ChainOnServer> {
  const chain = await recordedAt(server, 'r1', files(step), { phases: 'rules' })
  await insert(chain, rows)
  return chain
}

async function insert(chain: ChainOnServer, rows: number): Promise<void> {
  const values = Array.from({ length: rows }, (_, index) => `(${index + 10}, 'n${index}')`)
  if (rows > 0) await chain.sql(`INSERT INTO item (id, name) VALUES ${values.join(', ')}`)
}

const UPDATE = { 'r2/010-code.migrate.sql': 'UPDATE item SET code = upper(name) WHERE code IS NULL;' }

/** The verdict, from every command that gives one. All must say the same. */
async function verdictOf(chain: ChainOnServer): Promise<readonly string[]> {
  const engine = await chain.open()
  const [plan] = await engine.plan()
  const [plain, checked] = [await chain.status({ compareSchema: false }), await chain.status()]
  const held = plan?.refused ?? []
  expect(plain.next?.held).to.deep.equal(held)
  expect(checked.next?.held).to.deep.equal(held)
  expect((await engine.planAndStatus()).status.next?.held).to.deep.equal(held)
  if (held.length > 0) {
    const { facts, message } = await rejected(chain.up({ only: 'expand' }), 'release.refused')
    expect(facts.refusals).to.deep.equal(held)
    for (const line of held.flatMap((one) => one.split('\n'))) expect(message).to.include(line)
  }
  return held
}

async function plannedStep(chain: ChainOnServer): Promise<PlannedMigration | undefined> {
  const [plan] = await (await chain.open()).plan()
  return plan?.phases.flatMap(({ migrations }) => migrations).find(({ id }) => id === STEP)
}

describe('the size limit of a data step in one transaction', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('refuses a large table without statistics, and the printed form is accepted', async () => {
      const chain = await filled(server, UPDATE, LIMIT + 5)
      const [refused = '', ...others] = await verdictOf(chain)
      expect(others).to.deep.equal([])
      expect(refused).to.include(`${STEP.replace('r2', 'releases/r2')}.sql: migrate refuses the data step in one transaction: item has `)
      expect(refused).to.include(`The limit is ${LIMIT} rows. The rows stay locked until the last one is written.`)
      const [, form = ''] = /The same step in batches:\n([^]*)\nTo accept the size/.exec(refused) ?? []
      expect(form).to.equal('-- interphase: batch item\nUPDATE item SET code = upper(name) WHERE :batch AND (code IS NULL);')
      chain.put({ 'r2/010-code.migrate.sql': form })
      await chain.record()
      expect(await verdictOf(chain)).to.deep.equal([])
      await chain.up()
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL')).to.deep.equal([])
    })

    it('lets a small table pass, and shows its rows and the time of its locks', async () => {
      const chain = await filled(server, UPDATE, LIMIT)
      expect(await verdictOf(chain)).to.deep.equal([])
      const step = await plannedStep(chain)
      expect(step?.dataStep).to.deep.include({ rows: LIMIT, seconds: LIMIT / 40_000 })
      expect(step?.dataStep?.tables.map(({ table }) => table)).to.deep.equal(['item'])
      await chain.up()
    })

    it('refuses the step when the table has grown since expand', async () => {
      const chain = await filled(server, UPDATE, 1)
      await chain.up({ only: 'expand' })
      await chain.sql('DELETE FROM item')
      await insert(chain, LIMIT + 1)
      await rejected(chain.up({ only: 'migrate' }), 'release.refused')
      expect(await chain.sql('SELECT id FROM item WHERE code IS NOT NULL')).to.deep.equal([])
    })

    it('accepts the size with despite', async () => {
      const accepted = `-- interphase: despite one-transaction because the shop is closed\n${UPDATE['r2/010-code.migrate.sql']}`
      const chain = await filled(server, { 'r2/010-code.migrate.sql': accepted }, LIMIT + 5)
      expect(await verdictOf(chain)).to.deep.equal([])
      await chain.up()
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL')).to.deep.equal([])
    })

    it('judges every form of a step by the tables that it writes or copies', async () => {
      const cases: readonly (readonly [string, string | undefined])[] = [
        ['INSERT INTO copy (item_id, code) SELECT id, name FROM item WHERE id > 0;', 'item'],
        ['DELETE FROM item WHERE id = 1; UPDATE copy SET code = NULL;', 'item'],
        ["INSERT INTO copy (item_id, code) VALUES (1, 'select from item');", undefined],
        ['INSERT INTO copy (item_id) SELECT 1 FROM copy WHERE NOT EXISTS (SELECT 1 FROM item);', undefined],
        ['UPDATE copy SET code = (SELECT max(name) FROM item);', undefined],
      ]
      const chain = await filled(server, UPDATE, LIMIT + 5)
      for (const [statement, table] of cases) {
        chain.put({ 'r2/010-code.migrate.sql': statement, 'r2/rows/copy.sql': 'INSERT INTO copy (item_id) VALUES (99);' })
        await chain.record()
        const held = await verdictOf(chain)
        expect(
          held.map((line) => /transaction: (.*?) ha(?:s|ve)/.exec(line)?.[1]?.split(', ')[0]),
          statement,
        ).to.deep.equal(table === undefined ? [] : [table])
        if (held[0] !== undefined) expect(held[0], statement).to.include('-- interphase: batch item\n')
      }
    })

    it('refuses a function, and names the declared form', async () => {
      const body =
        "import { migrate } from 'interphase'\nexport default migrate({ up: async ({ query }) => { await query('UPDATE item SET code = name') } })"
      const chain = await filled(server, { 'r2/010-code.migrate.ts': body }, LIMIT + 5)
      const [refused = ''] = await verdictOf(chain)
      expect(refused).to.include("migrate({ table: 'item'")
      expect(refused).to.include('// interphase: despite one-transaction because')
    })

    it('does not read a large table to its end', async () => {
      const chain = await filled(server, UPDATE, LIMIT * 3)
      const step = await plannedStep(chain)
      const [table] = step?.dataStep?.tables ?? []
      if (table?.isLowerBound) expect(table.rows).to.equal(LIMIT + 1)
      else expect(table?.rows).to.be.above(LIMIT)
      await chain.sql(dialectOfServer(server) === 'postgres' ? 'ANALYZE item' : 'ANALYZE TABLE item')
      expect(await verdictOf(chain)).to.have.length(1)
    })
  })
})
