import { once } from 'node:events'
import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, preparedOn, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { closeTransactions, openTransaction, untilBlocked } from './blocker.ts'

const ROWS = 7
// The keys are larger than the whole numbers that JavaScript holds exactly.
const BASE = 9_007_199_254_740_993n
const SCHEMA = `CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, price numeric(20,2) DEFAULT 1.10 NOT NULL,
  code varchar(40), writes int DEFAULT 0 NOT NULL, old int);
CREATE TABLE seen (item bigint NOT NULL PRIMARY KEY, batch varchar(60), price varchar(30));`

const BODY = `for (const row of rows) {
      await query\`UPDATE item SET code = \${String(row.name).toUpperCase()}, writes = writes + 1 WHERE id = \${String(row.id)}\`
    }`

function step(body: string = BODY, words = "where: sql`code IS NULL`, pending: 'SELECT count(*) FROM item WHERE code IS NULL',"): string {
  return `import { once } from 'node:events'
import { migrate, sql } from 'interphase'

export default migrate({
  table: 'item',
  size: 2,
  ${words}
  batch: async ({ rows, query, from, to, signal }) => {
    ${body}
  },
})
`
}

function files(code: string, more: Files = {}): Files {
  return {
    'r1/010-item.expand.sql': SCHEMA,
    'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'a'), (5, 'b'), (6, 'c'), (9, 'd');",
    'r2/010-code.expand.sql': 'ALTER TABLE item ADD COLUMN more int;',
    'r2/010-code.migrate.ts': code,
    'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
    ...more,
  }
}

async function expanded(
  server: ServerName,
  chainFiles: Files = files(step()),
  config: Readonly<Record<string, unknown>> = {},
): Promise<ChainOnServer> {
  const inserts = Array.from({ length: ROWS }, (_, row) => `INSERT INTO item (id, name) VALUES (${idOf(row + 1)}, 'n${row + 1}')`)
  const prepare = async (chain: ChainOnServer) => {
    await chain.sql(...inserts)
    await chain.up({ only: 'expand' })
  }
  return preparedOn(server, chainFiles, inserts, prepare, { to: 'r1', config })
}

function idOf(row: number): string {
  return String(BASE + BigInt(row) * 2n)
}

async function codes(chain: ChainOnServer): Promise<readonly string[]> {
  const rows = await chain.sql('SELECT code, writes FROM item ORDER BY id')
  return rows.map(({ code, writes }) => `${String(code)} ${String(writes)}`)
}

const EVERY = [1, 2, 3, 4, 5, 6, 7].map((row) => `N${row} 1`)

describe('a data step whose code receives the rows of each batch', () => {
  after(removeProjects)
  afterEach(closeTransactions)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('writes each row once, stops, resumes, and repeats for late rows', async () => {
      const chain = await expanded(server)
      await rejected(chain.up({ only: 'migrate', maxRows: 4 }), 'run.limit')
      expect(await chain.sql('SELECT id FROM item WHERE code IS NOT NULL')).to.have.length(4)
      await chain.up({ only: 'migrate' })
      expect(await codes(chain)).to.deep.equal(EVERY)
      await chain.sql("INSERT INTO item (id, name) VALUES (2, 'late')")
      await chain.up({ only: 'migrate' })
      expect(await codes(chain)).to.deep.equal(['LATE 1', ...EVERY])
    })

    it('gives the rows in the order of the key, with exact numbers, and the ends of the batch', async () => {
      const body = `for (const { id, price } of rows)
      await query\`INSERT INTO seen (item, batch, price) SELECT id, 'x', \${typeof id + typeof price + price}
        FROM item WHERE id = \${String(id)} AND NOT EXISTS (SELECT 1 FROM seen WHERE item = \${String(id)})\`
    if (rows[0].id !== from.id || rows.at(-1).id !== to.id) throw new Error('wrong ends')
    if (Object.keys(from).join() !== 'id' || Object.keys(rows[0]).sort().join() !== 'id,price') throw new Error('wrong columns')
    if (rows.some(({ id }, index) => index > 0 && BigInt(id) <= BigInt(rows[index - 1].id))) throw new Error('wrong order')`
      const chain = await expanded(server, files(step(body, "columns: ['price'],")))
      await chain.up({ only: 'migrate' })
      const seen = await chain.sql('SELECT CAST(item AS char(20)) AS item, price FROM seen ORDER BY item')
      expect(seen.map(({ item, price }) => `${String(item).trim()} ${String(price)}`)).to.deep.equal(
        [1, 2, 3, 4, 5, 6, 7].map((row) => `${idOf(row)} stringstring1.10`),
      )
    })

    it('holds the rows of a batch until the batch is committed', async () => {
      const chain = await expanded(server)
      const application = await openTransaction(chain.dialect, chain.url, `UPDATE item SET name = 'x9' WHERE id = ${idOf(2)}`)
      const run = chain.up({ only: 'migrate' })
      await untilBlocked(chain.dialect, chain.url)
      await application.commit()
      await run
      expect(await codes(chain)).to.deep.equal(EVERY.with(1, 'X9 1'))
    })

    it('is planned in batches, with the query that reads the rows', async () => {
      const chain = await expanded(server)
      const [plan] = await (await chain.open()).plan()
      const planned = plan?.phases.flatMap(({ migrations }) => migrations).find(({ id }) => id === 'r2/010-code.migrate')
      expect(planned?.path).to.equal('batches')
      expect(planned?.statements.join('\n')).to.match(/^SELECT [\s\S]*WHERE :batch\n[\s\S]*ORDER BY .item.\..id.\nFOR UPDATE$/)
      const { ok, dataSteps } = await (await chain.open()).check()
      expect([ok, dataSteps]).to.deep.equal([true, []])
    })

    it('rolls back the batch that fails, and names the row', async () => {
      const chain = await expanded(
        server,
        files(step(`if (rows.some(({ name }) => name === 'n6')) throw new Error('no code for n6')\n${BODY}`)),
      )
      const error = await rejected(chain.up({ only: 'migrate' }), 'batch.row')
      expect(error.message)
        .to.include(`id = ${idOf(6)}`)
        .and.to.include('no code for n6')
      expect(await codes(chain)).to.deep.equal([...EVERY.slice(0, 5), 'null 0', 'null 0'])
    })

    it('stops when it is asked to, with the batch rolled back', async () => {
      const waits =
        'if (rows.some(({ name }) => name === "n4")) { await query`SELECT 1`; process.emit("BATCH_WAITS"); await once(signal, "abort"); throw signal.reason }'
      const chain = await expanded(server, files(step(`${BODY}\n${waits}`)))
      const stop = new AbortController()
      const waiting = once(process, 'BATCH_WAITS')
      const run = rejected((await chain.open({ signal: stop.signal })).upgrade({ confirmed: true, only: 'migrate' }), 'run.stopped')
      await waiting
      stop.abort('SIGTERM')
      await run
      expect(await codes(chain)).to.deep.equal([...EVERY.slice(0, 2), ...Array<string>(5).fill('null 0')])
    })

    it('deletes no rows of a table that is not of the project', async () => {
      const body = 'for (const { id } of rows) await query`DELETE FROM item WHERE id = ${String(id)}`'
      const chain = await expanded(server, files(step(body, "where: sql`name = 'n3'`,")), { ignore: ['stranger'] })
      await chain.sql(
        `CREATE TABLE stranger (item bigint, CONSTRAINT stranger_item FOREIGN KEY (item) REFERENCES item (id) ON DELETE CASCADE)`,
      )
      await chain.sql(`INSERT INTO stranger (item) VALUES (${idOf(3)})`)
      // MySQL and MariaDB do not show the rows that a foreign key deletes, so the statement is refused before it is sent.
      const code = server === 'postgres' ? 'migration.trespass' : 'statement.stranger'
      expect((await rejected(chain.up({ only: 'migrate' }), code)).message)
        .to.include('010-code.migrate.ts')
        .and.to.include('stranger')
      expect(await chain.sql('SELECT * FROM stranger')).to.have.length(1)
    })

    const WRONG: Readonly<
      Record<string, { readonly code: string; readonly error: Parameters<typeof rejected>[1]; readonly says: RegExp }>
    > = {
      'code that counts the rows of a batch': {
        code: step('await query`INSERT INTO seen (item, batch) VALUES (${from.id}, ${String(rows.length)})`', ''),
        error: 'batch.depends',
        says: /in batches of one row/,
      },
      'code that does not skip rows that are done': {
        code: step('await query`UPDATE item SET writes = writes + 1 WHERE id >= ${from.id} AND id <= ${to.id}`', ''),
        error: 'batch.depends',
        says: /begins again/,
      },
      'code that ignores the rows': {
        code: step('await query`UPDATE item SET writes = writes + 1 WHERE code IS NULL`'),
        error: 'batch.statement',
        says: /the code of the batch does not limit the rows that it writes/,
      },
      'a statement without await': {
        code: step('query`UPDATE item SET code = name WHERE id = ${from.id}`'),
        error: 'migration.unawaited',
        says: /010-code\.migrate\.ts:9/,
      },
      'a statement that is a text': {
        code: step("await query('SELECT 1')"),
        error: 'record.failed',
        says: /migrate\.ts:9: [^]*query`…` without parentheses/,
      },
      'a value that is no value': { code: step('await query`SELECT ${rows}`'), error: 'record.failed', says: /takes no object/ },
      'a column that does not exist': { code: step(BODY, "columns: ['nothing'],"), error: 'batch.declaration', says: /no column nothing/ },
      'a commit': { code: step('await query`COMMIT`'), error: 'migration.transaction-control', says: /010-code\.migrate\.ts/ },
    }
    for (const [what, { code, error, says }] of Object.entries(WRONG)) {
      it(`refuses ${what} when it is recorded`, async () => {
        expect((await rejected(recordedOn(server, files(code)), error)).message).to.match(says)
      })
    }
  })

  onServers(['mariadb', 'mysql'], (server) => {
    it('refuses a statement that commits implicitly', async () => {
      await rejected(recordedOn(server, files(step('await query`ALTER TABLE seen ADD COLUMN c int`'))), 'migration.committed')
    })
  })
})
