import fc from 'fast-check'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'
import { answersFor, anySchema, rowsOfSchema, sqlOfSchema } from './draft-pairs.ts'
import { answer, draftSql, expectWanted, projectWithRows, runDraft, sqlSource } from './drafting.ts'

const ASKED = process.env['DRAFT_RUNS']
const RUNS = Number(ASKED ?? 1)
// The suite draws the same pair each time. Somebody who asks for more runs gets others.
const SEED = Number(process.env['DRAFT_SEED'] ?? (ASKED === undefined ? 1 : Date.now() % 1_000_000))

describe(`drafts between any two schemas (DRAFT_RUNS=${RUNS} DRAFT_SEED=${SEED})`, function () {
  this.timeout(60_000 * Math.max(RUNS, 2))
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('end in the wanted schema', async () => {
      await fc.assert(
        fc.asyncProperty(anySchema, anySchema, async (before, after) => {
          const [from, to] = [sqlOfSchema(before), sqlOfSchema(after)]
          try {
            const chain = await projectWithRows(server, from, rowsOfSchema(before))
            const draft = await draftSql(chain, to)
            answer(chain, draft, answersFor)
            if (draft.files.length > 0) await runDraft(chain)
            await expectWanted(chain, sqlSource(chain))
          } catch (error) {
            throw new Error(`${from}\nbecomes\n${to}\n${reasonOf(error)}`, { cause: error })
          }
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true, reporter: report },
      )
    })
  })
})

/** Prints the SQL of the failed pair, which says more than the drawn values. */
function report<T>({ failed, seed, counterexamplePath, errorInstance }: fc.RunDetails<T>): void {
  if (failed) throw new Error(`DRAFT_SEED=${seed}, run ${counterexamplePath}\n${String(errorInstance)}`)
}

/** Chai shortens the text that it compares. */
function reasonOf(error: unknown): string {
  const actual: unknown = error instanceof Error ? Reflect.get(error, 'actual') : undefined
  return typeof actual === 'string' ? actual : String(error)
}
