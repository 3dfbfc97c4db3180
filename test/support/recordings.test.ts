import { expect } from 'chai'
import { chainOn, recordedOn, statesOf } from './chain.ts'
import { removeProjects } from './project.ts'
import { onServers } from './servers.ts'
import { TINY } from './tiny.ts'

describe('recordings that test files share', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('are those that a project would make for itself, also where two ask at once', async () => {
      const [one, other] = await Promise.all([recordedOn(server, TINY), recordedOn(server, TINY)])
      const itself = await chainOn(server, TINY)
      await itself.record()
      expect(Object.keys(statesOf(itself))).to.have.length.above(2)
      for (const chain of [one, other, await recordedOn(server, TINY)]) expect(statesOf(chain)).to.deep.equal(statesOf(itself))
    })

    it('are not those of another text', async () => {
      const wider = { ...TINY, 'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price bigint;' }
      const itself = await chainOn(server, wider)
      await itself.record()
      await recordedOn(server, TINY)
      expect(statesOf(await recordedOn(server, wider))).to.deep.equal(statesOf(itself))
    })
  })
})
