import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import type { ThrottlePolicy } from '../../src/phase/throttle.ts'
import { readPolicies } from '../../src/project/policies.ts'
import { interphase, start as startProgram } from '../cli/cli.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedAt, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, type ServerName } from '../support/servers.ts'
import { closeTransactions, endConnection, openTransaction, untilBlocked } from './blocker.ts'
import { type RunningStep, startStep, throttledFiles } from './throttled-step.ts'

const ROWS = 7
const STEP = 'r2/010-code.migrate'
const REASON = 'The test decides when the step may go on.'
const KNOB = { name: 'knob', sql: 'SELECT n FROM knob', above: 0, reason: REASON }

async function expanded(server: ServerName, throttle: Partial<ThrottlePolicy>): Promise<ChainOnServer> {
  const chain = await recordedAt(server, 'r1', throttledFiles(throttle), { phases: 'rules' })
  await chain.sql(...Array.from({ length: ROWS }, (_, row) => `INSERT INTO item (id) VALUES (${(row + 1) * 3})`))
  return chain
}

async function left(chain: ChainOnServer): Promise<number> {
  return (await chain.sql('SELECT id FROM item WHERE code IS NULL')).length
}

async function cursorOf(chain: ChainOnServer): Promise<{ readonly waiting?: { readonly because: string } }> {
  const [row] = await chain.sql(`SELECT run_cursor FROM interphase_migration WHERE id = '${STEP}'`)
  return JSON.parse(String(row?.['run_cursor'])) as { readonly waiting?: { readonly because: string } }
}

async function batchesIn(chain: ChainOnServer) {
  const { releases } = await (await chain.open()).status()
  return releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations)).find(({ id }) => id === STEP)?.batches
}

/** The signals that a user with the privileges of a run cannot read. */
const UNREADABLE = { postgres: ['archive-queue'], mysql: ['history-list', 'lock-waits'], mariadb: ['lock-waits'] }

/** The URL of a new user who may do everything in this database, and nothing outside it. */
async function asOwnerOf(url: string): Promise<string> {
  const user = `u_${randomBytes(5).toString('hex')}`
  const database = new URL(url).pathname.slice(1)
  await execute(
    url,
    ...(url.startsWith('postgres')
      ? [`CREATE ROLE ${user} LOGIN`, `GRANT ALL ON SCHEMA public TO ${user}`]
      : [`CREATE USER ${user}@'%'`, `GRANT ALL ON ${database}.* TO ${user}@'%'`]),
  )
  const changed = new URL(url)
  changed.username = user
  changed.password = ''
  return changed.href
}

/** The run waits once for a signal of this name, and is released. */
function expectOneWait({ events }: RunningStep, signal: string, because: string): void {
  const waits = events.filter((event) => event.type === 'batches-waiting')
  expect(waits.map((wait) => wait.signal)).to.deep.equal([signal])
  expect(waits[0]?.because).to.include(because)
  expect(events.filter((event) => event.type === 'batches-released')).to.have.length(1)
}

const OPEN_TRANSACTIONS = {
  postgres:
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'interphase%' AND xact_start IS NOT NULL",
  mysql: `SELECT trx_id FROM information_schema.innodb_trx JOIN information_schema.processlist p ON p.id = trx_mysql_thread_id WHERE p.db = database()`,
}

describe('a data step that is throttled', () => {
  after(removeProjects)
  afterEach(closeTransactions)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it("waits while the user's query is above its limit, without a transaction, and status shows why", async () => {
      const chain = await expanded(server, { queries: [KNOB] })
      await chain.sql('UPDATE knob SET n = 3')
      const run = await startStep(chain)
      const { since, reason } = await run.saw('batches-waiting')
      expect(reason).to.equal(REASON)
      expect(await left(chain)).to.equal(ROWS)
      expect(await chain.sql(OPEN_TRANSACTIONS[chain.dialect === 'postgres' ? 'postgres' : 'mysql'])).to.deep.equal([])
      expect((await batchesIn(chain))?.waiting).to.deep.equal({ because: 'knob is 3, above the limit of 0', since })
      await chain.sql('UPDATE knob SET n = 0')
      await run.ended
      expect(await left(chain)).to.equal(0)
      expectOneWait(run, 'knob', 'knob is 3')
    })

    it('works slower while a gauge is above its limit', async () => {
      const chain = await expanded(server, { queries: [{ ...KNOB, class: 'gauge' }] })
      await chain.sql('UPDATE knob SET n = 3')
      const run = await startStep(chain)
      await run.ended
      expect(run.events.filter((event) => event.type === 'batches-slowed').map(({ factor }) => factor)).to.deep.equal([10])
      expect(run.events.map(({ type }) => type)).to.not.include('batches-waiting')
      expect(await left(chain)).to.equal(0)
    })

    it('waits while a session of the application waits for a lock', async () => {
      const chain = await expanded(server, { signals: { 'lock-waits': { class: 'budget', above: 0, reason: REASON } } })
      const holder = await openTransaction(chain.dialect, chain.url, 'UPDATE knob SET n = 1')
      const waiter = execute(chain.url, 'UPDATE knob SET n = 2')
      await untilBlocked(chain.dialect, chain.url)
      const run = await startStep(chain)
      await run.saw('batches-waiting')
      expect(await left(chain)).to.equal(ROWS)
      await holder.commit()
      await waiter
      await run.ended
      expect(await left(chain)).to.equal(0)
      expectOneWait(run, 'lock-waits', 'above the limit of 0 sessions')
    })

    it('waits outside its time window', async () => {
      const chain = await expanded(server, { window: { from: '22:00', to: '06:00', reason: REASON } })
      let hour = 12
      const now = () => new Date(Date.UTC(2030, 0, 1, hour))
      const run = await startStep(chain, { clock: { ...systemClock, now } })
      await run.saw('batches-waiting')
      expect(await left(chain)).to.equal(ROWS)
      hour = 23
      await run.ended
      expect(await left(chain)).to.equal(0)
      expectOneWait(run, 'window', 'the step runs from 22:00 to 06:00 UTC, and it is 12:00')
    })

    it('waits when a signal is lost, until it is readable again', async () => {
      const chain = await expanded(server, { queries: [KNOB] })
      let skippedMs = 0
      const crash = async (point: string, _: string, batches?: number) => {
        if (point !== 'after cursor' || batches !== 0) return
        await chain.sql('ALTER TABLE knob RENAME TO lost_knob')
        skippedMs = 2000
      }
      const run = await startStep(chain, { crash, clock: { ...systemClock, elapsedMs: () => systemClock.elapsedMs() + skippedMs } })
      await run.saw('batches-waiting')
      expect(await left(chain)).to.equal(ROWS - 2)
      await chain.sql('ALTER TABLE lost_knob RENAME TO knob')
      await run.ended
      expect(await left(chain)).to.equal(0)
      expectOneWait(run, 'knob', 'knob cannot be read')
    })

    it("refuses a user's query that fails at once, gives no number, or writes", async () => {
      for (const sql of ['SELECT n FROM nowhere', "SELECT 'many'", 'SELECT 1, 2', 'SELECT 1; SELECT 2', 'UPDATE knob SET n = 9']) {
        const chain = await expanded(server, { queries: [{ ...KNOB, sql }] })
        const { exitCode } = await rejected((await startStep(chain)).ended, 'throttle.query')
        expect(exitCode, sql).to.equal(2)
        expect(await left(chain), sql).to.equal(ROWS)
        expect(await chain.sql('SELECT n FROM knob'), sql).to.deep.equal([{ n: 0 }])
      }
    })

    it('runs with the shipped limits as an ordinary user, and names the signals that this user cannot read', async () => {
      const chain = await recordedOn(server, throttledFiles(readPolicies().migrate.throttle ?? {}), { phases: 'rules' })
      const url = await asOwnerOf(chain.url)
      await (await chain.open({ databaseUrl: url })).upgrade({ to: 'r1' })
      await execute(url, 'INSERT INTO item (id) VALUES (3), (6), (9)')
      const run = await startStep(chain, { databaseUrl: url })
      const { readable, unreadable } = await run.saw('signals-read')
      expect(unreadable.map(({ signal }) => signal).sort()).to.deep.equal(UNREADABLE[chain.dialect])
      expect(readable).to.include('active-sessions')
      await run.ended
      expect(await left(chain)).to.equal(0)
    })

    it('ends its wait at a stop signal, at the time limit, and when its connection is lost', async () => {
      const chain = await expanded(server, { queries: [KNOB] })
      await chain.sql('UPDATE knob SET n = 3')
      const stop = new AbortController()
      const stopping = await startStep(chain, { signal: stop.signal })
      await stopping.saw('batches-waiting')
      stop.abort('SIGTERM')
      await rejected(stopping.ended, 'run.stopped')
      expect(await cursorOf(chain)).to.not.have.property('waiting')
      await rejected((await startStep(chain, {}, { maxTimeMs: 1500 })).ended, 'run.limit')
      expect(await cursorOf(chain)).to.not.have.property('waiting')
      const losing = await startStep(chain, {}, { waitMs: 60_000 })
      await losing.saw('batches-waiting')
      const [row] = await chain.sql('SELECT backend FROM interphase_project')
      await endConnection(chain.dialect, chain.url, String(row?.['backend']).split('/')[0] ?? '')
      await rejected(losing.ended, 'database.lost')
      await chain.sql('UPDATE knob SET n = 0')
      await chain.up({ only: 'migrate', waitMs: 60_000 })
      expect(await left(chain)).to.equal(0)
    })

    it('says at the command line why it waits, and ends with exit code 10 at SIGTERM and at --max-time', async () => {
      const chain = await expanded(server, { queries: [KNOB] })
      await chain.sql('UPDATE knob SET n = 3')
      const environment = { INTERPHASE_DATABASE_URL: chain.url }
      const program = startProgram(chain.root, ['migrate'], environment)
      await program.says('waits: knob is 3, above the limit of 0.')
      const { out } = await interphase(chain.root, ['status'], environment)
      expect(out).to.match(/0 batches, .*; waits since .*: knob is 3, above the limit of 0/)
      program.child.kill('SIGTERM')
      expect((await program.ended).code).to.equal(10)
      expect((await interphase(chain.root, ['migrate', '--max-time', '2'], environment)).code).to.equal(10)
      expect(await left(chain)).to.equal(ROWS)
    })

    it('pauses within one batch when another process asks, and continues when another process asks', async () => {
      const chain = await expanded(server, {})
      const environment = { INTERPHASE_DATABASE_URL: chain.url }
      const crash = async (point: string, _: string, batches?: number) => {
        if (point !== 'after begin' || batches !== 1) return
        const { code, err } = await interphase(chain.root, ['pause', '--because', 'the shop is slow'], environment)
        expect(code, err).to.equal(0)
      }
      const run = await startStep(chain, { crash })
      await run.saw('batches-waiting')
      expect(run.events.filter(({ type }) => type === 'batch-done')).to.have.length(2)
      expect(await left(chain)).to.equal(ROWS - 4)
      const status = await (await chain.open()).status()
      expect(status.paused).to.deep.include({ because: 'the shop is slow' })
      const { out } = await interphase(chain.root, ['status'], environment)
      expect(out).to.match(/paused by .* since .* UTC: the shop is slow/)
      expect((await interphase(chain.root, ['resume'], environment)).code).to.equal(0)
      await run.ended
      expect(await left(chain)).to.equal(0)
      expectOneWait(run, 'pause', 'the shop is slow')
      const [paused] = (await notes(chain)).filter(({ kind }) => kind === 'paused')
      expect(paused?.fields)
        .to.include({ because: 'the shop is slow', resumedBy: status.paused?.by })
        .and.have.all.keys('by', 'since', 'until', 'resumedBy', 'because')
    })

    it('does not start while the project is paused', async () => {
      const chain = await expanded(server, {})
      const engine = await chain.open()
      await engine.pause()
      await engine.pause('twice')
      const { exitCode, message } = await rejected(chain.up({ only: 'migrate' }), 'batch.paused')
      expect(exitCode).to.equal(6)
      expect(message).to.include(': twice')
      expect((await notes(chain)).slice(-2).map(({ kind }) => kind)).to.deep.equal(['paused', 'ended'])
      expect(await left(chain)).to.equal(ROWS)
      expect(await engine.resume()).to.deep.include({ because: 'twice' })
      expect(await engine.resume()).to.equal(undefined)
      await chain.up({ only: 'migrate' })
      expect(await left(chain)).to.equal(0)
    })
  })
})

async function notes(chain: ChainOnServer) {
  return (await (await chain.open()).history())?.notes ?? []
}
