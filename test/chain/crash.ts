import { expect } from 'chai'
import type { DialectName } from '../../src/schema/object.ts'
import { exampleProject, ROWS_AFTER } from '../support/example.ts'
import { type Image, imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, serverUrl } from '../support/servers.ts'
import { type Ending, Walks } from '../support/walk.ts'

const RELEASES = Object.keys(ROWS_AFTER)

// So many walks die together: starting a process is what takes the time.
const AT_ONCE = 6

/** One database of those that share a process, and the points at which its walk is still to die. */
interface Victim {
  readonly url: string
  readonly deaths: Set<string>
}

/** Kills walks over the example chain at every point that an undisturbed one passes, and compares them with it. */
export function killAtEveryPoint(dialect: DialectName): void {
  describe(`SIGKILL at every point of the example chain, ${dialect}`, function () {
    this.timeout(600_000)
    let directory: string
    let walks: Walks
    let points: readonly string[]
    let undisturbed: Image

    before(async function () {
      const server = await serverUrl(dialect)
      if (server === undefined) return this.skip()
      walks = new Walks()
      directory = await exampleProject(dialect, server)
      const url = await freshDatabase(dialect)
      points = await walkUndisturbed(url)
      undisturbed = await imageOf(dialect, url)
    })

    after(() => {
      walks?.close()
      removeProjects()
    })

    it('ends as if nobody had disturbed it', async () => {
      expect(points).to.have.length.above(100)
      const victims = await Promise.all(Array.from({ length: AT_ONCE }, async (_, which) => victim(which)))
      for (const to of RELEASES) {
        await walkKilled(victims, to)
        for (const { url } of victims) await execute(url, ...(ROWS_AFTER[to] ?? []))
      }
      for (const { url, deaths } of victims) {
        expect([...deaths], 'points at which it did not die').to.deep.equal([])
        expect(await imageOf(dialect, url)).to.deep.equal(undisturbed)
      }
    })

    async function walkUndisturbed(url: string): Promise<readonly string[]> {
      const passed: string[] = []
      for (const to of RELEASES) {
        const walk = walks.begin({ directory, to, databases: [{ url }] })
        expect((await walk.ended)[0]).to.include({ type: 'done' })
        passed.push(...walk.passed)
        await execute(url, ...(ROWS_AFTER[to] ?? []))
      }
      return passed
    }

    async function victim(which: number): Promise<Victim> {
      return { url: await freshDatabase(dialect), deaths: new Set(points.filter((_, index) => index % AT_ONCE === which)) }
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
