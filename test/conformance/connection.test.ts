import { expect } from 'chai'
import type { InterphaseError } from '../../src/error.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { startPooler } from '../support/pooler.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onEveryServer, onServers, type ServerName, serverUrl } from '../support/servers.ts'
import { TINY } from '../support/tiny.ts'

const SECRET = 'Hush-0nly-4-Tests'

describe('a database that cannot be worked on', () => {
  after(removeProjects)

  onEveryServer((server) => {
    const user = `small_${process.pid}_${server.replaceAll('-', '_')}`

    before(async () => {
      const url = await serverUrl(server)
      if (url !== undefined) await execute(url, ...creating(server, user))
    })

    after(async () => {
      const url = await serverUrl(server)
      if (url !== undefined) await execute(url, isPostgres(server) ? `DROP USER ${user}` : `DROP USER ${user}@'%'`)
    })

    it('is not named', async () => {
      const chain = await recordedOn(server, TINY)
      const { Interphase } = await import('../../src/engine.ts')
      const engine = await Interphase.open({ directory: chain.root })
      const { exitCode, facts } = await rejected(engine.upgrade(), 'database.no-url')
      expect({ exitCode, facts }).to.deep.equal({ exitCode: 2, facts: { command: 'up' } })
    })

    it('is not reached', async () => {
      const chain = await recordedOn(server, TINY)
      const databaseUrl = changed(chain.url, { port: '1', password: SECRET })
      const error = await rejected((await chain.open({ databaseUrl })).upgrade(), 'database.unreachable')
      expect(error.message).to.include('127.0.0.1:1')
      expectSilent(error, chain)
    })

    it('needs a certificate file that does not exist', async () => {
      const chain = await recordedOn(server, TINY)
      const engine = await chain.open({ tls: { mode: 'verify', ca: '/nowhere/ca.pem' } })
      const { facts } = await rejected(engine.upgrade(), 'config.certificate')
      expect(facts).to.include({ file: '/nowhere/ca.pem' })
    })

    it('does not let the user in, and the password is nowhere', async () => {
      const chain = await recordedOn(server, TINY)
      const databaseUrl = changed(chain.url, { username: isPostgres(server) ? `nobody_${process.pid}` : user, password: SECRET })
      const error = await rejected((await chain.open({ databaseUrl })).upgrade(), 'database.login')
      expect(error.message).to.include('refused the login of')
      expectSilent(error, chain)
    })

    it('does not show its ledger, which is not taken for none', async () => {
      const chain = await recordedOn(server, TINY)
      await chain.up({ to: 'r1' })
      const database = new URL(chain.url).pathname.slice(1)
      await chain.sql(isPostgres(server) ? `GRANT SELECT ON item TO ${user}` : `GRANT SELECT ON ${database}.item TO ${user}@'%'`)
      const engine = await chain.open({ databaseUrl: changed(chain.url, { username: user, password: 'right-one' }) })
      const { message } = await rejected(engine.status({ compareSchema: false }), 'database.privilege')
      expect(message).to.include('interphase_project')
      if (isPostgres(server)) await chain.sql(`DROP OWNED BY ${user}`)
    })

    it('does not allow what a migration does, and says what', async () => {
      const chain = await recordedOn(server, TINY)
      await chain.up({ to: 'r2', phase: 'expand' })
      await chain.sql("INSERT INTO item (id, name) VALUES (1, 'flange')", ...granting(server, user, new URL(chain.url).pathname.slice(1)))
      const engine = await chain.open({ databaseUrl: changed(chain.url, { username: user, password: 'right-one' }) })
      const { message } = await rejected(engine.upgrade({ confirmed: true }), 'database.privilege')
      expect(message)
        .to.match(/item/)
        .and.to.match(/denied|owner/i)
      expect(message).not.to.include('right-one')
      expect(await chain.sql('SELECT price FROM item')).to.deep.equal([{ price: null }])
      // The role can go only when no database speaks of it any more.
      if (isPostgres(server)) await chain.sql(`DROP OWNED BY ${user}`)
    })
  })

  onServers(['postgres'], (server) => {
    it('stands behind a transaction pooler', async function () {
      const chain = await recordedOn(server, TINY)
      const pooler = await startPooler(chain.url)
      if (pooler === undefined) return this.skip()
      try {
        const engine = await chain.open({ databaseUrl: pooler.url })
        const { message } = await rejected(engine.upgrade({ confirmed: true }), 'database.pooler')
        expect(message).to.include('pooler in transaction mode')
        expect(await chain.sql("SELECT to_regclass('item') AS item")).to.deep.equal([{ item: null }])
        expect(
          await chain.sql(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
          ),
        ).to.deep.equal([])
        const [server] = (await engine.diagnose()).findings
        expect(server).to.include({ about: 'server', good: false })
        expect(server?.says).to.include('pooler in transaction mode')
        // A server connection keeps the prepared statements of the sessions before, so a command may fail that only reads.
        const others = [() => engine.status({ compareSchema: true }), () => engine.plan(), () => engine.status()]
        const ended = await Promise.allSettled(others.map((command) => command()))
        const failed = ended.flatMap((one) => (one.status === 'rejected' ? [(one.reason as InterphaseError).code] : []))
        expect(new Set(failed)).to.satisfy((codes: ReadonlySet<string>) => [...codes].every((code) => code === 'database.pooler'))
        for (const { about, says } of (await engine.diagnose()).findings) expect(says, about).to.not.include('prepared statement')
        await chain.up({ to: 'r1' })
      } finally {
        await pooler.stop()
      }
    })
  })
})

function isPostgres(server: ServerName): boolean {
  return server.startsWith('postgres')
}

function creating(server: ServerName, user: string): readonly string[] {
  return isPostgres(server) ? [`CREATE USER ${user} PASSWORD 'right-one'`] : [`CREATE USER ${user}@'%' IDENTIFIED BY 'right-one'`]
}

/** All that the ledger needs, and of the project's own table only reading. */
function granting(server: ServerName, user: string, database: string): readonly string[] {
  const ledger = ['interphase_project', 'interphase_migration', 'interphase_run', 'interphase_note']
  if (isPostgres(server))
    return [
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${user}`,
      `GRANT CREATE ON SCHEMA public TO ${user}`,
      `GRANT ALL ON ${ledger.join(', ')} TO ${user}`,
    ]
  return [
    `GRANT CREATE, SELECT ON ${database}.* TO ${user}@'%'`,
    ...ledger.map((table) => `GRANT ALL ON ${database}.${table} TO ${user}@'%'`),
  ]
}

function changed(url: string, parts: Partial<Pick<URL, 'port' | 'username' | 'password'>>): string {
  return Object.assign(new URL(url), parts).href
}

/** The secret is in no message, fact, cause, stack or event. */
function expectSilent(error: InterphaseError, { events }: ChainOnServer): void {
  const causes: unknown[] = []
  for (let at: unknown = error; at instanceof Error; at = at.cause) causes.push(at.message, at.stack, JSON.stringify(at))
  expect(JSON.stringify([causes, error.facts, error.remedy, events])).not.to.include(SECRET)
}
