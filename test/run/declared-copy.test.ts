import { expect } from 'chai'
import { loadDialect } from '../../src/dialects/open.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, preparedOn, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { closeTransactions, openTransaction, untilBlocked } from './blocker.ts'

const ROWS = 7
// Both tables have columns of the same name: a name in a value is always a column of the table that is read.
const SCHEMA = `CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, price numeric(10,2) DEFAULT 1.11 NOT NULL, old int);
CREATE TABLE label (id int DEFAULT 7 NOT NULL, item bigint NOT NULL PRIMARY KEY, name varchar(30), gross numeric(8,2), kind varchar(9) DEFAULT 'none');`

const COPY = `import { migrate, sql } from 'interphase'

export default migrate({
  into: 'label',
  from: 'item',
  size: 2,
  select: { item: sql\`id\`, name: sql\`upper(name)\`, gross: sql\`item.price * 1.19\`, kind: sql.literal('old') },
  where: sql\`name <> \${sql.literal("it's")} -- a comment\`,
})
`

function files(step: string, more: Files = {}): Files {
  return {
    'r1/010-item.expand.sql': SCHEMA,
    'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'a'), (5, 'b'), (6, 'c'), (9, 'it''s');",
    'r2/010-label.expand.sql': 'ALTER TABLE item ADD COLUMN more int;',
    'r2/010-label.migrate.ts': step,
    'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
    ...more,
  }
}

async function expanded(server: ServerName, chainFiles: Files = files(COPY)): Promise<ChainOnServer> {
  const inserts = Array.from({ length: ROWS }, (_, row) => `INSERT INTO item (id, name) VALUES (${(row + 1) * 3}, 'n${row + 1}')`)
  const prepare = async (chain: ChainOnServer) => {
    await chain.sql(...inserts)
    await chain.up({ only: 'expand' })
  }
  return preparedOn(server, chainFiles, inserts, prepare, { to: 'r1' })
}

async function copies(chain: ChainOnServer): Promise<readonly string[]> {
  const rows = await chain.sql('SELECT id, item, name, gross, kind FROM label ORDER BY item')
  return rows.map(({ id, item, name, gross, kind }) => [id, item, name, gross, kind].map(String).join(' '))
}

const EVERY = [1, 2, 3, 4, 5, 6, 7].map((row) => `7 ${row * 3} N${row} 1.32 old`)

describe('a declared copy', () => {
  after(removeProjects)
  afterEach(closeTransactions)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('copies each row once, stops, resumes, and copies late rows', async () => {
      const chain = await expanded(server)
      await chain.sql("INSERT INTO item (id, name) VALUES (40, 'it''s')")
      await rejected(chain.up({ only: 'migrate', maxRows: 4 }), 'run.limit')
      expect(await copies(chain)).to.deep.equal(EVERY.slice(0, 4))
      await chain.up({ only: 'migrate' })
      expect(await copies(chain)).to.deep.equal(EVERY)
      await chain.sql("INSERT INTO item (id, name) VALUES (2, 'late')")
      expect(await pendingOf(chain)).to.equal('1')
      await chain.up({ only: 'migrate' })
      expect(await copies(chain)).to.deep.equal(['7 2 LATE 1.32 old', ...EVERY])
    })

    it('leaves a row that the target has, and counts it until it is right', async () => {
      const chain = await expanded(server)
      await chain.sql("INSERT INTO label (item, name, gross, kind) VALUES (6, 'n2', 1.32, 'old'), (9, 'N3', 1.32, 'old')")
      const error = await rejected(chain.up({ only: 'migrate' }), 'pending.left')
      expect(error.facts).to.deep.include({ rows: 'at least 1', keys: ['id = 6'] })
      expect(await copies(chain)).to.deep.equal(EVERY.with(1, '7 6 n2 1.32 old'))
      await rejected(chain.up({ only: 'contract' }), 'phase.held')
      await chain.sql("UPDATE label SET name = 'N2' WHERE item = 6")
      await chain.up()
      expect(await copies(chain)).to.deep.equal(EVERY)
    })

    it('is shown by plan and status', async () => {
      const chain = await expanded(server)
      const [plan] = await (await chain.open()).plan()
      const planned = plan?.phases.flatMap(({ migrations }) => migrations).find(({ id }) => id === STEP)
      expect(planned?.path).to.equal('batches')
      expect(planned?.statements.join('\n')).to.match(/^INSERT INTO [\s\S]*WHERE :batch\n[\s\S]*NOT EXISTS/)
      expect(planned?.pending).to.match(/^SELECT count\(\*\)/)
      const { ok, dataSteps } = await (await chain.open()).check()
      expect([ok, dataSteps]).to.deep.equal([true, []])
      await chain.up({ only: 'migrate' })
      expect(await pendingOf(chain)).to.equal('0')
    })

    it('lets nobody change a row whose copy is not committed yet', async () => {
      const chain = await expanded(server)
      const blocker = await openTransaction(chain.dialect, chain.url, 'INSERT INTO label (item) VALUES (6)')
      const copied = chain.up({ only: 'migrate' })
      await untilBlocked(chain.dialect, chain.url)
      const application = await (await loadDialect(chain.dialect)).open({ url: chain.url, purpose: 'an application' })
      try {
        await application.begin({ lockTimeoutMs: 1000 })
        const change = application.execute("UPDATE item SET name = 'changed' WHERE id = 3", { file: 'test', line: 1 })
        await rejected(change, 'statement.lock-timeout')
      } finally {
        await application.close()
      }
      await blocker.rollback()
      await copied
      expect(await copies(chain)).to.deep.equal(EVERY)
    })

    it('copies the row that a trigger inserts meanwhile no second time', async () => {
      const chain = await expanded(server)
      const mirror = "INSERT INTO label (item, name, gross, kind) VALUES (3, 'N9', 1.32, 'old')"
      const application = await openTransaction(chain.dialect, chain.url, "UPDATE item SET name = 'n9' WHERE id = 3", mirror)
      const copied = chain.up({ only: 'migrate' })
      await untilBlocked(chain.dialect, chain.url)
      await application.commit()
      await copied
      expect(await copies(chain)).to.deep.equal(EVERY.with(0, '7 3 N9 1.32 old'))
      expect(await pendingOf(chain)).to.equal('0')
    })

    const WRONG: Readonly<Record<string, { readonly step: string; readonly line: number; readonly says: RegExp }>> = {
      'a source that does not exist': { step: COPY.replace("from: 'item'", "from: 'items'"), line: 3, says: /table items does not exist/ },
      'a target that does not exist': {
        step: COPY.replace("into: 'label'", "into: 'labels'"),
        line: 3,
        says: /table labels does not exist/,
      },
      'a column that does not exist': { step: COPY.replace('{ item:', '{ nothing: sql`1`,\n item:'), line: 7, says: /no column nothing/ },
      'a selection without a key': { step: COPY.replace('item: sql`id`, ', ''), line: 3, says: /no unique key of label.*\(item\)/ },
      'a key that is none': { step: COPY.replace('size: 2,', "on: ['name'],"), line: 3, says: /"on" names no unique key.*\(item\)/ },
    }
    for (const [what, { step, line, says }] of Object.entries(WRONG)) {
      it(`names the file and the line of ${what}`, async () => {
        const error = await rejected(recordedOn(server, files(step)), 'batch.declaration')
        expect(error.message).to.match(says)
        expect(error.facts).to.include({ file: 'releases/r2/010-label.migrate.ts', line })
      })
    }

    it('recognizes rows by a text key that ignores case, and by a key of several columns', async () => {
      const collation = server === 'postgres' ? '' : ' COLLATE utf8mb4_unicode_ci'
      const target = `CREATE TABLE word (item bigint NOT NULL, name varchar(20)${collation} NOT NULL, code char(5), PRIMARY KEY (name, item), UNIQUE (code));`
      const step = COPY.replace(/into: 'label'/, "into: 'word',\n  on: ['item', 'name']").replace(
        /select: .*\n/,
        "select: { name: sql`name`, item: sql`id`, code: sql`concat('c', id)` },\n",
      )
      const chain = await expanded(server, files(step, { 'r2/005-word.expand.sql': target }))
      await chain.sql("INSERT INTO word (item, name, code) VALUES (6, 'n2', 'c6')")
      await chain.up({ only: 'migrate' })
      const rows = await chain.sql('SELECT item, name, code FROM word ORDER BY item')
      expect(rows.map(({ name }) => name)).to.deep.equal(['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7'])
      expect(await pendingOf(chain)).to.equal('0')
    })

    it('makes one copy of rows that give equal copies, and counts a row that gives another copy', async () => {
      const target = 'CREATE TABLE word (name varchar(20) NOT NULL PRIMARY KEY, price numeric(10,2));'
      const step = COPY.replace("into: 'label'", "into: 'word'").replace(
        /select: .*\n/,
        'select: { name: sql`name`, price: sql`price` },\n',
      )
      const more = {
        'r2/005-word.expand.sql': target,
        'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'a'), (5, 'b'), (6, 'a');",
      }
      const chain = await expanded(server, files(step, more))
      await chain.sql("UPDATE item SET name = 'n1' WHERE id IN (6, 15)")
      await chain.up({ only: 'migrate' })
      expect((await chain.sql('SELECT name FROM word ORDER BY name')).map(({ name }) => name)).to.deep.equal(['n1', 'n3', 'n4', 'n6', 'n7'])
      await chain.sql('UPDATE item SET price = 2 WHERE id = 15')
      expect((await rejected(chain.up({ only: 'migrate' }), 'pending.left')).facts).to.deep.include({ keys: ['id = 15'] })
    })

    it('copies rows of a table into the same table', async () => {
      const step = COPY.replace("into: 'label'", "into: 'item'")
        .replace(/select: .*\n/, 'select: { id: sql`id + 1000`, name: sql`upper(name)` },\n')
        .replace(/where: .*\n/, 'where: sql`id < 1000`,\n')
      const chain = await expanded(server, files(step))
      await chain.up({ only: 'migrate' })
      const rows = await chain.sql('SELECT id, name FROM item WHERE id >= 1000 ORDER BY id')
      expect(rows.map(({ id, name }) => `${String(id)} ${String(name)}`)).to.deep.equal(
        [1, 2, 3, 4, 5, 6, 7].map((row) => `${1000 + row * 3} N${row}`),
      )
    })
  })
})

const STEP = 'r2/010-label.migrate'

async function pendingOf(chain: ChainOnServer): Promise<string | undefined> {
  const { releases } = await chain.status({ compareSchema: false })
  return releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations)).find(({ id }) => id === STEP)?.pending
}
