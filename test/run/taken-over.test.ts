import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import { openTargetDatabase } from '../../src/dialects/open.ts'
import { InterphaseError } from '../../src/error.ts'
import { loadProjectConfig } from '../../src/project/config.ts'
import { readPolicies } from '../../src/project/policies.ts'
import { RecordedChainReader } from '../../src/project/recorded.ts'
import { readReleaseChain } from '../../src/project/releases.ts'
import type { ConnectedProject } from '../../src/run/connected-project.ts'
import { upgradeDatabase } from '../../src/run/upgrade.ts'
import type { CrashPointHook } from '../../src/work/crash.ts'
import { type ChainOnServer, dialectOfServer, type Files, recordedAt } from '../support/chain.ts'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, type ServerName, serverUrl } from '../support/servers.ts'

/** Migrations that run in one transaction, and such that run statement by statement. */
const FILES: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, n int NOT NULL);',
  'r2/010-columns.expand.sql': 'ALTER TABLE item ADD COLUMN a int;\nALTER TABLE item ADD COLUMN b int;',
  'r2/020-fill.migrate.sql': 'UPDATE item SET n = n + 1;',
  'r2/030-step.migrate.sql': '-- interphase: transaction off\nUPDATE item SET n = n + 10;\nUPDATE item SET n = n + 100;',
  'r2/040-index.migrate.postgres.sql': 'CREATE INDEX CONCURRENTLY item_n ON item (n);',
  'r2/040-index.migrate.mysql.sql': 'CREATE INDEX item_n ON item (n);',
}
const WISH = { phase: 'migrate', confirmed: true, again: new Set<string>(), waitMs: 0 } as const

/** Where a run has written to the ledger in a transaction that is open, the second run waits for the end of that transaction. */
const LOCKS_LEDGER = /before commit$|(?:fill.*|step.*) after statement$/

/** The row of the ledger is refused, or before it the loss of the lock, which this session gave up itself, is noticed. */
const STOPPED = ['ledger.taken-over', 'lock.lost', 'migration.trespass']

describe('a run whose ledger another run has taken over', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    const second = `second_${process.pid}`

    before(async () => {
      await execute((await serverUrl(server)) ?? '', ...USER[dialectOfServer(server)].create(second))
    })

    after(async () => {
      const url = await serverUrl(server)
      if (url !== undefined) await execute(url, ...USER[dialectOfServer(server)].drop(second))
    })

    it('writes nothing more to it, wherever it was, and the next run finishes its work', async () => {
      const points: string[] = []
      const whole = await withItem(server)
      await runWith(whole, (point, migration, statement) => void points.push(placeOf(point, migration, statement)))
      const undisturbed = await imageOf(whole.dialect, whole.url)
      const tried = oneOfEach(points.filter((at) => !LOCKS_LEDGER.test(at)))
      expect(tried).to.have.length.above(5)
      for (const at of tried) {
        const chain = await withItem(server)
        await chain.sql(...USER[chain.dialect].grant(second, new URL(chain.url).pathname.slice(1)))
        let taken: readonly string[] | undefined
        const outcome = await runWith(chain, async (point, migration, statement, connected) => {
          if (taken || placeOf(point, migration, statement) !== at) return
          await connected.dialect.runLock.release(connected.session, { project: 'shop' })
          await takeOver(chain, second)
          taken = await ledgerOf(chain)
        })
        expect(outcome, at).to.be.oneOf(STOPPED)
        expect(await ledgerOf(chain), at).to.deep.equal(taken)
        await chain.up()
        expect(await imageOf(chain.dialect, chain.url), at).to.deep.equal(undisturbed)
        await chain.sql(...USER[chain.dialect].revoke(second))
      }
    })

    it('commits the transaction whose row it has written before the other run begins', async () => {
      if (dialectOfServer(server) !== 'postgres') return
      const chain = await withItem(server)
      await chain.sql(...USER[chain.dialect].grant(second, new URL(chain.url).pathname.slice(1)))
      let takeover: Promise<void> | undefined
      let isOver = false
      const outcome = await runWith(chain, async (point, migration, _, connected) => {
        if (takeover || point !== 'before commit' || !migration?.startsWith('r2/010')) return
        await connected.dialect.runLock.release(connected.session, { project: 'shop' })
        takeover = takeOver(chain, second).then(() => void (isOver = true))
        while (!isOver && !(await waits(chain, second)));
        expect(isOver).to.equal(false)
      })
      await takeover
      expect(outcome).to.be.oneOf(STOPPED)
      expect((await ledgerOf(chain)).filter((row) => row.startsWith('r2/010-columns.expand done'))).to.have.lengthOf(1)
      await chain.sql(...USER[chain.dialect].revoke(second))
    })
  })
})

/** A user who sees no session of the first run, and so does not end it. */
const USER = {
  postgres: {
    create: (name: string) => [`CREATE ROLE ${name} LOGIN`],
    grant: (name: string) => [
      `GRANT USAGE, CREATE ON SCHEMA public TO ${name}`,
      `GRANT SELECT, INSERT, UPDATE ON interphase_project, interphase_migration, interphase_note, interphase_run TO ${name}`,
    ],
    revoke: (name: string) => [`DROP OWNED BY ${name}`],
    drop: (name: string) => [`DROP ROLE ${name}`],
  },
  get mysql() {
    return ON_MYSQL
  },
  get mariadb() {
    return ON_MYSQL
  },
}
const ON_MYSQL = {
  create: (name: string) => [`CREATE USER '${name}'@'%' IDENTIFIED BY 'pass'`],
  grant: (name: string, database: string) => [`GRANT ALL ON ${database}.* TO '${name}'@'%'`],
  revoke: (name: string) => [`REVOKE ALL PRIVILEGES, GRANT OPTION FROM '${name}'@'%'`],
  drop: (name: string) => [`DROP USER '${name}'@'%'`],
}

/** A real second run, of a user who sees nothing of the first one. It has nothing to do. */
async function takeOver(chain: ChainOnServer, user: string): Promise<void> {
  const url = new URL(chain.url)
  url.username = user
  url.password = 'pass'
  const before = await epochOf(chain)
  const engine = await chain.open({ databaseUrl: url.href, by: 'second@host' })
  expect(await engine.upgrade({ to: 'r1', confirmed: true })).to.deep.include({ ran: [] })
  expect(await epochOf(chain)).to.equal(before + 1)
}

async function waits(chain: ChainOnServer, user: string): Promise<boolean> {
  const rows = await chain.sql(`SELECT 1 AS waits FROM pg_stat_activity WHERE usename = '${user}' AND wait_event_type = 'Lock'`)
  return rows.length > 0
}

async function withItem(server: ServerName): Promise<ChainOnServer> {
  const chain = await recordedAt(server, 'r1', FILES)
  await chain.sql('INSERT INTO item (id, n) VALUES (1, 1000)')
  return chain
}

type Halt = (...at: [...Parameters<CrashPointHook>, connected: ConnectedProject]) => ReturnType<CrashPointHook>

/** A run in this process, of whose session the test can take the lock away. Gives the code of its error. */
async function runWith({ root, url, events }: ChainOnServer, halt: Halt): Promise<string> {
  const config = await loadProjectConfig(root)
  const target = { url, purpose: 'a test' }
  const { dialect, session } = await openTargetDatabase(target, config.dialects)
  const chain = readReleaseChain(config, dialect.name)
  const connected: ConnectedProject = {
    config,
    chain,
    dialect,
    target,
    session,
    states: new RecordedChainReader(root, chain),
    policies: readPolicies(config.phases),
    writer: { project: config.project, by: 'first@host', engine: '0' },
    clock: systemClock,
    emit: (event) => void events.push(event),
    signal: new AbortController().signal,
    crash: (point, migration, statement) => halt(point, migration, statement, connected),
    guards: true,
  }
  try {
    await upgradeDatabase(connected, WISH)
    return 'done'
  } catch (error) {
    if (error instanceof InterphaseError) return error.code
    throw error
  } finally {
    await session.close()
  }
}

/** The first place of each kind of point. */
function oneOfEach(places: readonly string[]): readonly string[] {
  return [...new Map(places.toReversed().map((at) => [at.replace(/^\S+ (?:statement \d+ )?/, ''), at])).values()]
}

function placeOf(...[point, migration, statement]: Parameters<CrashPointHook>): string {
  return [migration, ...(statement === undefined ? [] : [`statement ${statement}`]), point].join(' ')
}

async function epochOf(chain: ChainOnServer): Promise<number> {
  const [row] = await chain.sql('SELECT epoch FROM interphase_project')
  return Number(row?.['epoch'])
}

async function ledgerOf(chain: ChainOnServer): Promise<readonly string[]> {
  const rows = await chain.sql('SELECT id, run_state, run_cursor, affected FROM interphase_migration ORDER BY place')
  const notes = await chain.sql('SELECT kind, subject, fields, digest FROM interphase_note ORDER BY place')
  return [...rows, ...notes].map((row) => Object.values(row).join(' '))
}
