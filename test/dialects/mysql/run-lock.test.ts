import { once } from 'node:events'
import { expect } from 'chai'
import { onBoth } from './support.ts'

describe('the run lock of MySQL and MariaDB', () => {
  onBoth((server, { dialect, database, open }) => {
    const { runLock, processes } = dialect
    const key = { project: 'widgets' }

    it('is held by one session, which others can name', async () => {
      const url = await database()
      const [mine, other] = [await open(url, 'interphase contract'), await open(url)]
      expect(await runLock.holder(other, key)).to.equal(undefined)
      expect(await runLock.acquire(mine, key)).to.equal(true)
      expect(await runLock.acquire(other, key)).to.equal(false)
      expect([await runLock.isHeldBy(mine, key), await runLock.isHeldBy(other, key)]).to.deep.equal([true, false])
      const holder = await runLock.holder(other, key)
      expect(holder?.backend).to.equal(mine.backend)
      expect(holder?.says).to.match(/as root, from (?:localhost|127\.0\.0\.1|::1), idle for \d+ s$/)
      if (server === 'mysql') expect(holder?.says).to.contain('interphase contract')
      await runLock.release(mine, key)
      expect(await runLock.acquire(other, key)).to.equal(true)
    })

    it('keeps projects and databases apart', async () => {
      const [url, elsewhere] = [await database(), await database()]
      const [mine, other, far] = [await open(url), await open(url), await open(elsewhere)]
      expect(await runLock.acquire(mine, key)).to.equal(true)
      expect(await runLock.acquire(other, { project: 'gadgets' })).to.equal(true)
      expect(await runLock.acquire(far, key)).to.equal(true)
    })

    it('goes with the session that held it', async () => {
      const url = await database()
      const [mine, other] = [await open(url), await open(url)]
      await runLock.acquire(mine, key)
      const lost = once(mine.lost, 'abort')
      await processes.end(other, mine.backend)
      await lost
      let got = await runLock.acquire(other, key)
      for (const until = Date.now() + 5000; !got && Date.now() < until; ) got = await runLock.acquire(other, key)
      expect(got).to.equal(true)
    })
  })
})
