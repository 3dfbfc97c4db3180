import { AsyncResource } from 'node:async_hooks'
import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn, type Files, scratchDatabases } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onEachDialect, serverUrl } from '../support/servers.ts'

// Phased order differs from authored order, so that both are executed.
const REST: Files = {
  'r1/010-thing.contract.sql': "ALTER TABLE thing ADD CONSTRAINT thing_name CHECK (name <> '');",
  'r1/020-other.expand.sql': 'CREATE TABLE other (id int PRIMARY KEY);',
}

const TABLE = 'CREATE TABLE thing (id int PRIMARY KEY, name varchar(20) NOT NULL)'

/** An expand that makes the table, and before it counts in what all who run it share how many have come so far. */
function counted(counter: string, failsWhile: string): Files {
  return {
    ...REST,
    'r1/010-thing.expand.ts': `import { expand } from 'interphase'

export default expand({
  async up({ query }) {
    const come = (Reflect.get(globalThis, '${counter}') ?? 0) + 1
    Reflect.set(globalThis, '${counter}', come)
    if (${failsWhile}) throw new Error('somebody else is at it')
    await query('${TABLE}')
  },
})
`,
  }
}

describe('two orders side by side', () => {
  after(removeProjects)

  onEachDialect((server) => {
    it('count a failure only where it comes alone too', async () => {
      const chain = await chainOn(server, counted(`once on ${server}`, 'come === 1'))
      await chain.record()
      const orders = chain.events.flatMap((event) => (event.type === 'order-executed' ? [event.order] : []))
      expect(orders).to.deep.equal(['authored', 'phased'])
      expect(await (await chain.open()).check()).to.have.property('ok', true)
    })

    it('are refused for what fails each time, with the order as it was written', async () => {
      const chain = await chainOn(server, counted(`always on ${server}`, 'true'))
      const { facts } = await rejected(chain.record(), 'record.failed')
      expect(facts).to.include({ migration: 'r1/010-thing.expand', order: 'authored' })
      expect(facts.problem).to.include('somebody else is at it')
      expect(chain.has('r1/states')).to.equal(false)
    })

    it('end together when one loses its server, and leave nothing there', async () => {
      const own = server.startsWith('postgres') ? 'pg_backend_pid()' : 'connection_id()'
      const chain = await chainOn(server, {
        ...REST,
        'r1/010-thing.expand.sql': `${TABLE};\n`,
        'r1/015-end.contract.mjs': `export async function up({ context }) {
  const [[{ id }]] = await context.sequelize.query('SELECT ${own} AS id')
  await globalThis.endSessionOfTest(id)
  await context.sequelize.query('SELECT 1')
}`,
      })
      const url = (await serverUrl(server)) ?? ''
      // Called as if from here: a function may not open a connection of its own.
      const end = AsyncResource.bind((id: string | number) =>
        execute(url, server.startsWith('postgres') ? `SELECT pg_terminate_backend(${id})` : `KILL ${id}`),
      )
      Object.assign(globalThis, { endSessionOfTest: end })
      await rejected(chain.record(), 'database.lost')
      expect(await scratchDatabases(server)).to.deep.equal([])
    })
  })
})
