import fc from 'fast-check'
import { loadSchemaChangeSqlWriter, openTargetDatabase } from '../../src/dialects/open.ts'
import { describeObjectChange } from '../../src/schema/describe.ts'
import { differences, objectBeforeDifference } from '../../src/schema/difference.ts'
import { objectIdOf } from '../../src/schema/object.ts'
import { dialectOfServer } from '../support/chain.ts'
import { execute, freshDatabase, onServers } from '../support/servers.ts'
import { anyStatements } from './round-trip-schemas.ts'

const ASKED = process.env['ROUND_TRIP_RUNS']
const RUNS = Number(ASKED ?? 2)
// The suite draws the same schemas each time. Somebody who asks for more runs gets others.
const SEED = Number(process.env['ROUND_TRIP_SEED'] ?? (ASKED === undefined ? 1 : Date.now() % 1_000_000))

// The writers report the objects that a state contains as a hash, and the partitions of MySQL and MariaDB.
const UNWRITTEN = /^opaque:|^table:[hp]\d$/

describe(`the SQL that is written from any state (ROUND_TRIP_RUNS=${RUNS} ROUND_TRIP_SEED=${SEED})`, function () {
  this.timeout(60_000 * Math.max(RUNS, 2))

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    const dialect = dialectOfServer(server)
    const stateOf = async (url: string) => {
      const { session, dialect: opened } = await openTargetDatabase({ url, purpose: 'test' }, [dialect])
      try {
        return (await opened.catalog.read(session, 'whole')).state
      } finally {
        await session.close()
      }
    }

    it('makes the same state', async () => {
      const write = await loadSchemaChangeSqlWriter(dialect)
      await fc.assert(
        fc.asyncProperty(anyStatements(dialect), async (statements) => {
          const [original, copy] = [await freshDatabase(server), await freshDatabase(server)]
          await execute(original, ...statements)
          const wanted = await stateOf(original)
          const written = write(await stateOf(copy), wanted)
          const told = new Set(written.unwritten.map(({ id }) => id))
          const problems = written.unwritten.filter(({ id }) => !UNWRITTEN.test(id)).map(({ object }) => `not written: ${object}`)
          await execute(copy, ...written.statements).catch((error: unknown) => problems.push(String(error)))
          const left = differences(wanted, await stateOf(copy)).filter((one) => !told.has(objectIdOf(objectBeforeDifference(one))))
          problems.push(...left.map((one) => describeObjectChange(one)))
          const text = [...statements, 'was written as', ...written.statements, ...problems].join(';\n')
          if (problems.length > 0) throw new Error(text)
        }),
        { numRuns: RUNS, seed: SEED, reporter: report },
      )
    })
  })
})

/** Prints the statements of the smallest schema that fails, and the reason. */
function report<T>({ failed, seed, counterexamplePath, errorInstance }: fc.RunDetails<T>): void {
  if (failed) throw new Error(`ROUND_TRIP_SEED=${seed}, run ${counterexamplePath}\n${String(errorInstance)}`)
}
