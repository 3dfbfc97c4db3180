import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { chainOn } from '../support/chain.ts'
import { type Image, imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onServers } from '../support/servers.ts'
import { type Ending, type Victim, Walks } from '../support/walk.ts'
import { ROWS, sessionFiles } from './session-cases.ts'

const MODES = ['dieAt', 'stopAt', 'cutAt'] as const

// So many walks share a process, and each has two connections at most.
const AT_ONCE = 18

// Between two statements, and after a statement of which the ledger does not know yet.
const BETWEEN = /statement \d+ after (?:cursor|statement)$/

describe('a file whose statements leave something in their session', function () {
  this.timeout(600_000)
  let walks: Walks

  before(() => {
    walks = new Walks()
  })

  after(() => {
    walks.close()
    removeProjects()
  })

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    const dialect = server as DialectName
    let directory: string
    const points: Record<string, readonly string[]> = {}
    const undisturbed: Record<string, Image> = {}

    before(async () => {
      const chain = await chainOn(server, sessionFiles(dialect))
      await chain.record()
      directory = chain.root
      const url = await started('1-base')
      for (const to of ['2-asked', '3-restored']) {
        const walk = walks.begin({ directory, to, databases: [{ url }] })
        expect((await walk.ended)[0]).to.include({ type: 'done' })
        points[to] = walk.passed.filter((point) => BETWEEN.test(point))
        undisturbed[to] = await imageOf(dialect, url)
      }
    })

    it('is continued with all of it, wherever the run is killed, stopped or cut off', async () => {
      const to = '3-restored'
      const mine = points[to] ?? []
      expect(mine).to.have.length.above(20)
      const victims = await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, which) => {
          const at = mine.filter((_point, index) => index % (AT_ONCE / 3) === Math.floor(which / 3))
          return { url: await started('2-asked'), mode: MODES[which % 3] ?? 'dieAt', at: new Set(at) }
        }),
      )
      let disturbances = 0
      for (let left = victims; left.length > 0; ) {
        const databases = left.map(({ url, mode, at }): Victim => ({ url, [mode]: [...at] }))
        const endings = await walks.begin({ directory, to, databases }).ended
        left = left.filter(({ at }, index) => {
          const ending = endings[index]
          const hit = disturbancesOf(ending)
          for (const point of hit) at.delete(point)
          disturbances += hit.length
          if (ending?.type === 'done') return false
          expect(isDisturbed(ending), JSON.stringify(ending)).to.equal(true)
          return true
        })
      }
      // A run that is asked to stop ends at the next point where it can, and the next run does not pass the one between.
      expect(disturbances).to.be.above(mine.length * 2)
      for (const { url, mode } of victims) expect(await imageOf(dialect, url), mode).to.deep.equal(undisturbed[to])
    })

    it('ends as if undisturbed, or is left to a person, and never otherwise', async () => {
      const to = '2-asked'
      const asked = new Set<string>()
      const cases = (points[to] ?? []).flatMap((at, index) => {
        const modes = at.endsWith('after cursor') ? MODES : [MODES[index % MODES.length] ?? 'dieAt']
        return modes.map((mode) => ({ mode, at }))
      })
      expect(cases).to.have.length.above(40)
      for (let from = 0; from < cases.length; from += AT_ONCE) {
        const some = cases.slice(from, from + AT_ONCE)
        const urls = await Promise.all(some.map(() => started('1-base')))
        const databases = some.map(({ mode, at }, which): Victim => ({ url: urls[which] ?? '', [mode]: [at] }))
        for (const ending of await walks.begin({ directory, to, databases }).ended)
          expect(disturbancesOf(ending), JSON.stringify(ending)).to.have.lengthOf(1)
        const endings = await walks.begin({ directory, to, databases: urls.map((url) => ({ url })) }).ended
        for (const [which, ending] of endings.entries()) {
          const about = JSON.stringify([some[which], ending])
          if (ending.type === 'done') expect(await imageOf(dialect, urls[which] ?? ''), about).to.deep.equal(undisturbed[to])
          else expect(ending, about).to.include({ type: 'failed', exitCode: 8 })
          if (ending.type === 'failed' && ending.code === 'ledger.session-lost') asked.add(some[which]?.at.replace(/\.migrate.*/, '') ?? '')
        }
      }
      const files = Object.keys(sessionFiles(dialect)).filter((path) => path.startsWith(`${to}/`))
      expect([...asked].sort(), 'left to a person at some point').to.deep.equal(
        files
          .map((path) => path.replace(/\.migrate.*/, ''))
          .filter((id) => !id.includes('prepared'))
          .sort(),
      )
    })

    it('is done by hand and stamped, or taken back by hand and run again', async () => {
      const [file = ''] = (points['2-asked'] ?? []).map((at) => at.split(' ')[0] ?? '').filter((id) => id.includes('-temporary'))
      for (const verdict of ['done', 'not-done'] as const) {
        const url = await started('1-base')
        const at = `${file} statement ${dialect === 'postgres' ? 1 : 2} after cursor`
        await walks.begin({ directory, to: '2-asked', databases: [{ url, dieAt: [at] }] }).ended
        const engine = await Interphase.open({ directory, databaseUrl: url })
        const [ending] = await walks.begin({ directory, to: '2-asked', databases: [{ url }] }).ended
        expect(ending).to.include({ type: 'failed', code: 'ledger.session-lost', exitCode: 8 })
        const { exitCode, problems } = await engine.status({ compareSchema: true })
        expect({ exitCode, codes: problems.map(({ code }) => code) }).to.deep.equal({ exitCode: 8, codes: ['ledger.session-lost'] })
        if (verdict === 'done') await execute(url, 'UPDATE item SET m = 1 WHERE id IN (2, 3)')
        else if (dialect !== 'postgres') await execute(url, 'DROP INDEX item_t ON item')
        await engine.stamp(file, verdict)
        await engine.upgrade({ to: '2-asked', confirmed: true })
        const { rows, schema } = await imageOf(dialect, url)
        expect({ rows, schema }).to.deep.equal({ rows: undisturbed['2-asked']?.rows, schema: undisturbed['2-asked']?.schema })
      }
    })

    async function started(to: string): Promise<string> {
      const url = await freshDatabase(server)
      const engine = await Interphase.open({ directory, databaseUrl: url })
      await engine.upgrade({ to: '1-base' })
      await execute(url, ...ROWS)
      if (to !== '1-base') await engine.upgrade({ to, confirmed: true })
      return url
    }
  })
})

function isDisturbed(ending: Ending | undefined): boolean {
  return ending?.type === 'killed' || (ending?.type === 'failed' && ['run.stopped', 'database.lost'].includes(ending.code))
}

function disturbancesOf(ending: Ending | undefined): readonly string[] {
  return ending?.type === 'killed' ? [ending.at] : (ending?.disturbed ?? [])
}
