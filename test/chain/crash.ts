import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { PHASES, type PhaseName } from '../../src/phase/phase.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { copyOfDatabase } from '../support/copy.ts'
import { exampleProject, ROWS_AFTER } from '../support/example.ts'
import { type Image, imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, serverUrl } from '../support/servers.ts'
import { type Ending, pointsWithOwnState, Walks } from '../support/walk.ts'
import { everyKindProject, ROWS_AFTER_EVERY } from './every-kind.ts'
import { type Point, pointsOf } from './points.ts'

// So many walks die together: each process that is started costs as much as several walks.
const AT_ONCE = 8

const FIRST = '1-base'

/** One database of those that share a process, and the points at which its walk is still to die. */
interface Victim {
  readonly url: string
  readonly deaths: Set<string>
}

/** Kills walks over a small chain at every point that an undisturbed one passes, and compares them with it. */
export function killAtEveryPoint(dialect: DialectName): void {
  describe(`SIGKILL at every kind of point, ${dialect}`, function () {
    this.timeout(600_000)
    let serverOf: string
    let directory: string
    let walks: Walks
    let points: readonly Point[]
    let undisturbed: Image

    before(async function () {
      const server = await serverUrl(dialect)
      if (server === undefined) return this.skip()
      serverOf = server
      walks = new Walks()
      directory = await everyKindProject(dialect, server)
      const url = await freshDatabase(dialect)
      points = await pointsOf(directory, url, ROWS_AFTER_EVERY)
      undisturbed = await imageOf(dialect, url)
    })

    after(() => {
      walks?.close()
      removeProjects()
    })

    it('has every kind of point of the example chain', async () => {
      const example = await pointsOf(await exampleProject(dialect, serverOf), await freshDatabase(dialect), ROWS_AFTER)
      expect(example).to.have.length.above(100)
      const kinds = new Set(points.map(({ kind }) => kind))
      expect(example.filter(({ kind }) => !kinds.has(kind))).to.deep.equal([])
    })

    it('has points in every phase', () => {
      expect(points).to.have.length.above(70)
      expect(PHASES.flatMap((phase) => pointsIn(phase))).to.have.members(pointsWithOwnState(points.map(({ at }) => at)))
      for (const phase of PHASES) expect(pointsIn(phase)).to.have.length.above(3)
    })

    for (const phase of PHASES) {
      it(`ends as without an interruption, killed in ${phase}`, async () => {
        const deaths = pointsIn(phase)
        const urls = await databasesBefore(phase)
        const victims = urls.map((url, which) => ({ url, deaths: new Set(deaths.filter((_, index) => index % AT_ONCE === which)) }))
        for (const [to, rows] of Object.entries(ROWS_AFTER_EVERY)) {
          if (to === FIRST && phase !== 'expand') continue
          await walkKilled(victims, to)
          for (const { url } of victims) await execute(url, ...rows)
        }
        for (const { url, deaths } of victims) {
          expect([...deaths], 'points at which it did not die').to.deep.equal([])
          expect(await imageOf(dialect, url)).to.deep.equal(undisturbed)
        }
      })
    }

    function pointsIn(phase: PhaseName): readonly string[] {
      return pointsWithOwnState(points.map(({ at }) => at)).filter((at) => at.split(' ')[0]?.endsWith(`.${phase}`))
    }

    /** Empty databases before expand, and databases on which the earlier phases of the second release have run before the others. */
    async function databasesBefore(phase: PhaseName): Promise<readonly string[]> {
      const original = await freshDatabase(dialect)
      const before = PHASES[PHASES.indexOf(phase) - 1]
      if (before !== undefined) {
        const engine = await Interphase.open({ directory, databaseUrl: original })
        await engine.upgrade({ to: FIRST, confirmed: true })
        await execute(original, ...(ROWS_AFTER_EVERY[FIRST] ?? []))
        await engine.upgrade({ phase: before, confirmed: true })
      }
      return Promise.all(Array.from({ length: AT_ONCE }, () => copyOfDatabase(dialect, original)))
    }

    /** A plain restart after each death, until the release is through on all of them. */
    async function walkKilled(victims: readonly Victim[], to: string): Promise<void> {
      let left = victims
      while (left.length > 0) {
        const order = { directory, to, databases: left.map(({ url, deaths }) => ({ url, dieAt: [...deaths] })) }
        const endings = await walks.begin(order).ended
        left = left.filter((one, index) => diedAgain(one, endings[index]))
      }
    }

    function diedAgain({ deaths }: Victim, ending: Ending | undefined): boolean {
      if (ending?.type === 'killed') return deaths.delete(ending.at)
      expect(ending, JSON.stringify(ending)).to.include({ type: 'done' })
      return false
    }
  })
}
