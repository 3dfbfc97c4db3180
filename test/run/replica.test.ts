import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { ServerLoadSignalName } from '../../src/phase/throttle.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { freePort, type StartedServer } from '../support/process.ts'
import { removeProjects } from '../support/project.ts'
import { findMariaDb, startMariaDbWithReplica } from '../support/server-mariadb.ts'
import { startPostgresWithReplica, systemPostgres } from '../support/server-postgres.ts'
import { execute, withDatabase } from '../support/servers.ts'
import { startSwitchingAddress } from '../support/switching-address.ts'
import { startStep, throttledFiles } from './throttled-step.ts'

const REASON = 'The test decides when the replica replays.'
const DEADLINE_MS = 60_000

describe('a data step on a primary whose replica is behind (postgres)', () => {
  let servers: { readonly primary: StartedServer; readonly replica: StartedServer } | undefined

  before(async function () {
    const bin = await systemPostgres()
    if (bin === undefined) return this.skip()
    servers = await startPostgresWithReplica(bin)
  })

  after(async () => {
    await servers?.replica.stop()
    await servers?.primary.stop()
    removeProjects()
  })

  for (const signal of ['replica-lag', 'replica-backlog'] as const satisfies readonly ServerLoadSignalName[]) {
    it(`waits for ${signal} while the replay is paused, and continues when it has caught up`, async () => {
      if (!servers) throw new Error('no servers')
      const { primary, replica } = servers
      const database = `shop_${signal.replace('-', '_')}`
      await execute(primary.url, `CREATE DATABASE ${database}`)
      const recorded = await recordedOn(
        'postgres-system',
        throttledFiles({ signals: { [signal]: { class: 'budget', above: 0, reason: REASON } } }),
        {
          phases: 'rules',
        },
      )
      const url = withDatabase(primary.url, database)
      const chain: typeof recorded = { ...recorded, url, open: (options) => recorded.open({ databaseUrl: url, ...options }) }
      await (await chain.open()).upgrade({ to: 'r1' })
      await execute(url, 'INSERT INTO item (id) SELECT generate_series(1, 7)')
      await caughtUp(primary.url)
      await execute(replica.url, 'SELECT pg_wal_replay_pause()')
      await execute(url, 'UPDATE item SET old = 1')
      await until(primary.url, "SELECT 1 FROM pg_stat_replication WHERE replay_lsn < pg_current_wal_lsn() AND replay_lag > interval '0'")
      const run = await startStep(chain)
      const { because } = await run.saw('batches-waiting')
      expect(because).to.match(new RegExp(`^${signal} of walreceiver is [0-9.,]+ (s|MiB), above the limit of 0 `))
      expect(await execute(url, 'SELECT id FROM item WHERE code IS NOT NULL')).to.deep.equal([])
      await execute(replica.url, 'SELECT pg_wal_replay_resume()')
      await run.ended
      expect(await execute(url, 'SELECT id FROM item WHERE code IS NULL')).to.deep.equal([])
    })
  }

  it('ends when the address leads a worker to another server', async () => {
    if (!servers) throw new Error('no servers')
    const { primary, replica } = servers
    await execute(primary.url, 'CREATE DATABASE shop_switched')
    const recorded = await recordedOn('postgres-system', throttledFiles({}), { phases: 'rules' })
    await workerOnOtherServer(recorded, withDatabase(primary.url, 'shop_switched'), replica.url, () => caughtUp(primary.url))
  })
})

describe('a data step whose configuration names a replica (mariadb)', () => {
  let servers: { readonly primary: StartedServer; readonly replica: StartedServer } | undefined

  before(async function () {
    if ((await findMariaDb()) === undefined) return this.skip()
    servers = await startMariaDbWithReplica()
  })

  after(async () => {
    await servers?.replica.stop()
    await servers?.primary.stop()
    removeProjects()
  })

  const LAG = { 'replica-lag': { class: 'budget', above: 0, reason: REASON } } as const

  async function chainOnPrimary(database: string, replicas: readonly string[]): Promise<ChainOnServer> {
    if (!servers) throw new Error('no servers')
    await execute(servers.primary.url, `CREATE DATABASE ${database}`)
    const recorded = await recordedOn('mariadb', throttledFiles({ signals: LAG }), { phases: 'rules', database: { replicas } })
    const url = withDatabase(servers.primary.url, database)
    const chain: ChainOnServer = { ...recorded, url, open: (options) => recorded.open({ databaseUrl: url, ...options }) }
    await (await chain.open()).upgrade({ to: 'r1' })
    await execute(url, 'INSERT INTO item (id) VALUES (3), (6), (9), (12), (15)')
    return chain
  }

  it('waits while the replica replays nothing, and continues when it has caught up', async () => {
    if (!servers) throw new Error('no servers')
    const replica = withDatabase(servers.replica.url, 'shop_behind')
    const { url, ...chain } = await chainOnPrimary('shop_behind', [replica])
    await until(servers.replica.url, "SELECT 1 FROM information_schema.tables WHERE table_schema = 'shop_behind' AND table_name = 'item'")
    await execute(servers.replica.url, 'STOP SLAVE SQL_THREAD')
    const run = await startStep({ ...chain, url })
    const { because } = await run.saw('batches-waiting')
    expect(because).to.match(/^replica-lag of 127\.0\.0\.1:\d+\/shop_behind is [0-9.]+ s, above the limit of 0 s$/)
    expect(await execute(url, 'SELECT id FROM item WHERE code IS NOT NULL')).to.deep.equal([])
    await execute(servers.replica.url, 'START SLAVE SQL_THREAD')
    await run.ended
    expect(await execute(url, 'SELECT id FROM item WHERE code IS NULL')).to.deep.equal([])
  })

  it('ends when the address leads a worker to another server', async () => {
    if (!servers) throw new Error('no servers')
    const { url, ...chain } = await chainOnPrimary('shop_switched', [])
    const arrived = () =>
      until(
        servers?.replica.url ?? '',
        "SELECT 1 FROM information_schema.tables WHERE table_schema = 'shop_switched' AND table_name = 'item'",
      )
    await workerOnOtherServer(chain, url, servers.replica.url, arrived)
  })

  it('waits while the replica does not answer', async () => {
    if (!servers) throw new Error('no servers')
    const gone = withDatabase(`mariadb://root@127.0.0.1:${await freePort()}/`, 'shop_gone')
    const run = await startStep(await chainOnPrimary('shop_gone', [gone]), {}, { maxTimeMs: 3000 })
    expect((await run.saw('batches-waiting')).because).to.match(/^replica-lag cannot be read: /)
    await rejected(run.ended, 'run.limit')
  })
})

/** Runs a step with workers through an address that leads to another server when the first worker connects. */
async function workerOnOtherServer(
  recorded: Pick<ChainOnServer, 'open'>,
  url: string,
  other: string,
  arrived: () => Promise<void>,
): Promise<void> {
  await (await recorded.open({ databaseUrl: url })).upgrade({ to: 'r1' })
  await execute(url, 'DELETE FROM item', 'INSERT INTO item (id) VALUES (3), (6), (9), (12), (15)')
  await arrived()
  const address = await startSwitchingAddress(url)
  try {
    const crash = (point: string) => {
      if (point === 'after row') address.switchTo(other)
    }
    const run = (await recorded.open({ databaseUrl: address.url, crash })).upgrade({ only: 'migrate', workers: 2 })
    const { exitCode } = await rejected(run, 'database.other-server')
    expect(exitCode).to.equal(8)
    expect(await execute(url, 'SELECT id FROM item WHERE code IS NOT NULL')).to.deep.equal([])
    address.switchTo(url)
    await (await recorded.open({ databaseUrl: address.url })).upgrade({ only: 'migrate', workers: 2 })
    expect(await execute(url, 'SELECT id FROM item WHERE code IS NULL')).to.deep.equal([])
  } finally {
    await address.close()
  }
}

function caughtUp(url: string): Promise<void> {
  return until(url, 'SELECT 1 FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()')
}

/** Waits until the query gives a row. */
async function until(url: string, query: string): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await delay(100)) {
    if ((await execute(url, query)).length > 0) return
  }
  throw new Error(`no row: ${query}`)
}
