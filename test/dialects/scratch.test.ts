import { tmpdir } from 'node:os'
import { expect } from 'chai'
import { loadDialect } from '../../src/dialects/open.ts'
import { dialectOfServer } from '../support/chain.ts'
import { execute, onEveryServer, serverUrl } from '../support/servers.ts'

describe('scratch databases of two runs on one server', () => {
  onEveryServer((server) => {
    const openOne = async () =>
      (await loadDialect(dialectOfServer(server))).scratch({ url: (await serverUrl(server)) ?? '', cacheDirectory: tmpdir() })

    it('carry the same name and are not the same, and neither takes the other for left behind', async () => {
      const [mine, theirs] = [await openOne(), await openOne()]
      try {
        const target = await mine.create('authored')
        await execute(target.url, 'CREATE TABLE t (id int)')
        await theirs.create('authored')
        expect(await execute(target.url, 'SELECT count(*) AS n FROM t')).to.have.length(1)
        expect(await theirs.leftovers()).to.deep.equal(['authored'])
        await theirs.drop('authored')
        expect(await mine.has('authored')).to.equal(true)
      } finally {
        await mine.drop('authored')
        await mine.close()
        await theirs.close()
      }
    })

    it('are found by the next run when theirs is dead', async () => {
      const dead = await openOne()
      await dead.create('authored')
      await dead.close()
      const next = await openOne()
      try {
        const [left = '', ...more] = await next.leftovers()
        expect(left).to.match(/^interphase_scratch_[0-9a-f]{8}_authored$/)
        expect(more).to.deep.equal([])
        await next.drop(left)
        expect(await next.leftovers()).to.deep.equal([])
      } finally {
        await next.close()
      }
    })
  })
})
