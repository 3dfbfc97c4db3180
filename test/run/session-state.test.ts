import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { recordedAt, recordedOn } from '../support/chain.ts'
import { copyOfDatabase } from '../support/copy.ts'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers } from '../support/servers.ts'
import { type Ending, type Victim, Walks } from '../support/walk.ts'
import { closeTransactions, openTransaction, untilBlocked } from './blocker.ts'
import { ROWS, sessionFiles, waitingCases } from './session-cases.ts'

const MODES = ['dieAt', 'stopAt', 'cutAt'] as const

// Six walks for each mode share a process, and each has two connections at most.
const AT_ONCE = 18

// Between two statements, and after a statement of which the ledger does not know yet.
const BETWEEN = /statement \d+ after (?:cursor|statement)$/

const SIGNALS = ['SIGTERM', 'SIGKILL'] as const

describe('a file whose statements leave something in their session', function () {
  this.timeout(600_000)
  let walks: Walks

  before(() => {
    walks = new Walks()
  })

  afterEach(closeTransactions)

  after(() => {
    walks.close()
    removeProjects()
  })

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    const dialect = server as DialectName
    const files = sessionFiles(dialect)
    const named = (release: string) => Object.keys(files).filter((path) => path.startsWith(`${release}/`))
    let original: string

    before(async () => {
      const base = await recordedAt(server, '1-base', Object.fromEntries(named('1-base').map((path) => [path, files[path] ?? ''])))
      await base.sql(...ROWS)
      original = base.url
    })

    it('is continued with all of it, wherever the run is killed, stopped or cut off', async () => {
      const { directory, points, undisturbed } = await filled(named('3-restored'))
      expect(points).to.have.length.above(20)
      const victims = await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, which) => {
          const at = points.filter((_point, index) => index % (AT_ONCE / 3) === Math.floor(which / 3))
          return { url: await started(), mode: MODES[which % 3] ?? 'dieAt', at: new Set(at) }
        }),
      )
      let disturbances = 0
      for (let left = victims; left.length > 0; ) {
        const databases = left.map(({ url, mode, at }): Victim => ({ url, [mode]: [...at] }))
        const endings = await walks.begin({ directory, databases }).ended
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
      expect(disturbances).to.be.above(points.length * 2)
      for (const { url, mode } of victims) expect(await imageOf(dialect, url), mode).to.deep.equal(undisturbed)
    })

    for (const file of named('2-asked')) {
      it(`ends as if undisturbed, or is left to a person, and never otherwise: ${file.replace(/^2-asked.\d+-|\.migrate.*/g, '')}`, async () => {
        const { directory, points, undisturbed } = await filled([file])
        const cases = points.flatMap((at, index) => {
          const modes = at.endsWith('after cursor') ? MODES : [MODES[index % MODES.length] ?? 'dieAt']
          return modes.map((mode) => ({ mode, at }))
        })
        expect(cases).to.have.length.above(5)
        const urls = await Promise.all(cases.map(() => started()))
        const databases = cases.map(({ mode, at }, which): Victim => ({ url: urls[which] ?? '', [mode]: [at] }))
        for (const ending of await walks.begin({ directory, databases }).ended)
          expect(disturbancesOf(ending), JSON.stringify(ending)).to.have.lengthOf(1)
        const endings = await walks.begin({ directory, databases: urls.map((url) => ({ url })) }).ended
        for (const [which, ending] of endings.entries()) {
          const about = JSON.stringify([cases[which], ending])
          if (ending.type === 'done') expect(await imageOf(dialect, urls[which] ?? ''), about).to.deep.equal(undisturbed)
          else expect(ending, about).to.include({ type: 'failed', exitCode: 8 })
        }
        const isAsked = endings.some((ending) => ending.type === 'failed' && ending.code === 'ledger.session-lost')
        expect(isAsked, 'left to a person at some point').to.equal(!file.includes('-prepared'))
      })
    }

    it('is done by hand and stamped, or taken back by hand and run again', async () => {
      const { directory, points, undisturbed } = await filled(named('2-asked').filter((path) => path.includes('-temporary')))
      const file = points[0]?.split(' ')[0] ?? ''
      for (const verdict of ['done', 'not-done'] as const) {
        const url = await started()
        const at = `${file} statement ${dialect === 'postgres' ? 1 : 2} after cursor`
        await walks.begin({ directory, databases: [{ url, dieAt: [at] }] }).ended
        const engine = await Interphase.open({ directory, databaseUrl: url })
        const [ending] = await walks.begin({ directory, databases: [{ url }] }).ended
        expect(ending).to.include({ type: 'failed', code: 'ledger.session-lost', exitCode: 8 })
        const { exitCode, problems } = await engine.status({ compareSchema: true })
        expect({ exitCode, codes: problems.map(({ code }) => code) }).to.deep.equal({ exitCode: 8, codes: ['ledger.session-lost'] })
        if (verdict === 'done') await execute(url, 'UPDATE item SET m = 1 WHERE id IN (2, 3)')
        else if (dialect !== 'postgres') await execute(url, 'DROP INDEX item_t ON item')
        await engine.stamp(file, verdict)
        await engine.upgrade({ confirmed: true })
        const { rows, schema } = await imageOf(dialect, url)
        expect({ rows, schema }).to.deep.equal({ rows: undisturbed.rows, schema: undisturbed.schema })
      }
    })

    for (const { what, text, statement, isRestored } of waitingCases(dialect)) {
      it(`is continued or left to a person where the process ends within a statement that ${what}`, async () => {
        const path = '2-waiting/010-waiting.migrate.sql'
        const base = named('1-base').map((file) => [file, files[file] ?? ''])
        const { root: directory } = await recordedOn(server, Object.fromEntries([...base, [path, text]]))
        const [whole, ...urls] = await Promise.all(Array.from({ length: 1 + SIGNALS.length }, () => started()))
        await (await Interphase.open({ directory, databaseUrl: whole ?? '' })).upgrade()
        const undisturbed = await imageOf(dialect, whole ?? '')
        const ends = await Promise.all(
          SIGNALS.map(async (signal, index) => {
            const url = urls[index] ?? ''
            const application = await openTransaction(dialect, url, 'SELECT * FROM item WHERE id = 2 FOR UPDATE')
            const walk = walks.begin({ directory, databases: [{ url }] })
            await walk.until((event) => event.type === 'statement-started' && event.statement === statement)
            await untilBlocked(dialect, url)
            walk.process.kill(signal)
            const [ending] = await walk.ended
            expect(ending).to.include(signal === 'SIGKILL' ? { type: 'lost' } : { type: 'failed', code: 'run.stopped', exitCode: 10 })
            const next = walks.begin({ directory, databases: [{ url }] })
            await next.until(({ type }) => type === 'lock-taken')
            await application.rollback()
            await application.close()
            const [resumed] = await next.ended
            if (resumed?.type === 'done') expect(await imageOf(dialect, url), signal).to.deep.equal(undisturbed)
            else expect(resumed, signal).to.include({ type: 'failed', code: 'ledger.session-lost', exitCode: 8 })
            return resumed?.type
          }),
        )
        expect(ends).to.deep.equal(SIGNALS.map(() => (isRestored ? 'done' : 'failed')))
      })
    }

    /** A recorded project with the base and these files, the points between its statements, and how it ends undisturbed. */
    async function filled(paths: readonly string[]) {
      const base = named('1-base')
      const chain = await recordedOn(server, Object.fromEntries([...base, ...paths].map((path) => [path, files[path] ?? ''])))
      const directory = chain.root
      const url = await started()
      const walk = walks.begin({ directory, databases: [{ url }] })
      expect((await walk.ended)[0]).to.include({ type: 'done' })
      return { directory, points: walk.passed.filter((point) => BETWEEN.test(point)), undisturbed: await imageOf(dialect, url) }
    }

    function started(): Promise<string> {
      return copyOfDatabase(server, original)
    }
  })
})

function isDisturbed(ending: Ending | undefined): boolean {
  return ending?.type === 'killed' || (ending?.type === 'failed' && ['run.stopped', 'database.lost'].includes(ending.code))
}

function disturbancesOf(ending: Ending | undefined): readonly string[] {
  return ending?.type === 'killed' ? [ending.at] : (ending?.disturbed ?? [])
}
