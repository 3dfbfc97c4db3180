import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const functionOf = (body: string) => `export const up = async (q: any, S: any) => {\n${body}\n}`

describe('a function that connects by itself', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('is refused before it has reached any database, and the place is named', async () => {
      const chain = await chainOn(server, {})
      const own = `const own = new S(${JSON.stringify(chain.url.replace('mariadb:', 'mysql:'))}, { logging: false })\nawait own.query('CREATE TABLE past_the_engine (id int)')`
      chain.put({ '1/010-a.expand.ts': functionOf(own) })
      const { facts } = await rejected(chain.record(), 'migration.own-connection')
      expect(facts).to.include({ file: 'releases/1/010-a.expand.ts', where: new URL(chain.url).host })
      expect(await chain.sql(`SELECT 1 FROM information_schema.tables WHERE table_name = 'past_the_engine'`)).to.deep.equal([])
    })

    it('is refused also where it catches the error', async () => {
      const chain = await chainOn(server, {})
      const own = `const own = new S(${JSON.stringify(chain.url.replace('mariadb:', 'mysql:'))}, { logging: false })\nawait own.authenticate().catch(() => undefined)`
      chain.put({ '1/010-a.expand.ts': functionOf(own) })
      await rejected(chain.record(), 'migration.own-connection')
    })

    it('names the line of a statement that fails and of an error of its own, in helpers of its file, too', async () => {
      const chain = await chainOn(server, {
        '1/010-a.expand.ts': `${functionOf('await helper(q)')}\nasync function helper(q: any) {\n  await q.describeTable('nowhere').catch(() => [])\n  await q.addColumn('nowhere', 'a', { type: 'integer' })\n}`,
      })
      expect((await rejected(chain.record(), 'record.failed')).facts.problem).to.include('releases/1/010-a.expand.ts:6')
      chain.put({ '1/010-a.expand.ts': functionOf(`await q.sequelize.query('SELECT 1')\nnull.missing`) })
      expect((await rejected(chain.record(), 'record.failed')).facts.problem).to.match(
        /^releases\/1\/010-a\.expand\.ts:3: the migration threw an error/,
      )
    })
  })
})
