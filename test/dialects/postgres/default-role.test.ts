import { tmpdir } from 'node:os'
import { expect } from 'chai'
import { loadDialect } from '../../../src/dialects/open.ts'
import { openPostgresScratchServer } from '../../../src/dialects/postgres/scratch/scratch.ts'
import { postgresServerSessionController } from '../../../src/dialects/postgres/server/processes.ts'
import { openPostgresSession } from '../../../src/dialects/postgres/session/connect.ts'
import { postgresRunLock } from '../../../src/dialects/postgres/session/run-lock.ts'
import type { PostgresSession } from '../../../src/dialects/postgres/session/session.ts'
import { isBehindTransactionPooler } from '../../../src/ledger/pooler.ts'
import { execute } from '../../support/servers.ts'
import { AT, onPostgres, problemOf, until } from './fixture.ts'

const SHOP = { project: 'shop' }

describe('postgres: a user whose sessions begin with the role of the owner', () =>
  onPostgres(({ url }) => {
    const opened: PostgresSession[] = []
    let target = { url: '', purpose: 'interphase test' }
    const open = async () => {
      const session = await openPostgresSession(target)
      opened.push(session)
      return session
    }
    before(async () => {
      const database = new URL(url()).pathname.slice(1)
      const [owner, user] = [`${database}_owner`, `${database}_deploy`]
      await execute(
        url(),
        `CREATE ROLE ${owner} CREATEDB`,
        `CREATE ROLE ${user} LOGIN IN ROLE ${owner}`,
        `ALTER ROLE ${user} SET role TO ${owner}`,
        `GRANT ALL ON SCHEMA public TO ${owner}`,
      )
      target = { url: Object.assign(new URL(url()), { username: user }).href, purpose: 'interphase test' }
    })
    afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())))

    it('is not taken for a pooler, and creates objects as the owner', async () => {
      const session = await open()
      expect(await isBehindTransactionPooler(session, await loadDialect('postgres'), target)).to.equal(false)
      await session.execute('CREATE TABLE IF NOT EXISTS owned (id integer)', AT)
      const { rows } = await session.execute("SELECT tableowner AS owner FROM pg_tables WHERE tablename = 'owned'", AT)
      expect(rows[0]?.['owner']).to.match(/_owner$/)
    })

    it('drops a shadow with an open connection', async () => {
      const server = await openPostgresScratchServer({ url: target.url, cacheDirectory: tmpdir() })
      opened.push(await openPostgresSession({ ...target, ...(await server.create('left')) }))
      await server.drop('left')
      expect(await server.has('left')).to.equal(false)
      await server.close()
    })

    it('finds, cancels and ends the other sessions of the user', async () => {
      const [holder, waiter, third] = [await open(), await open(), await open()]
      expect(await postgresRunLock.acquire(holder, SHOP)).to.equal(true)
      expect((await postgresRunLock.holder(third, SHOP))?.backend).to.equal(holder.backend)
      await holder.execute('CREATE TABLE IF NOT EXISTS busy (id integer)', AT)
      await holder.begin()
      await holder.execute('LOCK TABLE busy', AT)
      const problem = problemOf(waiter.execute('/* tag-9 */ SELECT * FROM busy', AT))
      await until(async () => (await postgresServerSessionController.blockersOf(third, waiter.backend)).length > 0)
      expect((await postgresServerSessionController.running(third, 'tag-9'))?.backend).to.equal(waiter.backend)
      await waiter.cancel()
      expect(await problem).to.include({ code: 'statement.failed' })
      await postgresServerSessionController.end(third, holder.backend)
      await until(async () => !(await postgresServerSessionController.alive(third, holder.backend)))
    })
  }))
