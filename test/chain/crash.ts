import { expect } from 'chai'
import type { DialectName } from '../../src/schema/object.ts'
import { exampleProject, ROWS_AFTER } from '../support/example.ts'
import { type Image, imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, serverUrl } from '../support/servers.ts'
import { type Ending, pointsWithOwnState, Walks } from '../support/walk.ts'
import { everyKindProject, ROWS_AFTER_EVERY } from './every-kind.ts'
import { type Point, pointsOf } from './points.ts'

// So many walks die together: each process that is started costs as much as several walks.
const AT_ONCE = 18

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

    it('ends as without an interruption', async () => {
      expect(points).to.have.length.above(70)
      const deaths = pointsWithOwnState(points.map(({ at }) => at))
      const victims = await Promise.all(Array.from({ length: AT_ONCE }, async (_, which) => victim(deaths, which)))
      for (const [to, rows] of Object.entries(ROWS_AFTER_EVERY)) {
        await walkKilled(victims, to)
        for (const { url } of victims) await execute(url, ...rows)
      }
      for (const { url, deaths } of victims) {
        expect([...deaths], 'points at which it did not die').to.deep.equal([])
        expect(await imageOf(dialect, url)).to.deep.equal(undisturbed)
      }
    })

    async function victim(all: readonly string[], which: number): Promise<Victim> {
      return {
        url: await freshDatabase(dialect),
        deaths: new Set(all.filter((_, index) => index % AT_ONCE === which)),
      }
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
