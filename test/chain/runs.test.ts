import { expect } from 'chai'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import type { DatabaseSession, Dialect } from '../../src/dialect/dialect.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { Interphase } from '../../src/engine.ts'
import { isError } from '../../src/error.ts'
import { type FleetDatabase, readCompatibility } from '../../src/fleet/index.ts'
import { loadProjectConfig } from '../../src/project/config.ts'
import { readReleaseChain } from '../../src/project/releases.ts'
import { readReleaseProbes } from '../../src/rehearse/probe.ts'
import type { ReleaseChain } from '../../src/release/migration.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { exampleProject, ROWS_AFTER } from '../support/example.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, serverUrl } from '../support/servers.ts'

/** The statements that code of a release sends, one list for each transaction. */
type Statements = readonly (readonly string[])[]

/** Statements that the code of a release sends and its probes leave out: code of liberty does not know that names are unique. */
const MORE: Readonly<Record<string, Statements>> = {
  '2015.2-liberty': [[9101, 9102].map((id) => `INSERT INTO widget (id, name, status_flag) VALUES (${id}, 'probe twin', 1)`)],
}

/** A database in the walk: whether the probes of each release pass, and what `runs` answers. */
interface Point {
  readonly at: string
  /** True between two phases. Within a contract, the first statements may leave the old code alone. */
  readonly isBetweenPhases: boolean
}

describe('interphase runs on the example chain', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (name, database) => {
    it('answers yes exactly where the probes of the release pass, at every point of a walk, and the client of applications agrees', async () => {
      const dialect = name as DialectName
      const directory = await exampleProject(dialect, (await serverUrl(name)) ?? '')
      const url = await database()
      const reality = await openReality(directory, dialect, url)
      const answers = new Map<string, Set<string>>()
      const compare = async ({ at, isBetweenPhases }: Point) => {
        const engine = await Interphase.open({ directory, databaseUrl: url })
        for (const release of reality.releases) {
          const { answer, exitCode } = await engine.runs(release)
          const problem = await reality.problemOf(release)
          const compatible = await readCompatibility({ database: reality.application, project: 'widgets', release })
          expect(compatible.answer, `${release} ${at}, by the client`).to.equal(answer)
          const said = `${release} ${at}: ${answer}; ${problem ?? 'its probes pass'}`
          answers.set(release, (answers.get(release) ?? new Set()).add(answer))
          expect(exitCode, said).to.equal({ 'yes': 0, 'not yet': 11, 'no longer': 12 }[answer])
          if (answer === 'yes' || isBetweenPhases) expect(problem === undefined, said).to.equal(answer === 'yes')
        }
      }
      try {
        await compare({ at: 'before the first run', isBetweenPhases: true })
        for (const [release, rows] of Object.entries(ROWS_AFTER)) {
          for (const phase of ['expand', 'migrate', 'contract'] as const) {
            for (let stops = 0; await stoppedAfterMigration(directory, url, release, phase); stops++) {
              await compare({ at: `stopped in ${phase} of ${release}, ${stops}`, isBetweenPhases: false })
            }
            // The first release has no other phase, and its probes need its rows.
            if (phase === (release === '2015.1-kilo' ? 'expand' : 'contract')) await execute(url, ...rows)
            await compare({ at: `after ${phase} of ${release}`, isBetweenPhases: true })
          }
        }
        const last = reality.releases.length - 1
        const heard = reality.releases.map((release) => [...(answers.get(release) ?? [])])
        // The newest release is never contracted away.
        expect(heard).to.deep.equal(reality.releases.map((_, place) => ['not yet', 'yes', ...(place < last ? ['no longer'] : [])]))
      } finally {
        await reality.close()
      }
    })
  })
})

/** Runs a phase until its next migration is done. True if the run stopped there, false if it came to its end. */
async function stoppedAfterMigration(directory: string, databaseUrl: string, to: string, phase: 'expand' | 'migrate' | 'contract') {
  const stop = new AbortController()
  const emit = ({ type }: { readonly type: string }) => {
    if (type === 'migration-done') stop.abort('SIGTERM')
  }
  const engine = await Interphase.open({ directory, databaseUrl, emit, signal: stop.signal })
  try {
    await engine.upgrade({ to, phase, confirmed: true })
    return false
  } catch (error) {
    if (isError(error, 'run.stopped')) return true
    throw error
  }
}

/** The code of every release on a database: each statement is sent in a transaction that is rolled back. */
async function openReality(directory: string, name: DialectName, url: string) {
  const dialect = await loadDialect(name)
  const chain = readReleaseChain(await loadProjectConfig(directory), name)
  const statements = await statementsOf(dialect, chain)
  const session = await dialect.open({ url, purpose: 'the application' })
  const application = openConnections(name, url)
  return {
    application: application.database,
    releases: chain.releases.map((release) => release.name),
    problemOf: async (release: string) => firstProblem(session, statements.get(release) ?? []),
    close: async () => {
      await session.close()
      await application.end()
    },
  }
}

/** The connections of an application. */
function openConnections(name: DialectName, url: string): { readonly database: FleetDatabase; readonly end: () => Promise<void> } {
  if (name === 'postgres') {
    const pool = new Pool({ connectionString: url })
    return { database: pool, end: () => pool.end() }
  }
  const pool = createPool(url.replace(/^mariadb:/, 'mysql:'))
  return { database: pool, end: () => pool.end() }
}

async function statementsOf(dialect: Dialect, { releases }: ReleaseChain): Promise<ReadonlyMap<string, Statements>> {
  const found = new Map<string, Statements>()
  for (const [place, release] of releases.entries()) {
    const next = releases[place + 1]
    const probes = [
      ...(await readReleaseProbes(dialect, release)).filter(({ version }) => version === 'new'),
      ...(next ? (await readReleaseProbes(dialect, next)).filter(({ version }) => version === 'old') : []),
    ]
    found.set(release.name, [...probes.map((probe) => probe.statements.map(({ text }) => text)), ...(MORE[release.name] ?? [])])
  }
  return found
}

async function firstProblem(session: DatabaseSession, transactions: Statements): Promise<string | undefined> {
  for (const statements of transactions) {
    await session.begin({ lockTimeoutMs: 5000 })
    try {
      for (const text of statements) await session.execute(text, { file: 'probe', line: 1 })
    } catch (error) {
      if (!isError(error, 'statement.failed')) throw error
      return error.message
    } finally {
      await session.rollback()
    }
  }
  return undefined
}
