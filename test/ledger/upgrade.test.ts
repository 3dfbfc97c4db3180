import { expect } from 'chai'
import type { DatabaseSession, Dialect } from '../../src/dialect/dialect.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { readAndCheckNoteChain, readLedgerHistory } from '../../src/ledger/read.ts'
import { createFleetTablesSql, createLedgerTablesSql } from '../../src/ledger/tables.ts'
import type { LedgerHistory } from '../../src/plan/history.ts'
import { readReleaseChain } from '../../src/project/releases.ts'
import { migrationsOfChainInRunOrder } from '../../src/release/order.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { EARLIER_NOTES, type EarlierRow, earlierTables, migrationRow, noteRows, pastRow, projectRow } from './earlier-ledger.ts'
import { leaseOf } from './lease.ts'

const HEAD = '-- interphase: transaction off\n'
const FILES = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, a int, b int, c int);',
  'r2/010-less.contract.sql': `${HEAD}ALTER TABLE item DROP COLUMN a;\nALTER TABLE item DROP COLUMN b;\nALTER TABLE item DROP COLUMN c;\n`,
}
const TO_UNDO = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY);',
  'r2/010-more.expand.sql': `${HEAD}ALTER TABLE item ADD COLUMN a int;\nALTER TABLE item ADD COLUMN b int;\n`,
  'r2/010-more.expand.undo.sql': `${HEAD}ALTER TABLE item DROP COLUMN b;\nALTER TABLE item DROP COLUMN a;\n`,
}
const WRITER = { project: 'shop', by: 'me', engine: '0' }
const TABLES = ['interphase_migration', 'interphase_note', 'interphase_run', 'interphase_project']

describe('a ledger of an earlier format', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    for (const format of [1, 2] as const) {
      for (const isSentDone of [false, true]) {
        it(`${format} is read as it is, and a run upgrades it and resumes; the statement sent is ${isSentDone ? '' : 'not '}done`, async () => {
          const chain = await recordedOn(server, FILES)
          await chain.sql(FILES['r1/010-item.expand.sql'], 'ALTER TABLE item DROP COLUMN a')
          if (isSentDone) await chain.sql('ALTER TABLE item DROP COLUMN b')
          await earlier(chain, format, [
            { id: 'r1/010-item.expand', state: 'done', next: 1, of: 1, sent: 0 },
            { id: 'r2/010-less.contract', state: 'running', next: 1, of: 3, sent: 1 },
          ])
          const before = await contentOf(chain)
          const engine = await chain.open()
          const history = await engine.history()
          expect(history?.format).to.equal(format)
          expect(history?.applied.map(({ run }) => run)).to.deep.equal([
            { state: 'done', at: '2015-04-30T16:45:00.000Z', affected: 0 },
            { state: 'running', cursor: { kind: 'statement', next: 1, of: 3, sent: true } },
          ])
          expect(history?.notes.map(({ kind, fields }) => ({ kind, fields }))).to.deep.equal(
            Object.values(EARLIER_NOTES).flatMap((notes) => notes.map(({ content }) => content)),
          )
          expect(history?.past).to.have.lengthOf(format - 1)
          const other = await historyOf(chain, 'store')
          expect((await chain.status({ compareSchema: false })).exitCode).to.equal(5)
          await engine.plan()
          await engine.diagnose()
          expect(await contentOf(chain)).to.deep.equal(before)

          await engine.upgrade({ confirmed: true })
          const upgraded = await engine.history()
          expect(upgraded).to.deep.include({ format: 3, past: history?.past })
          expect(upgraded?.applied.every(({ run }) => run.state === 'done')).to.equal(true)
          expect(upgraded?.notes.slice(0, history?.notes.length)).to.deep.equal(history?.notes)
          const found = isSentDone ? 'done' : 'not done'
          const cursor = { kind: 'statement', next: 1, of: 3, sent: true }
          expect(upgraded?.notes.map(({ kind, fields }) => ({ kind, fields }))).to.deep.include({
            kind: 'interrupted',
            fields: { cursor, found },
          })
          expect(await historyOf(chain, 'store')).to.deep.equal({ ...other, format: 3 })
          expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
          expect((await engine.diagnose()).findings.find(({ about }) => about === 'notes')).to.include({ good: true })
          // A run also creates the tables of the fleet.
          expect(await columnsOf(chain)).to.deep.equal(await columnsOfNew(server, createFleetTablesSql))
        })
      }
    }

    it('is upgraded by the undo that continues', async () => {
      const chain = await recordedOn(server, TO_UNDO)
      await chain.sql(TO_UNDO['r1/010-item.expand.sql'], 'ALTER TABLE item ADD COLUMN a int')
      await earlier(chain, 2, [
        { id: 'r1/010-item.expand', state: 'done', next: 1, of: 1, sent: 0 },
        { id: 'r2/010-more.expand', state: 'undoing', next: 1, of: 2, sent: 0 },
      ])
      await (await chain.open()).undo({ confirmed: true })
      const history = await (await chain.open()).history()
      expect(history?.applied.map(({ id }) => id)).to.deep.equal(['r1/010-item.expand'])
      expect(await chain.sql('SELECT * FROM item')).to.deep.equal([])
      expect(await chain.status()).to.include({ exitCode: 3, schema: 'as planned' })
    })

    it('survives the end of the connection before any statement of its upgrade', async () => {
      const chain = await recordedOn(server, FILES)
      const dialect = await loadDialect(chain.dialect)
      const columns = await columnsOfNew(server)
      let cuts = 0
      for (let ended = false; !ended; cuts += 1) {
        await dropLedger(chain)
        await earlier(chain, 1, [{ id: 'r2/010-less.contract', state: 'running', next: 1, of: 3, sent: 1 }], 2)
        const histories = await both(chain)
        const session = await dialect.open({ url: chain.url, purpose: 'a test' })
        ended = await cutBefore(cuts, session, dialect, chain.url)
        if (!ended) expect(await both(chain), `before statement ${cuts}`).to.deep.equal(histories)
        const next = await dialect.open({ url: chain.url, purpose: 'a test' })
        try {
          // The plans of these are made before the columns change.
          for (let times = 0; times < 3; times += 1) await readLedgerHistory(next, dialect, 'shop')
          await leaseOf(next, dialect, chain.url, WRITER, 20_000)
          const upgraded = await readLedgerHistory(next, dialect, 'shop')
          expect(upgraded && withoutRun(upgraded), `before statement ${cuts}`).to.deep.equal(histories[0])
          for (const project of ['shop', 'store'])
            expect((await readAndCheckNoteChain(next, project)).problems, `before statement ${cuts}`).to.deep.equal([])
        } finally {
          await next.close()
        }
        expect((await both(chain))[1]).to.deep.equal(histories[1])
        expect(await columnsOf(chain)).to.deep.equal(columns)
      }
      expect(cuts).to.be.above(15)
    })

    it('is not upgraded while another project of the database is at work', async () => {
      const chain = await recordedOn(server, FILES)
      await earlier(chain, 2, [])
      const dialect = await loadDialect(chain.dialect)
      const session = await dialect.open({ url: chain.url, purpose: 'interphase contract' })
      const before = await contentOf(chain)
      try {
        expect(await dialect.runLock.acquire(session, { project: 'store' })).to.equal(true)
        await rejected(chain.up(), 'lock.busy')
        expect(await contentOf(chain)).to.deep.equal(before)
        await dialect.runLock.release(session, { project: 'store' })
        await chain.up({ to: 'r1' })
        expect((await historyOf(chain, 'shop'))?.format).to.equal(3)
        // The locks were given back.
        expect(await dialect.runLock.acquire(session, { project: 'store' })).to.equal(true)
      } finally {
        await session.close()
      }
    })
  })
})

/** Takes the lease on a session that ends before its statement of this number. True where there are not so many statements. */
async function cutBefore(number: number, session: DatabaseSession, dialect: Dialect, url: string): Promise<boolean> {
  let sent = 0
  const cut = new Proxy(session, {
    get: (real, property) => {
      if (property !== 'query') {
        const member: unknown = Reflect.get(real, property)
        return typeof member === 'function' ? member.bind(real) : member
      }
      return async (...statement: Parameters<DatabaseSession['query']>) => {
        if (sent === number) await real.close()
        sent += 1
        return real.query(...statement)
      }
    },
  })
  try {
    await leaseOf(cut, dialect, url, WRITER)
    await session.close()
    return true
  } catch (error) {
    if (sent <= number) throw error
    return false
  }
}

/** The tables and rows of this format: a project with these migrations, and another one whose undo was interrupted. */
async function earlier(
  chain: ChainOnServer,
  format: 1 | 2,
  rows: readonly Omit<EarlierRow, 'project' | 'checksum'>[],
  notes?: number,
): Promise<void> {
  const engine = await chain.open()
  const migrations = new Map(
    migrationsOfChainInRunOrder(readReleaseChain(engine.config, chain.dialect)).map(({ id, checksum }) => [id, checksum]),
  )
  const others: readonly EarlierRow[] = [
    { project: 'store', id: 'r1/010-a.expand', checksum: 'sum', state: 'undoing', next: 2, of: 3, sent: 1 },
    { project: 'store', id: 'r1/020-b.expand', checksum: 'sum', state: 'done', next: 2, of: 2, sent: 0 },
  ]
  const ours = rows.map((row) => ({ ...row, project: 'shop', checksum: migrations.get(row.id) ?? '' }))
  await chain.sql(
    ...earlierTables(chain.dialect, format),
    ...['shop', 'store'].flatMap((project) => [
      projectRow(project, format),
      ...noteRows(project).slice(0, notes),
      ...(format === 2 ? [pastRow(project, 1)] : []),
    ]),
    ...[...ours, ...others].map((row, index) => migrationRow(row, index + 1)),
  )
}

async function dropLedger(chain: ChainOnServer): Promise<void> {
  await chain.sql(...TABLES.map((table) => `DROP TABLE IF EXISTS ${table}`))
}

/** The histories of both projects, without what a run changes of them. */
async function both(chain: ChainOnServer): Promise<readonly unknown[]> {
  const histories = [await historyOf(chain, 'shop'), await historyOf(chain, 'store')]
  return histories.map((history) => history && withoutRun(history))
}

function withoutRun(history: LedgerHistory) {
  return { ...history, holder: undefined, epoch: '7', format: undefined }
}

async function historyOf(chain: ChainOnServer, project: string): Promise<LedgerHistory | undefined> {
  const dialect = await loadDialect(chain.dialect)
  const session = await dialect.open({ url: chain.url, purpose: 'a test' })
  try {
    return await readLedgerHistory(session, dialect, project)
  } finally {
    await session.close()
  }
}

/** Every row of the ledger, as it is stored. */
async function contentOf(chain: ChainOnServer): Promise<readonly unknown[]> {
  const there = await columnsOf(chain)
  return Promise.all(
    Object.keys(there).map(async (table) => [table, there[table], await chain.sql(`SELECT * FROM ${table} ORDER BY 1, 2`)]),
  )
}

/** The columns of each table of the ledger, by name. */
async function columnsOf(chain: Pick<ChainOnServer, 'dialect' | 'sql'>): Promise<Readonly<Record<string, readonly string[]>>> {
  const schema = chain.dialect === 'postgres' ? 'current_schema()' : 'database()'
  const rows =
    await chain.sql(`SELECT concat(table_name, ' ', column_name, ' ', data_type, ' ', is_nullable, ' ', coalesce(character_maximum_length, 0)) AS name
    FROM information_schema.columns WHERE table_schema = ${schema} AND table_name LIKE 'interphase%' ORDER BY 1`)
  const columns: Record<string, string[]> = {}
  for (const name of rows.map((row) => String(row['name']))) (columns[name.split(' ')[0] ?? ''] ??= []).push(name)
  return columns
}

/** The columns of a ledger that this version has created. */
/** The columns of a new ledger, and of these further tables. */
async function columnsOfNew(server: ServerName, more: typeof createFleetTablesSql = () => []) {
  const chain = await recordedOn(server, FILES)
  const dialect = await loadDialect(chain.dialect)
  const session = await dialect.open({ url: chain.url, purpose: 'a test' })
  try {
    for (const table of [...createLedgerTablesSql(dialect), ...more(dialect)]) await session.query(table)
  } finally {
    await session.close()
  }
  return columnsOf(chain)
}
