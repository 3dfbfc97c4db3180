import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import type { EngineOptions } from '../../src/engine.ts'
import type { LoadSignalName, ThrottlePolicy } from '../../src/phase/throttle.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, dialectOfServer, type Files, recordedOn } from '../support/chain.ts'
import type { StartedServer } from '../support/process.ts'
import { project, put, removeProjects } from '../support/project.ts'
import { findMariaDb, startMariaDb } from '../support/server-mariadb.ts'
import { findMySql, startMySql } from '../support/server-mysql.ts'
import { startPostgres, systemPostgres } from '../support/server-postgres.ts'
import { execute, onServers, type ServerName, withDatabase } from '../support/servers.ts'
import { closeTransactions, openTransaction, untilBlocked } from './blocker.ts'
import { startStep, throttledFiles } from './throttled-step.ts'

const REASON = 'The test decides when the step may go on.'
const ROWS = 7

/** The servers of this file only, because each of these signals is that of a whole server. */
const OWN: readonly (readonly [ServerName, () => Promise<(() => Promise<StartedServer>) | undefined>])[] = [
  [
    'postgres-system',
    async () => {
      const bin = await systemPostgres()
      const settings = { wal_level: 'replica', max_wal_senders: '4', archive_mode: 'on', archive_command: 'test -e open' }
      return bin === undefined ? undefined : () => startPostgres(bin, settings)
    },
  ],
  ['mariadb', async () => ((await findMariaDb()) === undefined ? undefined : () => startMariaDb())],
  ['mysql', async () => ((await findMySql()) === undefined ? undefined : () => startMySql())],
]

const only = (signal: LoadSignalName, above: number, kind: 'budget' | 'gauge' = 'budget'): Partial<ThrottlePolicy> => ({
  signals: { [signal]: { class: kind, above, reason: REASON } },
})

const AT = { file: 'test', line: 1 }

/** Each row waits at the commit for the row of the table `knob`. */
const LOCKS_AT_COMMIT = `CREATE FUNCTION locks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM knob WHERE id = 1 FOR SHARE; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER locks AFTER UPDATE ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION locks();`

/** Waits until a commit of the engine waits for a lock. */
async function untilCommitWaits({ dialect, url }: ChainOnServer): Promise<void> {
  if (dialect === 'postgres') return void (await untilBlocked(dialect, url))
  const waiting = "SELECT id FROM information_schema.processlist WHERE info LIKE 'COMMIT%' AND state LIKE 'Waiting for%lock%'"
  await untilFound(() => execute(url, waiting))
}

/** Asks until the query finds a row, at most for a minute. */
async function untilFound(ask: () => Promise<readonly unknown[]>): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await delay(50)) if ((await ask()).length > 0) return
  throw new Error('the query found no row in a minute')
}

for (const [server, find] of OWN) {
  describe(`a data step that waits for a signal of its whole server (${server})`, () => {
    let own: StartedServer | undefined
    let databases = 0
    const isPostgres = dialectOfServer(server) === 'postgres'

    before(async function () {
      const start = await find()
      if (!start) return this.skip()
      own = await start()
    })
    afterEach(closeTransactions)
    after(async () => {
      await own?.stop()
      removeProjects()
    })

    async function chainFor(throttle: Partial<ThrottlePolicy>, more: Files = {}): Promise<ChainOnServer> {
      if (!own) throw new Error('no server')
      const database = `shop_${++databases}`
      await execute(own.url, `CREATE DATABASE ${database}`)
      const recorded = await recordedOn(server, { ...throttledFiles(throttle), ...more }, { phases: 'rules' })
      const url = withDatabase(own.url, database)
      const open = (options?: EngineOptions) => recorded.open({ databaseUrl: url, ...options })
      const chain: ChainOnServer = { ...recorded, url, open, sql: (...statements) => execute(url, ...statements) }
      await (await chain.open()).upgrade({ to: 'r1' })
      for (let row = 1; row <= ROWS; row++) await chain.sql(`INSERT INTO item (id) VALUES (${row * 3})`)
      return chain
    }

    /** The step waits because of the signal while it is above its limit, and continues when `release` has brought it down. */
    async function waitsUntil(chain: ChainOnServer, signal: LoadSignalName, release: () => Promise<unknown>): Promise<void> {
      const run = await startStep(chain)
      const wait = await run.saw('batches-waiting')
      expect(wait.signal).to.equal(signal)
      expect(wait.because).to.match(new RegExp(`^${signal}( of .*)? is [0-9.,]+ .*, above the limit of `))
      expect(await chain.sql('SELECT id FROM item WHERE code IS NOT NULL')).to.deep.equal([])
      await release()
      await run.ended
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL')).to.deep.equal([])
      expect(run.events.filter(({ type }) => type === 'batches-released')).to.have.length(1)
    }

    it('active-sessions: statements of other sessions', async () => {
      const chain = await chainFor(only('active-sessions', 3))
      const sleep = isPostgres ? 'SELECT pg_sleep(120)' : 'SELECT sleep(120)'
      const sessions = await Promise.all(Array.from({ length: 6 }, () => openTransaction(chain.dialect, chain.url)))
      const asleep = sessions.map((session) => session.execute(sleep, AT).catch(() => undefined))
      await waitsUntil(chain, 'active-sessions', async () => {
        for (const session of sessions) await session.cancel()
        await Promise.all(asleep)
      })
    })

    if (isPostgres) {
      it('slot-retention: the log that a replication slot keeps', async () => {
        const chain = await chainFor(only('slot-retention', 0))
        await chain.sql("SELECT pg_create_physical_replication_slot('kept', true)", 'UPDATE item SET old = 1')
        await waitsUntil(chain, 'slot-retention', () => chain.sql("SELECT pg_drop_replication_slot('kept')"))
      })

      it('archive-queue: log files that wait for the archive', async () => {
        const chain = await chainFor(only('archive-queue', 0))
        await chain.sql('UPDATE item SET old = 1', 'SELECT pg_switch_wal()')
        await waitsUntil(chain, 'archive-queue', async () => {
          await chain.sql("COPY (SELECT 1) TO PROGRAM 'cat > open'")
          // The next file wakes the archiver, which waits after three failures.
          await chain.sql('UPDATE item SET old = 2', 'SELECT pg_switch_wal()')
        })
      })

      it('checkpoint-age: the log since the last checkpoint', async () => {
        const chain = await chainFor(only('checkpoint-age', 0.1))
        await execute(own?.url ?? '', 'CREATE TABLE filler AS SELECT n, repeat(md5(n::text), 10) FROM generate_series(1, 30000) n')
        await waitsUntil(chain, 'checkpoint-age', () => chain.sql('CHECKPOINT'))
      })

      it('old-snapshot: the transaction of an application', async () => {
        const chain = await chainFor(only('old-snapshot', 0.2))
        const old = await openTransaction(chain.dialect, chain.url, 'INSERT INTO knob VALUES (9, 9)')
        const aged =
          "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND xact_start < clock_timestamp() - interval '0.3 s'"
        await untilFound(() => chain.sql(aged))
        await waitsUntil(chain, 'old-snapshot', () => old.commit())
      })
    } else {
      it('history-list: undo records that an old transaction of an application keeps', async () => {
        const chain = await chainFor(only('history-list', 200))
        const old = await openTransaction(chain.dialect, chain.url)
        await old.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', AT).catch(() => undefined)
        await old.execute('SELECT * FROM knob', AT)
        await chain.sql(...Array.from({ length: 400 }, (_, index) => `UPDATE knob SET n = ${index + 1} WHERE id = 1`))
        await waitsUntil(chain, 'history-list', () => old.commit())
      })

      it('checkpoint-age: the redo log since the last checkpoint', async () => {
        const chain = await chainFor(only('checkpoint-age', 0.5))
        // No page is written meanwhile, so the checkpoint stays where it is.
        await execute(
          own?.url ?? '',
          'SET GLOBAL innodb_max_dirty_pages_pct = 99.99',
          'SET GLOBAL innodb_max_dirty_pages_pct_lwm = 0',
          'CREATE DATABASE other',
          'CREATE TABLE other.filler (n int PRIMARY KEY, text varchar(1000))',
          "INSERT INTO other.filler VALUES (1, repeat('x', 1000))",
          ...Array.from({ length: 12 }, (_, index) => `INSERT INTO other.filler SELECT n + ${2 ** index}, text FROM other.filler`),
        )
        await waitsUntil(chain, 'checkpoint-age', () => chain.sql('SET GLOBAL innodb_max_dirty_pages_pct = 0'))
      })
    }

    it('commit-latency: slow commits slow the step down, and quick ones end that', async () => {
      const chain = await chainFor(only('commit-latency', 400, 'gauge'), isPostgres ? { 'r1/020-slow.expand.sql': LOCKS_AT_COMMIT } : {})
      const holder = await openTransaction(chain.dialect, chain.url)
      let skippedMs = 0
      let commits = 0
      const releaseWhenBlocked = async () => {
        await untilCommitWaits(chain)
        skippedMs += 500
        await (isPostgres ? holder.commit() : holder.execute('UNLOCK TABLES', AT))
      }
      let released: Promise<unknown> = Promise.resolve()
      const crash = async (point: string) => {
        // The signals are read again before each batch.
        if (point === 'after cursor') skippedMs += 1100
        if (point !== 'before commit' || ++commits > 1) return
        await holder.execute(isPostgres ? 'UPDATE knob SET n = 1 WHERE id = 1' : 'FLUSH TABLES WITH READ LOCK', AT)
        released = releaseWhenBlocked()
      }
      const run = await startStep(chain, { crash, clock: { ...systemClock, elapsedMs: () => systemClock.elapsedMs() + skippedMs } })
      await run.ended
      await released
      const slowed = run.events.filter((event) => event.type === 'batches-slowed')
      expect(slowed.map(({ factor }) => factor > 1)).to.deep.equal([true, false])
      expect(slowed[0]?.because).to.match(/^commit-latency is .* ms, above the limit of 400 ms$/)
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL')).to.deep.equal([])
    })
  })
}

describe('a data step that waits for a command of the user', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    it('waits until the command ends with 0, and shows what it says', async () => {
      const root = project({
        'may-run.mjs':
          "import { existsSync } from 'node:fs'\nif (!existsSync(process.argv[2])) { console.log('ask the team'); process.exit(3) }",
      })
      const command = [process.execPath, `${root}/may-run.mjs`, `${root}/yes`]
      const commands = [{ name: 'on call', command, reason: REASON }]
      const chain = await recordedOn(server, throttledFiles({ commands }), { phases: 'rules' })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item (id) VALUES (3), (6), (9)')
      const run = await startStep(chain)
      const { because, reason } = await run.saw('batches-waiting')
      expect(because).to.equal('on call ended with exit code 3: ask the team')
      expect(reason).to.equal(REASON)
      put(root, { yes: '' })
      await run.ended
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL')).to.deep.equal([])
    })

    it('waits while the command cannot run', async () => {
      const commands = [{ name: 'on call', command: ['/nowhere/at-all'], reason: REASON }]
      const chain = await recordedOn(server, throttledFiles({ commands }), { phases: 'rules' })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item (id) VALUES (3), (6), (9)')
      const run = await startStep(chain, {}, { maxTimeMs: 1500 })
      expect((await run.saw('batches-waiting')).because).to.match(/^on call cannot be read: /)
      await rejected(run.ended, 'run.limit')
    })
  })
})
