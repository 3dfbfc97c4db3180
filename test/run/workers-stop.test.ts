import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import type { EngineOptions } from '../../src/engine.ts'
import type { Event } from '../../src/event.ts'
import type { CrashPoint } from '../../src/work/crash.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, recordedAt } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { endConnection } from './blocker.ts'

const ROWS = 80
const STEP = 'r2/010-code.migrate'

const SQL: Files = {
  [`${STEP}.sql`]:
    '-- interphase: batch item size 4\nUPDATE item SET code = upper(name), writes = writes + 1 WHERE :batch AND code IS NULL;',
  [`${STEP}.pending.sql`]: 'SELECT count(*) FROM item WHERE code IS NULL',
}
const CODE: Files = {
  [`${STEP}.ts`]: `import { migrate, sql } from 'interphase'
export default migrate({
  table: 'item',
  size: 4,
  where: sql\`code IS NULL\`,
  pending: 'SELECT count(*) FROM item WHERE code IS NULL',
  batch: async ({ rows, query }) => {
    for (const { id, name } of rows)
      await query\`UPDATE item SET code = \${String(name).toUpperCase()}, writes = writes + 1 WHERE id = \${String(id)}\`
  },
})
`,
}

async function filled(server: ServerName, step: Files): Promise<ChainOnServer> {
  const chain = await recordedAt(server, 'r1', {
    'r1/010-item.expand.sql':
      'CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, code varchar(20), writes int DEFAULT 0 NOT NULL, old int);',
    'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'a'), (5, 'b'), (6, 'c'), (9, 'd');",
    ...step,
    'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
  })
  const values = Array.from({ length: ROWS }, (_, index) => `(${(index + 1) * 3}, 'n${index}')`)
  await chain.sql(`INSERT INTO item (id, name) VALUES ${values.join(', ')}`)
  return chain
}

/** The rows that differ from a step that wrote every row once. */
async function wrong(chain: ChainOnServer): Promise<readonly object[]> {
  return chain.sql('SELECT id, name, code, writes FROM item WHERE code IS NULL OR code <> upper(name) OR writes <> 1')
}

async function written(chain: ChainOnServer): Promise<number> {
  return (await chain.sql('SELECT id FROM item WHERE writes = 1')).length
}

/** Calls `act` once, when the workers have committed so many batches. */
function after3Batches(act: () => unknown): { crash: (point: CrashPoint) => Promise<void> } {
  let batches = 0
  return {
    crash: async (point) => {
      if (point === 'after cursor' && ++batches === 3) await act()
    },
  }
}

/** On a busy server, the step also waits for other signals than a pause. */
function isPause(event: Event): boolean {
  return event.type === 'batches-waiting' && event.signal === 'pause'
}

async function withTwoWorkers(chain: ChainOnServer, options: EngineOptions = {}): Promise<unknown> {
  return (await chain.open(options)).upgrade({ only: 'migrate', workers: 2 })
}

/** Two workers, or one session, go on where the others stopped. */
async function finish(chain: ChainOnServer): Promise<void> {
  await chain.up({ only: 'migrate', waitMs: 60_000 })
  expect(await wrong(chain)).to.deep.equal([])
  expect((await chain.sql('SELECT place FROM interphase_range')).length).to.equal(0)
}

describe('a data step of two workers', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    for (const [form, step] of [
      ['SQL', SQL],
      ['code', CODE],
    ] as const) {
      it(`pauses in both workers and continues (${form})`, async () => {
        const chain = await filled(server, step)
        const operator = await chain.open()
        let paused: Promise<unknown> | undefined
        const { crash } = after3Batches(async () => {
          paused = operator.pause('a test')
          await paused
          atPause = batchesDone()
        })
        const seen: Event[] = []
        const batchesDone = () => seen.filter(({ type }) => type === 'batch-done').length
        let atPause = 0
        let before = 0
        const emit = (event: Event) => {
          seen.push(event)
          if (!isPause(event)) return
          before = batchesDone()
          void operator.resume()
        }
        await withTwoWorkers(chain, { crash, emit })
        expect(await wrong(chain)).to.deep.equal([])
        expect(seen.filter(isPause)).to.have.length(1)
        expect(seen.map(({ type }) => type)).to.include('batches-released')
        // The batches that had begun when the pause was written end: at most one of each worker.
        expect(before - atPause).to.be.within(0, 2)
        expect(before).to.be.below(ROWS / 2)
      })

      it(`stops after the batches of both workers at a signal, and resumes (${form})`, async () => {
        const chain = await filled(server, step)
        const stop = new AbortController()
        const { crash } = after3Batches(() => stop.abort('SIGTERM'))
        const { exitCode } = await rejected(withTwoWorkers(chain, { crash, signal: stop.signal }), 'run.stopped')
        expect(exitCode).to.equal(10)
        expect(await written(chain)).to.be.within(4, ROWS - 4)
        await finish(chain)
      })
    }

    it('stops when the time of the run is over, and resumes', async () => {
      const chain = await filled(server, SQL)
      let skippedMs = 0
      const { crash } = after3Batches(() => {
        skippedMs = 3_600_000
      })
      const clock = { ...systemClock, elapsedMs: () => systemClock.elapsedMs() + skippedMs }
      const run = (await chain.open({ crash, clock })).upgrade({ only: 'migrate', workers: 2, maxTimeMs: 3_000_000 })
      expect((await rejected(run, 'run.limit')).exitCode).to.equal(10)
      expect(await written(chain)).to.be.within(8, 20)
      await finish(chain)
    })

    it('stops when somebody alters the table, and resumes when the change is taken back', async () => {
      const chain = await filled(server, SQL)
      let skippedMs = 0
      const { crash } = after3Batches(async () => {
        await chain.sql('CREATE INDEX strange ON item (name)')
        skippedMs = 20_000
      })
      const clock = { ...systemClock, elapsedMs: () => systemClock.elapsedMs() + skippedMs }
      const { message } = await rejected(withTwoWorkers(chain, { crash, clock }), 'schema.differs')
      expect(message).to.include('strange')
      expect(await written(chain)).to.be.within(8, ROWS - 4)
      await chain.sql(server === 'postgres' ? 'DROP INDEX strange' : 'DROP INDEX strange ON item')
      await finish(chain)
    })

    it('ends when the connection of a worker is lost, and the next run takes its range over', async () => {
      const chain = await filled(server, SQL)
      const { crash } = after3Batches(async () => {
        const [range] = await chain.sql('SELECT backend FROM interphase_range WHERE backend IS NOT NULL')
        await endConnection(chain.dialect, chain.url, String(range?.['backend']).split('/')[0] ?? '')
      })
      await rejected(withTwoWorkers(chain, { crash }), 'database.lost')
      await finish(chain)
    })

    it('cannot be undone in the middle, and the error says what to do first', async () => {
      const chain = await filled(server, SQL)
      const stop = new AbortController()
      await rejected(withTwoWorkers(chain, { ...after3Batches(() => stop.abort('SIGTERM')), signal: stop.signal }), 'run.stopped')
      const error = await rejected((await chain.open()).undo({ confirmed: true }), 'undo.refused')
      expect(error.message).to.include('Complete it first: interphase migrate')
      await finish(chain)
      await (await chain.open()).undo({ confirmed: true })
    })
  })
})
