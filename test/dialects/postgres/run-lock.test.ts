import { expect } from 'chai'
import { postgresServerSessionController } from '../../../src/dialects/postgres/server/processes.ts'
import { openPostgresSession } from '../../../src/dialects/postgres/session/connect.ts'
import { postgresRunLock } from '../../../src/dialects/postgres/session/run-lock.ts'
import type { PostgresSession } from '../../../src/dialects/postgres/session/session.ts'
import { isError } from '../../../src/error.ts'
import { AT, onPostgres, problemOf, until } from './fixture.ts'

const SHOP = { project: 'shop' }

describe('postgres: one runner at a time', () =>
  onPostgres(({ session, url }) => {
    const others: PostgresSession[] = []
    const other = async (purpose: string) => {
      const opened = await openPostgresSession({ url: url(), purpose })
      others.push(opened)
      return opened
    }
    afterEach(() => Promise.all(others.splice(0).map((one) => one.close())))

    it('gives the lock to one session, and names the holder to the other', async () => {
      const second = await other('interphase contract on host-3')
      expect(await postgresRunLock.acquire(second, SHOP)).to.equal(true)
      expect(await postgresRunLock.acquire(session(), SHOP)).to.equal(false)
      const holder = await postgresRunLock.holder(session(), SHOP)
      expect(holder?.backend).to.equal(second.backend)
      expect(holder?.says).to.match(/^interphase contract on host-3, from 127\.0\.0\.1, for \d+ s$/)
      expect([await postgresRunLock.isHeldBy(second, SHOP), await postgresRunLock.isHeldBy(session(), SHOP)]).to.deep.equal([true, false])
      await postgresRunLock.release(second, SHOP)
      expect(await postgresRunLock.holder(session(), SHOP)).to.equal(undefined)
      expect(await postgresRunLock.isHeldBy(second, SHOP)).to.equal(false)
    })

    it('keeps projects apart', async () => {
      const second = await other('second')
      expect(await postgresRunLock.acquire(second, SHOP)).to.equal(true)
      expect(await postgresRunLock.acquire(session(), { project: 'billing' })).to.equal(true)
      await postgresRunLock.release(session(), { project: 'billing' })
    })

    it('ends with the session, and the session says that it is lost', async () => {
      const second = await other('second')
      await postgresRunLock.acquire(second, SHOP)
      expect(await postgresServerSessionController.alive(session(), second.backend)).to.equal(true)
      await postgresServerSessionController.end(session(), second.backend)
      await until(async () => !(await postgresServerSessionController.alive(session(), second.backend)))
      expect(await postgresRunLock.acquire(session(), SHOP)).to.equal(true)
      await postgresRunLock.release(session(), SHOP)
      await until(async () => second.lost.aborted)
      expect(isError(second.lost.reason, 'database.lost')).to.equal(true)
      expect(isError(await problemOf(second.execute('SELECT 1', AT)), 'database.lost')).to.equal(true)
    })

    it('finds a tagged statement and its blockers, and cancels it', async () => {
      const [holder, waiter] = [await other('holder'), await other('waiter')]
      await holder.execute('CREATE TABLE IF NOT EXISTS busy (id integer)', AT)
      await holder.begin()
      await holder.execute('LOCK TABLE busy', AT)
      const problem = problemOf(waiter.execute('/* tag-7 */ SELECT * FROM busy', AT))
      await until(async () => (await postgresServerSessionController.blockersOf(session(), waiter.backend)).length > 0)
      const [blocker] = await postgresServerSessionController.blockersOf(session(), waiter.backend)
      expect(blocker).to.match(/^holder, .*pid \d+, idle in transaction: LOCK TABLE busy$/)
      expect((await postgresServerSessionController.running(session(), 'tag-7'))?.backend).to.equal(waiter.backend)
      expect(await postgresServerSessionController.running(session(), 'tag-8')).to.equal(undefined)
      await waiter.cancel()
      const error = await problem
      expect(isError(error, 'statement.failed') && error.facts.sqlState).to.equal('57014')
      await holder.rollback()
    })
  }))
