import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { ServerSignalName } from '../../src/phase/throttle.ts'
import { recordedOn } from '../support/chain.ts'
import type { StartedServer } from '../support/process.ts'
import { removeProjects } from '../support/project.ts'
import { startPostgresWithReplica, systemPostgres } from '../support/server-postgres.ts'
import { execute, withDatabase } from '../support/servers.ts'
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

  for (const signal of ['replica-lag', 'replica-backlog'] as const satisfies readonly ServerSignalName[]) {
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
})

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
