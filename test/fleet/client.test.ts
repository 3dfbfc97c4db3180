import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { createPool as createCallbackPool, createConnection } from 'mysql2'
import { createPool } from 'mysql2/promise'
import { Client, Pool } from 'pg'
import { Sequelize } from 'sequelize'
import { assertCompatible, type FleetDatabase, joinFleet } from '../../src/fleet/index.ts'
import { ROOT } from '../structure/source.ts'
import { LOADER, moduleFile } from '../support/built.ts'
import { type ChainOnServer, dialectOfServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, type ServerName, serverUrl } from '../support/servers.ts'

const FILES = { 'r1/010-item.expand.sql': 'CREATE TABLE item (id int NOT NULL PRIMARY KEY);' }

interface Opened {
  readonly database: FleetDatabase
  readonly end: () => Promise<unknown>
}

/** The connections that an application may have. */
function connectionsOf(server: ServerName, url: string): Readonly<Record<string, () => Promise<Opened>>> {
  const sequelize = async () => {
    const dialect = dialectOfServer(server)
    const database = new Sequelize(dialect === 'mariadb' ? url.replace(/^mariadb:/, 'mysql:') : url, { logging: false })
    return { database, end: () => database.close() }
  }
  if (server === 'postgres') {
    const client = async () => {
      const database = new Client({ connectionString: url })
      await database.connect()
      return { database, end: () => database.end() }
    }
    const pool = async () => {
      const database = new Pool({ connectionString: url })
      return { database, end: () => database.end() }
    }
    return { 'a pool of pg': pool, 'a client of pg': client, 'Sequelize': sequelize }
  }
  const uri = url.replace(/^mariadb:/, 'mysql:')
  return {
    'a pool of mysql2/promise': async () => {
      const database = createPool(uri)
      return { database, end: () => database.end() }
    },
    'a pool of mysql2 with callbacks': async () => {
      const database = createCallbackPool(uri)
      return { database, end: () => database.promise().end() }
    },
    'a connection of mysql2 with callbacks': async () => {
      const database = createConnection(uri)
      return { database, end: () => database.promise().end() }
    },
    'Sequelize': sequelize,
  }
}

describe('joinFleet', function () {
  this.timeout(120_000)
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    let chain: ChainOnServer

    before(async () => {
      chain = await recordedOn(server, FILES)
    })

    it('joins as soon as the first run has created the tables, and until then only reports problems', async () => {
      const { database, end } = await firstOf(server, chain.url)
      const problems: unknown[] = []
      const member = joinFleet({
        database,
        project: 'shop',
        release: 'r1',
        instance: 'early',
        heartbeatSeconds: 1,
        onProblem: (error) => {
          problems.push(error)
          throw new Error('a listener that fails')
        },
      })
      expect(await member.joined).to.equal(false)
      expect(problems).to.have.lengthOf.above(0)
      expect((await (await chain.open()).fleet()).hasFleet).to.equal(false)
      await chain.up()
      for (const until = Date.now() + 30_000; (await instancesOf(chain)).length === 0 && Date.now() < until; await delay(50));
      expect(await instancesOf(chain)).to.deep.equal(['early'])
      expect(await member.leave()).to.equal(true)
      expect(await instancesOf(chain)).to.deep.equal([])
      await end()
      expect(await member.heartbeat()).to.equal(false)
    })

    for (const name of Object.keys(connectionsOf(server, ''))) {
      it(`joins, sends heartbeats and leaves over ${name}`, async () => {
        const opened = await connectionsOf(server, chain.url)[name]?.()
        if (!opened) throw new Error(name)
        const fleet = { database: opened.database, project: 'shop', release: 'r1' }
        const problems: unknown[] = []
        const member = joinFleet({
          ...fleet,
          instance: name,
          host: 'here',
          leaseSeconds: 99_999,
          onProblem: (error) => problems.push(error),
        })
        expect(await member.joined, String(problems)).to.equal(true)
        expect(await member.heartbeat()).to.equal(true)
        expect(await assertCompatible(fleet)).to.deep.equal({ answer: 'yes' })
        const [instance] = (await (await chain.open()).fleet()).instances
        expect(instance).to.include({ instance: name, release: 'r1', host: 'here', leaseSeconds: 3600, live: true, runs: 'yes' })
        expect(await member.leave()).to.equal(true)
        expect(await instancesOf(chain)).to.deep.equal([])
        const unknown: unknown = await assertCompatible({ ...fleet, release: 'r9' }).catch((error: unknown) => error)
        expect(String(unknown)).to.include('cannot start on this database yet: expand of r9 is not done')
        await opened.end()
      })
    }

    it('counts a heartbeat from the future as one of the present moment', async () => {
      const future = Math.round(Date.now() / 1000) + 86_400
      await chain.sql(
        `INSERT INTO interphase_fleet (project, instance, release_name, host, joined_at, seen_at, lease_seconds) VALUES ('shop', 'ahead', 'r1', 'here', 1, ${future}, 60)`,
      )
      const [ahead] = (await (await chain.open()).fleet()).instances
      expect(ahead?.live).to.equal(true)
      expect(Date.parse(ahead?.lastHeartbeat ?? '') / 1000).to.be.below(future - 3600)
      expect(await (await chain.open()).forgetInstance('ahead')).to.equal(true)
      expect(await (await chain.open()).forgetInstance('ahead')).to.equal(false)
    })

    it('lists 10,000 instances', async () => {
      const now = server === 'postgres' ? 'floor(extract(epoch FROM clock_timestamp()))' : 'UNIX_TIMESTAMP()'
      const digits =
        '(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)'
      await chain.sql(
        `INSERT INTO interphase_fleet (project, instance, release_name, host, joined_at, seen_at, lease_seconds)
        SELECT 'shop', concat('i', a.d, b.d, c.d, e.d), concat('r', a.d), 'here', ${now}, ${now}, 600 FROM ${digits} a, ${digits} b, ${digits} c, ${digits} e`,
      )
      const { instances, releases } = await (await chain.open()).fleet()
      expect(instances).to.have.lengthOf(10_000)
      expect(releases.map(({ live, dead }) => ({ live, dead }))).to.deep.equal(releases.map(() => ({ live: 1000, dead: 0 })))
      await chain.sql('DELETE FROM interphase_fleet')
    })

    it('needs no other privileges than those that the docs list', async () => {
      const user = `app_${process.pid}`
      const admin = (await serverUrl(server)) ?? ''
      const database = new URL(chain.url).pathname.slice(1)
      await execute(admin, ...(server === 'postgres' ? [`CREATE USER ${user}`] : [`CREATE USER ${user}@'%'`]))
      const page = readFileSync(join(ROOT, 'docs/fleet.md'), 'utf8')
      const grants = (page.match(/^GRANT .*$/gm) ?? []).filter((line) => line.includes("'@'%'") === (server !== 'postgres'))
      expect(grants).to.have.lengthOf.above(1)
      const own = grants.map((line) =>
        line.replace(/;.*/, '').replace("'shop_app'", user).replace('shop_app', user).replace('shop.', `${database}.`),
      )
      await chain.sql(...own)
      const url = Object.assign(new URL(chain.url), { username: user, password: '' }).href
      const { database: connections, end } = await firstOf(server, url)
      const fleet = { database: connections, project: 'shop', release: 'r1' }
      const member = joinFleet(fleet)
      expect(await member.joined).to.equal(true)
      expect(await member.heartbeat()).to.equal(true)
      expect(await assertCompatible(fleet)).to.deep.equal({ answer: 'yes' })
      expect(await member.leave()).to.equal(true)
      await end()
      await chain.sql(...(server === 'postgres' ? [`DROP OWNED BY ${user}`] : []))
      await execute(admin, server === 'postgres' ? `DROP USER ${user}` : `DROP USER ${user}@'%'`)
    })
  })

  it('never throws, whatever it is given', async () => {
    const wrong = [undefined, null, {}, 'postgres://shop', { query: () => Promise.reject(new Error('gone')) }, { query: undefined }]
    for (const database of wrong) {
      const member = joinFleet({ database: database as unknown as FleetDatabase, project: 'shop', release: 'r1' })
      expect(await member.joined).to.equal(false)
      expect(await member.heartbeat()).to.equal(false)
      expect(await member.leave()).to.equal(false)
    }
  })

  it('keeps no process alive', async () => {
    const script = `import { joinFleet } from ${JSON.stringify(pathToFileURL(moduleFile('fleet/index')).href)}
joinFleet({ database: { query: async () => ({ rows: [] }) }, project: 'shop', release: 'r1' })`
    const run = promisify(execFile)
    await run(process.execPath, [...LOADER, '--input-type=module', '--eval', script], { timeout: 60_000 })
  })
})

function firstOf(server: ServerName, url: string): Promise<Opened> {
  const [open] = Object.values(connectionsOf(server, url))
  if (!open) throw new Error('no connection')
  return open()
}

async function instancesOf(chain: ChainOnServer): Promise<readonly string[]> {
  return (await (await chain.open()).fleet()).instances.map(({ instance }) => instance)
}
