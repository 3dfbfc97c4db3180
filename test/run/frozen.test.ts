import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { readPolicies } from '../../src/project/policies.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { type Files, recordedOn } from '../support/chain.ts'
import { copyOfDatabase } from '../support/copy.ts'
import { type Image, imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers } from '../support/servers.ts'
import { Walks } from '../support/walk.ts'

// A process on a busy machine needs a moment between two signs of life.
const SILENCE_TIMEOUT_MS = 6000

const POLICIES: Files = Object.fromEntries(
  Object.entries(readPolicies()).map(([phase, policy]) => [
    `/phases/${phase}.json`,
    JSON.stringify({ ...policy, session: { ...policy.session, silenceTimeoutMs: SILENCE_TIMEOUT_MS } }),
  ]),
)

const FILES: Files = {
  ...POLICIES,
  '1-base/010-item.expand.sql': 'CREATE TABLE item (id integer PRIMARY KEY, seen integer, name varchar(20));',
  '2-more/010-columns.expand.sql': 'ALTER TABLE item ADD COLUMN n integer;\nALTER TABLE item ADD COLUMN m integer;',
  '2-more/020-fill.migrate.postgres.sql': `SET idle_in_transaction_session_timeout = 0;
SET idle_session_timeout = 0;
UPDATE item SET n = coalesce(n, 0) + 1;
UPDATE item SET m = coalesce(m, 0) + 1;`,
  '2-more/020-fill.migrate.mysql.sql': `SET SESSION wait_timeout = 28800;
UPDATE item SET n = coalesce(n, 0) + 1;
UPDATE item SET m = coalesce(m, 0) + 1;`,
  '2-more/030-index.migrate.postgres.sql': 'CREATE INDEX CONCURRENTLY item_n ON item (n);\nUPDATE item SET n = n + 10;',
  '2-more/030-index.migrate.mysql.sql': 'CREATE INDEX item_n ON item (n);\nUPDATE item SET n = n + 10;',
}

describe('a process that is frozen', () => {
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
    let points: readonly string[]
    let undisturbed: Image
    let original: string

    before(async () => {
      const chain = await recordedOn(server, FILES, { phases: 'phases' })
      directory = chain.root
      original = chain.url
      await chain.up({ to: '1-base' })
      await chain.sql("INSERT INTO item (id, name) VALUES (1, 'cup'), (2, 'jug')")
      const url = await started()
      const walk = walks.begin({ directory, databases: [{ url }] })
      expect((await walk.ended)[0]).to.include({ type: 'done' })
      points = walk.passed
      await use(url)
      undisturbed = await imageOf(dialect, url)
    })

    it('at any point lets the application go on, and does nothing twice when it wakes up', async () => {
      expect(points).to.have.length.above(15)
      const urls = await Promise.all(points.map(() => started()))
      const walk = walks.begin({ directory, databases: points.map((at, index) => ({ url: urls[index] ?? '', freezeAt: [at] })) })
      const { pid } = walk.process
      if (pid === undefined) throw new Error('the walk has no process')
      try {
        await untilStopped(pid)
        // Without an end of the frozen sessions this waits for good.
        await Promise.all(urls.map(use))
        const endings = await walks.begin({ directory, databases: urls.map((url) => ({ url })) }).ended
        expect(endings.map(({ type }) => type)).to.deep.equal(points.map(() => 'done'))
        for (const [index, url] of urls.entries()) expect(await imageOf(dialect, url), points[index]).to.deep.equal(undisturbed)
      } finally {
        process.kill(pid, 'SIGCONT')
      }
      for (const [index, ending] of (await walk.ended).entries()) {
        expect(ending, points[index]).to.include({ type: 'failed', code: 'database.lost', exitCode: 8 })
      }
      for (const [index, url] of urls.entries()) expect(await imageOf(dialect, url), points[index]).to.deep.equal(undisturbed)
    })

    it('is distinguished from one that only works for longer', async () => {
      const think = `export const up = async ({ context }) => {
        await context.sequelize.query('UPDATE item SET n = 1')
        await new Promise((resolve) => setTimeout(resolve, Number(process.env.THINKS ?? 0)))
        await context.sequelize.query('UPDATE item SET m = 1')
      }`
      const chain = await recordedOn(server, { ...FILES, '2-more/040-think.migrate.mjs': think }, { phases: 'phases' })
      process.env['THINKS'] = String(SILENCE_TIMEOUT_MS * 1.5)
      try {
        await chain.up()
      } finally {
        delete process.env['THINKS']
      }
    })

    function started(): Promise<string> {
      return copyOfDatabase(server, original)
    }
  })
})

/** What the application does: it reads and writes the table that the migrations change. */
async function use(url: string): Promise<void> {
  await execute(url, 'SELECT * FROM item', 'UPDATE item SET seen = 1')
}

async function untilStopped(pid: number): Promise<void> {
  for (const until = Date.now() + 120_000; Date.now() < until; await delay(100)) {
    if (execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T')) return
  }
  throw new Error('the process was not frozen')
}
