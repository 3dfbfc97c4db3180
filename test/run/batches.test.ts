import { expect } from 'chai'
import type { Event } from '../../src/event.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, preparedOn } from '../support/chain.ts'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { closeTransactions, endConnection, openTransaction, untilBlocked } from './blocker.ts'

const ROWS = 7
const UPPER = {
  postgres: 'code IS DISTINCT FROM upper(name)',
  mysql: 'NOT (code <=> upper(name))',
}

/** Every write of a row by the step is counted in the row. */
function files(step: string, more: Files = {}): Files {
  const sql = (skip: string) => `-- interphase: batch item size 2\n${step.replaceAll('SKIP', skip)}\n`
  return {
    'r1/010-item.expand.sql':
      'CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, code varchar(20), writes int DEFAULT 0 NOT NULL, old int);',
    'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'a'), (5, 'b'), (6, 'c'), (9, 'd');",
    'r2/010-code.expand.sql': 'ALTER TABLE item ADD COLUMN more int;',
    'r2/010-code.migrate.postgres.sql': sql(UPPER.postgres),
    'r2/010-code.migrate.mysql.sql': sql(UPPER.mysql),
    'r2/010-code.migrate.pending.postgres.sql': `SELECT count(*) FROM item WHERE ${UPPER.postgres}`,
    'r2/010-code.migrate.pending.mysql.sql': `SELECT count(*) FROM item WHERE ${UPPER.mysql}`,
    'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
    ...more,
  }
}

const STEP = 'r2/010-code.migrate'
const FILL = 'UPDATE item SET code = upper(name), writes = writes + 1 WHERE :batch AND SKIP;'

async function expanded(server: ServerName, chainFiles = files(FILL), rows = ROWS): Promise<ChainOnServer> {
  const inserts = Array.from({ length: rows }, (_, row) => `INSERT INTO item (id, name) VALUES (${(row + 1) * 3}, 'n${row + 1}')`)
  const prepare = async (chain: ChainOnServer) => {
    await chain.sql(...inserts)
    await chain.up({ only: 'expand' })
  }
  return preparedOn(server, chainFiles, inserts, prepare, { to: 'r1' })
}

/** The rows that differ from a step that wrote every row once. Empty if there are none. */
async function wrong(chain: ChainOnServer): Promise<readonly object[]> {
  return chain.sql('SELECT id, name, code, writes FROM item WHERE code IS NULL OR code <> upper(name) OR writes <> 1')
}

describe('a data step in batches', () => {
  afterEach(closeTransactions)
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('writes each row once, in short transactions', async () => {
      const chain = await expanded(server)
      const events: Event[] = []
      await (await chain.open({ emit: (event) => void events.push(event) })).upgrade({ only: 'migrate' })
      expect(await wrong(chain)).to.deep.equal([])
      const batches = events.filter((event) => event.type === 'batch-done')
      expect(batches.map(({ affected }) => affected)).to.deep.equal([2, 2, 2, 1])
    })

    it('has the same rows wherever the connection ended', async () => {
      const points: string[] = []
      const whole = await expanded(server)
      expect(await migrate(whole, (at) => void points.push(at))).to.equal('done')
      const undisturbed = await imageOf(whole.dialect, whole.url)
      // The batches in the middle pass the same points.
      const cuts = points.filter((at) => !/ [12] /.test(at))
      expect(cuts).to.have.length.above(10)
      for (const at of cuts) {
        const chain = await expanded(server)
        const code = await migrate(chain, async (here) => {
          if (here === at) await cut(chain)
        })
        expect(code, at).to.equal('database.lost')
        expect(await migrate(chain), at).to.equal('done')
        expect(await wrong(chain), at).to.deep.equal([])
        expect(await imageOf(chain.dialect, chain.url), at).to.deep.equal(undisturbed)
      }
    })

    it('stops at a number of rows, shows how far it came, and resumes there', async () => {
      const chain = await expanded(server)
      await rejected(chain.up({ only: 'migrate', maxRows: 3 }), 'run.limit')
      const status = await (await chain.open()).status()
      const step = status.releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations)).find(({ id }) => id === STEP)
      expect(step).to.deep.include({ state: 'running' })
      expect(step?.batches).to.deep.include({ done: 2, rows: 3 })
      expect(step?.batches?.rate).to.be.above(0)
      expect(status.problems).to.deep.equal([])
      expect(status.next?.held).to.deep.equal([])
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL ORDER BY id')).to.have.length(ROWS - 3)
      await chain.up({ only: 'migrate' })
      expect(await wrong(chain)).to.deep.equal([])
    })

    it('stops when its time is over although a batch waits for a lock, and resumes', async () => {
      const chain = await expanded(server)
      const blocker = await openTransaction(chain.dialect, chain.url, 'UPDATE item SET name = name WHERE id = 12')
      const begun = chain.events.length
      const stopped = rejected(chain.up({ only: 'migrate', maxTimeMs: 3000 }), 'run.limit')
      let isOver = false
      void stopped.finally(() => {
        isOver = true
      })
      await untilBlocked(chain.dialect, chain.url, () => isOver)
      await stopped
      // Without a cancellation, the batch would wait for the whole lock timeout of five seconds, and would then fail.
      const failed = chain.events.slice(begun).filter(({ type }) => type === 'batch-failed' || type === 'lock-timeout')
      expect(failed).to.deep.equal([])
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL ORDER BY id')).to.have.length(ROWS - 2)
      await blocker.rollback()
      await chain.up({ only: 'migrate' })
      expect(await wrong(chain)).to.deep.equal([])
    })

    it('stops before its first batch when its time is over', async () => {
      const chain = await expanded(server)
      await rejected(chain.up({ only: 'migrate', maxTimeMs: 0 }), 'run.limit')
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL')).to.have.length(ROWS)
    })

    it('names the row that fails, keeps the others, and resumes when the row is corrected', async () => {
      const chain = await expanded(
        server,
        files(FILL.replace('upper(name)', "CASE WHEN name = 'n4' THEN 'far too long for the column' ELSE upper(name) END")),
      )
      const error = await rejected(chain.up({ only: 'migrate' }), 'batch.row')
      expect(error.message).to.include('id = 12')
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL ORDER BY id')).to.have.length(ROWS - 3)
      await chain.sql("UPDATE item SET name = 'corrected' WHERE id = 12")
      await chain.up({ only: 'migrate' })
      expect(await wrong(chain)).to.deep.equal([])
    })

    it('ends although the application adds rows all the time, and repeats itself for those', async () => {
      const chain = await expanded(server)
      let next = 100
      const crash = async (point: string) => {
        if (point === 'after begin' && next < 103) await chain.sql(`INSERT INTO item (id, name) VALUES (${next++}, 'late')`)
      }
      await (await chain.open({ crash })).upgrade({ only: 'migrate' })
      expect(next).to.equal(103)
      expect(await wrong(chain)).to.deep.equal([])
    })

    it('does not run on an altered table', async () => {
      const chain = await expanded(server)
      await rejected(chain.up({ only: 'migrate', maxRows: 2 }), 'run.limit')
      await chain.sql('ALTER TABLE item ADD COLUMN strange int')
      await rejected(chain.up({ only: 'migrate' }), 'schema.differs')
      await chain.sql('ALTER TABLE item DROP COLUMN strange')
      await chain.up({ only: 'migrate' })
      expect(await wrong(chain)).to.deep.equal([])
    })

    it('must keep its file while it is running', async () => {
      const chain = await expanded(server)
      await rejected(chain.up({ only: 'migrate', maxRows: 2 }), 'run.limit')
      chain.put(files(FILL.replace('writes + 1', 'writes + 2')))
      await rejected(chain.up({ only: 'migrate' }), 'ledger.changed')
    })

    it('cannot be undone in the middle, and the error says what to do first', async () => {
      const chain = await expanded(server)
      await rejected(chain.up({ only: 'migrate', maxRows: 3 }), 'run.limit')
      const error = await rejected((await chain.open()).undo({ confirmed: true }), 'undo.refused')
      expect(error.message).to.include('Complete it first: interphase migrate')
      await chain.up({ only: 'migrate' })
      expect(await wrong(chain)).to.deep.equal([])
    })

    it('leaves fresh statistics of the table', async () => {
      const chain = await expanded(server)
      await chain.up({ only: 'migrate' })
      const rows =
        server === 'postgres'
          ? await chain.sql("SELECT reltuples::int AS known FROM pg_class WHERE relname = 'item'")
          : await chain.sql("SELECT n_rows AS known FROM mysql.innodb_table_stats WHERE database_name = database() AND table_name = 'item'")
      expect(Number(rows[0]?.['known'])).to.equal(ROWS)
    })

    it('runs on an empty table', async () => {
      const chain = await expanded(server, files(FILL), 0)
      await chain.up({ only: 'migrate' })
      expect(await chain.sql('SELECT id FROM item')).to.deep.equal([])
    })
  })
})

async function migrate(chain: ChainOnServer, halt: (at: string) => Promise<void> | void = () => undefined): Promise<string> {
  const crash = (point: string, migration: string, statement?: number) => halt(`${migration} ${statement ?? ''} ${point}`)
  try {
    await (await chain.open({ crash })).upgrade({ only: 'migrate', waitMs: 60_000 })
    return 'done'
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** Ends the connection of the run, as an administrator would. */
async function cut(chain: ChainOnServer): Promise<void> {
  const [row] = await chain.sql('SELECT backend FROM interphase_project')
  await endConnection(chain.dialect, chain.url, String(row?.['backend']).split('/')[0] ?? '')
}
