import { expect } from 'chai'
import type { Event } from '../../src/event.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onEachDialect } from '../support/servers.ts'
import { TINY } from '../support/tiny.ts'

describe('two runs at once', () => {
  after(removeProjects)

  onEachDialect((server) => {
    it('are one that works and one that says who has the lock', async () => {
      const chain = await recordedOn(server, TINY)
      const working = await halted(chain)
      const second = await chain.open({ by: 'second@host' })
      const { message, exitCode } = await rejected(second.upgrade({ confirmed: true }), 'lock.busy')
      expect(message).to.include('first@host')
      expect(exitCode).to.equal(6)
      working.goOn()
      expect((await working.end).ran).to.have.length(4)
    })

    it('are one that works and one that waits, and then finds nothing to do', async () => {
      const chain = await recordedOn(server, TINY)
      const working = await halted(chain)
      const waiting = new Promise<void>((resolve) => {
        const emit = (event: Event) => (event.type === 'lock-waiting' ? resolve() : undefined)
        void chain.open({ emit }).then((second) => (ended = second.upgrade({ confirmed: true, waitMs: 100_000 })))
      })
      let ended: Promise<unknown> | undefined
      await waiting
      working.goOn()
      expect((await working.end).ran).to.have.length(4)
      expect(await ended).to.deep.include({ ran: [] })
      expect(await chain.sql('SELECT held_by FROM interphase_project')).to.deep.equal([{ held_by: null }])
    })
  })
})

/** A run that stands still before its first statement until it is told to go on. */
async function halted(chain: ChainOnServer) {
  let goOn = () => {}
  const going = new Promise<void>((resolve) => (goOn = resolve))
  let reached = () => {}
  const halt = new Promise<void>((resolve) => (reached = resolve))
  const crash = async () => {
    reached()
    await going
  }
  const end = (await chain.open({ crash, by: 'first@host' })).upgrade({ confirmed: true })
  await Promise.race([halt, end])
  return { end, goOn }
}
