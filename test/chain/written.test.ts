import { expect } from 'chai'
import { loadDialect, loadSchemaChangeSqlWriter } from '../../src/dialects/open.ts'
import { loadProjectConfig } from '../../src/project/config.ts'
import { readReleasesWithStates } from '../../src/project/recorded.ts'
import { readReleaseChain } from '../../src/project/releases.ts'
import { describeObjectMismatch } from '../../src/schema/describe.ts'
import { differences, isDifferenceThatCounts } from '../../src/schema/difference.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { EMPTY_SCHEMA_STATE, type SchemaState } from '../../src/schema/state.ts'
import { exampleProject } from '../support/example.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, serverUrl } from '../support/servers.ts'

describe('SQL from the states of the example chain', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server, database) => {
    it('leads from each state to the next, and back', async () => {
      const name = server as DialectName
      const directory = await exampleProject(name, (await serverUrl(server)) ?? '')
      const states = await statesOfChain(directory, name)
      expect(states.length).to.be.greaterThan(20)
      const write = await loadSchemaChangeSqlWriter(name)
      const dialect = await loadDialect(name)
      const session = await dialect.open({ url: await database(), purpose: 'interphase test' })
      try {
        let now = EMPTY_SCHEMA_STATE
        for (const [place, wanted] of [...states, ...states.toReversed(), EMPTY_SCHEMA_STATE].entries()) {
          const { statements, unwritten } = write(now, wanted)
          expect(unwritten, `step ${place}`).to.deep.equal([])
          for (const statement of statements) await session.execute(statement, { file: `step ${place}`, line: 1 })
          now = (await dialect.catalog.read(session, 'whole')).state
          expect(apart(wanted, now), `step ${place}`).to.deep.equal([])
        }
      } finally {
        await session.close()
      }
    })
  })
})

async function statesOfChain(directory: string, dialect: DialectName): Promise<readonly SchemaState[]> {
  const config = await loadProjectConfig(directory)
  const { releases, problems } = await readReleasesWithStates(config.root, readReleaseChain(config, dialect))
  expect(problems).to.deep.equal([])
  return releases.flatMap((release) => [...release.positions().flatMap(({ before, steps }) => [before, ...steps]), release.end])
}

function apart(wanted: SchemaState, found: SchemaState): readonly string[] {
  const counted = differences(wanted, found).filter(isDifferenceThatCounts)
  return counted.map((one) => describeObjectMismatch(one, { before: 'wanted', after: 'found' }))
}
