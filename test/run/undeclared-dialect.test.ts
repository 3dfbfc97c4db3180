import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { Interphase } from '../../src/engine.ts'
import { DIALECTS, type DialectName } from '../../src/schema/object.ts'
import { rejected } from '../support/caught.ts'
import { chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers } from '../support/servers.ts'
import { TINY } from '../support/tiny.ts'

/** Every command that opens the target. */
const COMMANDS: Readonly<Record<string, (engine: Interphase) => Promise<unknown>>> = {
  up: (engine) => engine.upgrade({ confirmed: true }),
  undo: (engine) => engine.undo({ confirmed: true }),
  adopt: (engine) => engine.adopt(),
  stamp: (engine) => engine.stamp('r1/010-item.expand', 'done'),
  status: (engine) => engine.status(),
  plan: (engine) => engine.plan(),
  log: (engine) => engine.history(),
}

describe('a database of a dialect that the project does not declare', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    const dialect = server as DialectName
    const declared = DIALECTS.filter((name) => name !== dialect)

    for (const [command, run] of Object.entries(COMMANDS)) {
      it(`is refused by ${command}, which leaves no table and no session behind`, async () => {
        const chain = await chainOn(server, TINY, { dialects: declared })
        const { facts, exitCode } = await rejected(chain.open().then(run), 'config.dialect')
        expect({ ...facts, exitCode }).to.deep.equal({ dialect, declared, exitCode: 2 })
        expect(await chain.sql(TABLES[dialect])).to.deep.equal([])
        await untilAlone(dialect, chain.url)
      })
    }

    it('is refused by the dialect of its server, whatever the scheme of its URL', async () => {
      const scheme = dialect === 'postgres' ? 'postgresql:' : 'mysql:'
      const chain = await chainOn(server, TINY, { dialects: declared })
      const engine = await chain.open({ databaseUrl: chain.url.replace(/^\w+:/, scheme) })
      expect((await rejected(engine.status(), 'config.dialect')).facts).to.deep.equal({ dialect, declared })
    })
  })
})

const TABLES: { readonly [D in DialectName]: string } = {
  postgres: "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
  mysql: 'SHOW TABLES',
  mariadb: 'SHOW TABLES',
}

const SESSIONS: { readonly [D in DialectName]: string } = {
  postgres: 'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  mysql: 'SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()',
  mariadb: 'SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()',
}

/** The server may need a moment to notice that a session was closed. */
async function untilAlone(dialect: DialectName, url: string): Promise<void> {
  for (const deadline = Date.now() + 20_000; (await execute(url, SESSIONS[dialect])).length > 0; await delay(50)) {
    if (Date.now() > deadline) throw new Error('a session was left open')
  }
}
