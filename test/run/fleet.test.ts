import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { GateInPolicy } from '../../src/phase/gate.ts'
import { readPolicies } from '../../src/project/policies.ts'
import type { UpgradeOptions } from '../../src/run/upgrade.ts'
import { moduleFile } from '../support/built.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, recordedOn } from '../support/chain.ts'
import { type InstanceSettings, killInstances, startedInstance, startInstance } from '../support/fleet-app.ts'
import { reasonsWhyContractIsHeld } from '../support/held.ts'
import { removeProjects } from '../support/project.ts'
import { startMariaDb } from '../support/server-mariadb.ts'
import { execute, onServers, type ServerName, serverUrl, withDatabase } from '../support/servers.ts'

const SUPPORT = join(import.meta.dirname, '..', 'support')

const RELEASES: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY, old int);',
  'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price int;',
  'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
}
const OLD = { release: 'r1', column: 'old', joins: true, leaseSeconds: 600 } as const
const NEW = { release: 'r2', column: 'price', joins: true, leaseSeconds: 600 } as const

describe('old and new instances under the gate fleet', function () {
  this.timeout(300_000)
  afterEach(killInstances)
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('hold contract until the last old one has left, also when it was killed', async () => {
      const chain = await expanded(server, { gate: 'fleet' })
      const start = (settings: Omit<InstanceSettings, 'url'>) => startedInstance({ ...settings, url: chain.url })
      const [first, second] = [await start(OLD), await start({ ...OLD, leaseSeconds: 3 })]
      await chain.up({ phase: 'migrate' })
      expect(await reasonsWhyContractIsHeld(chain)).to.match(/^2 live instances of r1/)
      const [third, fourth] = [await start(NEW), await start(NEW)]
      await first.stop()
      expect(await reasonsWhyContractIsHeld(chain)).to.match(/^1 live instance of r1/)
      expect(await second.work()).to.equal(undefined)
      await second.kill()
      // The lease of the killed instance runs out, and nothing else opens the gate.
      expect(await reasonsWhyContractIsHeld(chain)).to.match(/^1 live instance of r1/)
      await untilOpen(chain)
      const { releases } = await (await chain.open()).fleet()
      expect(releases.map(({ release, live, dead, runs }) => ({ release, live, dead, runs }))).to.deep.equal([
        { release: 'r1', live: 0, dead: 1, runs: 'yes' },
        { release: 'r2', live: 2, dead: 0, runs: 'yes' },
      ])
      await chain.up({ only: 'contract' })
      expect(await Promise.all([third.work(), fourth.work()])).to.deep.equal([undefined, undefined])
      expect(await startInstance({ ...OLD, url: chain.url })).to.match(
        /^IncompatibleReleaseError: code of release r1 cannot start on this database any more: the contract of r2 began on \d{4}-/,
      )
      await Promise.all([third.stop(), fourth.stop()])
      expect((await (await chain.open()).fleet()).instances.map(({ release, live }) => ({ release, live }))).to.deep.equal([
        { release: 'r1', live: false },
      ])
    })

    // MariaDB shows no names of sessions unless its performance schema is on.
    for (const way of server === 'mariadb' ? (['users'] as const) : (['application', 'users'] as const))
      it(`hold contract when an old one does not join and only connects, which the gate sees by the parameter ${way}`, async () => {
        const { gate, old, url, forget } = await notJoining(server, way)
        const chain = await expanded(server, gate)
        const instance = await startedInstance({ ...OLD, ...old, joins: false, url: await url(chain) })
        const other = await startedInstance({ ...NEW, url: chain.url })
        await chain.up({ phase: 'migrate' })
        expect(await reasonsWhyContractIsHeld(chain)).to.match(/^\d sessions? of /)
        await instance.stop()
        await untilOpen(chain)
        await chain.up({ only: 'contract' })
        await other.stop()
        await forget(chain)
      })

    it('hold contract when an old one joins after the first answer, and do not start once contract has noted its beginning', async () => {
      // The run asks the gates in order, so the command comes after the first answer of the gate "fleet".
      const joining = {
        gate: 'command',
        name: 'late',
        command: [process.execPath, join(SUPPORT, 'join-once.mjs'), moduleFile('fleet/index')],
      } as const
      const chain = await expanded(server, { gate: 'fleet' }, (url) => ({ ...joining, command: [...joining.command, url, 'r1'] }))
      const fresh = await startedInstance({ ...NEW, url: chain.url })
      await chain.up({ phase: 'migrate' })
      writeFileSync(join(chain.root, 'join'), '')
      const { facts } = await rejected(chain.up({ only: 'contract' }), 'phase.held')
      expect(facts.reasons.join()).to.match(/^1 live instance of r1/)
      expect(existsSync(join(chain.root, 'join'))).to.equal(false)
      await chain.sql("DELETE FROM interphase_fleet WHERE instance = 'late'")
      const found: unknown[] = []
      const crash = async (point: string) => {
        if (point === 'after begin' || point === 'before intent') found.push(await startInstance({ ...OLD, url: chain.url }))
      }
      await (await chain.open({ crash })).upgrade({ confirmed: true })
      expect(found).to.have.length(1)
      expect(found[0]).to.match(/^IncompatibleReleaseError: .* the contract of r2 began on /)
      await fresh.stop()
    })

    it('do not start on a database that lacks the expand of their release', async () => {
      const chain = await recordedOn(server, RELEASES)
      const said =
        'IncompatibleReleaseError: code of release r2 cannot start on this database yet: expand of r2 is not done. Run: interphase'
      expect(await startInstance({ ...NEW, url: chain.url })).to.include('is not done. Run: interphase up --to r2 --phase expand')
      await chain.up({ to: 'r1' })
      expect(await startInstance({ ...NEW, url: chain.url })).to.equal(`${said} expand`)
    })
  })

  onServers(['mariadb'], (server) => {
    it('hold contract where the server does not show the names of sessions', async () => {
      const chain = await expanded(server, { gate: 'fleet', application: 'shop' })
      expect(await reasonsWhyContractIsHeld(chain)).to.include('the performance schema is off')
    })

    it('hold contract by the names of their sessions where the performance schema is on', async () => {
      const started = await startMariaDb(['--performance-schema=ON'])
      try {
        const chain = await expanded(server, { gate: 'fleet', application: 'shop' })
        await execute(started.url, 'CREATE DATABASE watched')
        const url = withDatabase(started.url, 'watched')
        const up = async (options: Partial<UpgradeOptions>) =>
          (await chain.open({ databaseUrl: url })).upgrade({ confirmed: true, ...options })
        await up({ phase: 'migrate' })
        const old = await startedInstance({ ...OLD, name: 'shop/r1', joins: false, url })
        const fresh = await startedInstance({ ...NEW, name: 'shop/r2', joins: false, url })
        expect(await reasonsWhyContractIsHeld({ up })).to.match(/^\d sessions? of shop\/r1/)
        await old.stop()
        for (const until = Date.now() + 60_000; Date.now() < until && (await reasonsWhyContractIsHeld({ up })) !== 'contract ran'; )
          await delay(100)
        expect(await fresh.work()).to.equal(undefined)
        await fresh.stop()
        expect(await up({})).to.deep.include({ ran: [] })
      } finally {
        await started.stop()
      }
    })
  })
})

/** A database after the expand of r2, whose contract opens with this gate among the others. */
async function expanded(server: ServerName, gate: GateInPolicy, second?: (url: string) => GateInPolicy): Promise<ChainOnServer> {
  const { expand, migrate, contract } = readPolicies()
  const filesWith = (gates: readonly GateInPolicy[]) => {
    const policies = { expand, migrate, contract: { ...contract, opens: [...contract.opens, ...gates] } }
    return Object.fromEntries(Object.entries(policies).map(([phase, policy]) => [`/phases/${phase}.json`, JSON.stringify(policy)]))
  }
  const chain = await recordedOn(server, { ...RELEASES, ...filesWith([gate]) }, { phases: 'phases' })
  if (second) chain.put(filesWith([gate, second(chain.url)]))
  await chain.up({ to: 'r1' })
  await chain.sql('INSERT INTO item (id, old) VALUES (1, 1)')
  await chain.up({ phase: 'expand' })
  return chain
}

/** How an old instance that does not join is found on this server. */
async function notJoining(server: ServerName, way: 'application' | 'users') {
  if (way === 'application') {
    return {
      gate: { gate: 'fleet', application: 'shop' } as const,
      old: { name: 'shop/r1' },
      url: (chain: ChainOnServer) => Promise.resolve(chain.url),
      forget: () => Promise.resolve(),
    }
  }
  const user = `old_${process.pid}`
  const admin = (await serverUrl(server)) ?? ''
  const isPostgres = server === 'postgres'
  const accounts = isPostgres ? [user] : [`${user}@'%'`, `${user}@'localhost'`]
  for (const account of accounts)
    await execute(admin, `DROP ${isPostgres ? 'ROLE' : 'USER'} IF EXISTS ${account}`, `CREATE USER ${account}`)
  return {
    gate: { gate: 'fleet', users: [user] } as const,
    old: {},
    url: async (chain: ChainOnServer) => {
      const on = isPostgres ? 'item' : `${new URL(chain.url).pathname.slice(1)}.*`
      for (const account of accounts) await chain.sql(`GRANT SELECT ON ${on} TO ${account}`)
      return Object.assign(new URL(chain.url), { username: user, password: '' }).href
    },
    forget: async (chain: ChainOnServer) => {
      if (isPostgres) await chain.sql(`DROP OWNED BY ${user}`)
      for (const account of accounts) await execute(admin, `DROP USER ${account}`)
    },
  }
}

async function untilOpen(chain: ChainOnServer): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await delay(100)) {
    const { next } = await chain.status()
    if (next?.held.length === 0) return
  }
  throw new Error('the gate stays shut')
}
