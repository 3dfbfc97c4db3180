import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { readPolicies } from '../../src/project/policies.ts'
import { type ChainOnServer, type Files, recordedOn } from '../support/chain.ts'
import { killInstances, startedInstance } from '../support/fleet-app.ts'
import { reasonsWhyContractIsHeld } from '../support/held.ts'
import type { StartedServer } from '../support/process.ts'
import { removeProjects } from '../support/project.ts'
import { findMariaDb, startMariaDb } from '../support/server-mariadb.ts'
import { findMySql, startMySql } from '../support/server-mysql.ts'
import { embeddedPostgres, startPostgres } from '../support/server-postgres.ts'
import { execute, withDatabase } from '../support/servers.ts'

const RELEASES: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, old int);',
  'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price int;',
  'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
}

// The other test servers may lose the last second of commits when they end, which is quicker.
const LASTING = '--innodb-flush-log-at-trx-commit=1'
const NOW = { postgres: 'floor(extract(epoch FROM clock_timestamp()))', mysql: 'UNIX_TIMESTAMP()', mariadb: 'UNIX_TIMESTAMP()' }

/** A server of the test's own, which can be restarted. */
const OWN = {
  postgres: async () => (embeddedPostgres() === undefined ? undefined : startPostgres(undefined, { synchronous_commit: 'on' })),
  mysql: async () => ((await findMySql()) === undefined ? undefined : startMySql([LASTING])),
  mariadb: async () => ((await findMariaDb()) === undefined ? undefined : startMariaDb([LASTING])),
}

describe('the fleet after a restart of the database', function () {
  this.timeout(300_000)
  after(removeProjects)

  for (const name of ['postgres', 'mysql', 'mariadb'] as const) {
    describe(name, () => {
      let own: StartedServer | undefined

      before(async function () {
        own = await OWN[name]()
        if (!own) this.skip()
      })

      after(async () => {
        killInstances()
        await own?.stop()
      })

      it('still holds contract, and its instances send heartbeats again', async () => {
        if (!own) throw new Error('no server')
        const chain = await expandedOn(own, name)
        const old = await startedInstance({ url: chain.url, release: 'r1', column: 'old', joins: true, leaseSeconds: 600 })
        const young = await startedInstance({ url: chain.url, release: 'r2', column: 'price', joins: true, leaseSeconds: 600 })
        await own.restart()
        // An instance whose lease ended while the server was down had no way to renew it.
        const [now] = await chain.sql(`SELECT ${NOW[name]} AS seconds`)
        const restartedAt = Number(now?.['seconds'])
        await chain.sql(
          `INSERT INTO interphase_fleet (project, instance, release_name, host, joined_at, seen_at, lease_seconds) VALUES ('shop', 'late', 'r1', 'there', 1, ${restartedAt - 1000}, 500)`,
        )
        expect(await reasonsWhyContractIsHeld(chain)).to.match(/^2 live instances of r1/)
        await untilSeenAfter(chain, restartedAt)
        expect(await old.work()).to.equal(undefined)
        await (await chain.open()).forgetInstance('late')
        expect(await reasonsWhyContractIsHeld(chain)).to.match(/^1 live instance of r1/)
        await old.stop()
        await chain.up({ only: 'contract' })
        expect(await young.work()).to.equal(undefined)
        await young.stop()
      })
    })
  }
})

async function expandedOn(own: StartedServer, name: keyof typeof OWN): Promise<ChainOnServer> {
  const { expand, migrate, contract } = readPolicies()
  const policies = { expand, migrate, contract: { ...contract, opens: [...contract.opens, { gate: 'fleet' }] } }
  const files = Object.entries(policies).map(([phase, policy]) => [`/phases/${phase}.json`, JSON.stringify(policy)])
  const recorded = await recordedOn(name, { ...RELEASES, ...Object.fromEntries(files) }, { phases: 'phases' })
  await execute(own.url, 'CREATE DATABASE shop')
  const url = withDatabase(own.url, 'shop')
  const open: ChainOnServer['open'] = (options) => recorded.open({ databaseUrl: url, ...options })
  const chain: ChainOnServer = {
    ...recorded,
    url,
    open,
    up: async (options = {}) => (await open()).upgrade({ confirmed: true, ...options }),
    sql: (...statements) => execute(url, ...statements),
  }
  await chain.up({ to: 'r1' })
  await chain.up({ phase: 'migrate' })
  return chain
}

/** Waits until each joined instance has sent a heartbeat after this time. */
async function untilSeenAfter(chain: ChainOnServer, seconds: number): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await delay(100)) {
    const { instances } = await (await chain.open()).fleet()
    const joined = instances.filter(({ instance }) => instance !== 'late')
    if (joined.length === 2 && joined.every(({ lastHeartbeat }) => Date.parse(lastHeartbeat) > seconds * 1000)) return
  }
  throw new Error('no heartbeat after the restart')
}
