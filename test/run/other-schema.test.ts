import { expect } from 'chai'
import type { Interphase } from '../../src/engine.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers } from '../support/servers.ts'
import { TINY } from '../support/tiny.ts'

/** Everything that opens the database of a project. */
const COMMANDS: Readonly<Record<string, (engine: Interphase) => Promise<unknown>>> = {
  status: (engine) => engine.status({ compareSchema: true }),
  log: (engine) => engine.history(),
  plan: (engine) => engine.plan(),
  up: (engine) => engine.upgrade({ confirmed: true }),
  expand: (engine) => engine.upgrade({ only: 'expand' }),
  undo: (engine) => engine.undo({ confirmed: true }),
  adopt: (engine) => engine.adopt(),
  stamp: (engine) => engine.stamp('r1/010-item.expand', 'done'),
}

const SCHEMAS = ['billing', 'Audit', 'my app', String.raw`a\b`, 'quo"te', 'ünï,user', "p%20+&=#?'"]

describe('a ledger in another schema than the current one', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    it('stops every command, and the parameters that the error prints select the schemas', async () => {
      const chain = await recordedOn(server, TINY)
      for (const schema of SCHEMAS) {
        await chain.sql(`CREATE SCHEMA ${quoted(schema)}`)
        await (await chain.open({ databaseUrl: within(chain, schema) })).upgrade({ confirmed: true, to: 'r1' })
      }
      await defaultPath(chain, 'audit', ...SCHEMAS)
      await chain.sql('CREATE SCHEMA audit')
      for (const [command, run] of Object.entries(COMMANDS)) {
        const { facts, message } = await rejected(run(await chain.open()), 'ledger.elsewhere')
        expect(facts.there, command).to.have.lengthOf(SCHEMAS.length)
        expect(facts.here, command).to.equal('audit: options=-csearch_path%3Daudit')
        expect(message, command).to.include('billing: options=-csearch_path%3Dbilling')
      }
      const { findings: diagnosis } = await (await chain.open()).diagnose()
      expect(diagnosis.find(({ about }) => about === 'ledger')).to.include({ good: false })
      expect(await ledgersOf(chain)).to.have.members(SCHEMAS)
      const { facts } = await rejected(chain.up(), 'ledger.elsewhere')
      for (const line of [...facts.there, facts.here ?? '']) {
        const chosen = await chain.open({ databaseUrl: `${chain.url}?${line.slice(line.indexOf(': options=') + 2)}` })
        if (line === facts.here) await chosen.upgrade({ confirmed: true, to: 'r1' })
        expect(await chosen.status({ compareSchema: true }), line).to.include({ schema: 'as planned', exitCode: 3 })
      }
      expect(await ledgersOf(chain)).to.have.members([...SCHEMAS, 'audit'])
    })

    it('is told to a role with a path of its own, and to one whose path names no schema', async () => {
      const chain = await recordedOn(server, TINY)
      await chain.up()
      for (const [path, here] of [
        ['other', 'other: options=-csearch_path%3Dother'],
        ['nowhere', undefined],
      ] as const) {
        await chain.sql(
          'CREATE SCHEMA IF NOT EXISTS other',
          `ALTER ROLE CURRENT_USER IN DATABASE ${databaseOf(chain)} SET search_path = ${path}`,
        )
        const { facts } = await rejected(chain.status(), 'ledger.elsewhere')
        expect(facts.there).to.deep.equal(['public: options=-csearch_path%3Dpublic'])
        expect(facts.here).to.equal(here)
      }
    })

    it('needs a search path with a schema', async () => {
      const chain = await recordedOn(server, TINY)
      await chain.sql(`ALTER ROLE CURRENT_USER IN DATABASE ${databaseOf(chain)} SET search_path = later`)
      const { facts } = await rejected(chain.up(), 'database.no-schema')
      expect(facts.path).to.equal('later')
      // The first remedy of the error.
      await chain.sql('CREATE SCHEMA later')
      await chain.up()
      expect((await chain.status({ compareSchema: true })).schema).to.equal('as planned')
    })

    it('is told where the path of the URL has it behind the current schema, and not where that path leaves it out', async () => {
      const chain = await recordedOn(server, TINY)
      await chain.up()
      await chain.sql('CREATE SCHEMA tenant')
      await rejected(
        (await chain.open({ databaseUrl: within(chain, 'tenant', 'public') })).upgrade({ confirmed: true }),
        'ledger.elsewhere',
      )
      await (await chain.open({ databaseUrl: within(chain, 'tenant') })).upgrade({ confirmed: true })
      const both = await chain.open({ databaseUrl: within(chain, 'tenant', 'public') })
      expect(await both.status({ compareSchema: true })).to.include({ schema: 'as planned', exitCode: 0 })
    })

    it('is adopted beside where the URL names the schema, although the reader of the catalog has changed the path', async () => {
      const chain = await recordedOn(server, TINY)
      await chain.up()
      await chain.sql('CREATE SCHEMA tenant', 'CREATE SCHEMA tools')
      const url = within(chain, 'tenant', 'tools')
      await execute(url, TINY['r1/010-item.expand.sql'] ?? '')
      expect((await (await chain.open({ databaseUrl: url })).adopt()).through).to.equal('r1/010-item.expand')
    })

    it('does not count where it is another project’s', async () => {
      const chain = await recordedOn(server, TINY)
      const other = await recordedOn(server, TINY, { project: 'other' })
      await other.open({ databaseUrl: chain.url }).then((engine) => engine.upgrade({ confirmed: true }))
      await defaultPath(chain, 'audit', 'public')
      await chain.sql('CREATE SCHEMA audit')
      expect((await chain.up()).ran).to.have.length.above(1)
      expect(await ledgersOf(chain)).to.have.members(['audit', 'public'])
    })
  })
})

function quoted(schema: string): string {
  return `"${schema.replaceAll('"', '""')}"`
}

/** The URL with this path, as a person would write it by libpq's rules. */
function within(chain: ChainOnServer, ...schemas: readonly string[]): string {
  const path = schemas.map(quoted).join(',').replaceAll(/[\\ ]/g, String.raw`\$&`)
  return `${chain.url}?options=${encodeURIComponent(`-c search_path=${path}`)}`
}

function databaseOf(chain: ChainOnServer): string {
  return quoted(new URL(chain.url).pathname.slice(1))
}

async function defaultPath(chain: ChainOnServer, ...schemas: readonly string[]): Promise<void> {
  await chain.sql(`ALTER DATABASE ${databaseOf(chain)} SET search_path = ${schemas.map(quoted).join(', ')}`)
}

async function ledgersOf(chain: ChainOnServer): Promise<readonly unknown[]> {
  const rows = await chain.sql(
    "SELECT nspname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relname = 'interphase_project'",
  )
  return rows.map((row) => row['nspname'])
}
