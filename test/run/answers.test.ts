import { expect } from 'chai'
import { makePlanDocument } from '../../src/cli/render/plan.ts'
import { Interphase } from '../../src/engine.ts'
import { InterphaseError } from '../../src/error.ts'
import type { Event } from '../../src/event.ts'
import type { PhaseName } from '../../src/phase/phase.ts'
import type { PlannedMigration } from '../../src/plan/plan.ts'
import type { StatusReport } from '../../src/status/reports/report.ts'
import { rejected } from '../support/caught.ts'
import { type Files, recordedAt, recordedOn } from '../support/chain.ts'
import { copyOfDatabase } from '../support/copy.ts'
import { removeProjects } from '../support/project.ts'
import { freshDatabase, onServers, type ServerName } from '../support/servers.ts'
import { pointsWithOwnState, Walks } from '../support/walk.ts'

/** A bit of everything that an interruption may fall into: DDL, rows, a function, what a file sets in its session. */
function files(server: ServerName): Files {
  const sets = server === 'postgres' ? "-- interphase: transaction off\nSET app.base = '100';" : 'SET @base = 100;'
  const reads = server === 'postgres' ? "current_setting('app.base')::int" : '@base'
  return {
    'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, old int, n int);\nCREATE INDEX item_old ON item (old);',
    'r1/010-item.migrate.sql': 'INSERT INTO item VALUES (1, 1, NULL), (2, 2, NULL);',
    'r2/010-number.expand.sql': 'ALTER TABLE item ADD COLUMN number int;',
    'r2/010-number.migrate.mjs': `export async function up({ context }) {
  await context.sequelize.query('UPDATE item SET number = old WHERE number IS NULL')
}`,
    'r2/010-number.migrate.pending.sql': 'SELECT count(*) FROM item WHERE number IS NULL',
    'r2/020-base.migrate.sql': `${sets}\nCREATE INDEX item_n ON item (n);\nUPDATE item SET n = ${reads} + id;`,
    'r2/010-number.contract.sql':
      '-- interphase: despite scan because the table of this test is small\nALTER TABLE item DROP COLUMN old;\nCREATE UNIQUE INDEX item_number ON item (number);',
  }
}

const AT_ONCE = 16

describe('what status, plan and the run say of one database', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('is the same at every point at which a run can be killed', async () => {
      const chain = await recordedOn(server, files(server))
      const walks = new Walks()
      try {
        const whole = walks.begin({ directory: chain.root, databases: [{ url: chain.url }] })
        expect((await whole.ended)[0]).to.include({ type: 'done' })
        expect(whole.passed.length).to.be.greaterThan(25)
        const points = pointsWithOwnState(whole.passed)
        const afterFirst = (await recordedAt(server, 'r1', files(server))).url
        for (let from = 0; from < points.length; from += AT_ONCE) {
          const batch = await Promise.all(
            points.slice(from, from + AT_ONCE).map(async (at) => {
              const url = at.startsWith('r1/') ? freshDatabase(server) : copyOfDatabase(server, afterFirst)
              return { at, url: await url }
            }),
          )
          const databases = batch.map(({ at, url }) => ({ url, dieAt: [at] }))
          await walks.begin({ directory: chain.root, databases }).ended
          for (const { at, url } of batch) await compare(chain.root, url, at)
        }
      } finally {
        walks.close()
      }
    })

    it('is the same before each phase: the run executes what plan --json lists, in that order', async () => {
      const chain = await recordedOn(server, files(server))
      const points: readonly { readonly to: string; readonly phase: PhaseName }[] = [
        { to: 'r1', phase: 'expand' },
        { to: 'r1', phase: 'migrate' },
        { to: 'r2', phase: 'expand' },
        { to: 'r2', phase: 'migrate' },
      ]
      for (const point of [undefined, ...points]) {
        const events: Event[] = []
        const engine = await chain.open({ databaseUrl: await freshDatabase(server), emit: (event) => void events.push(event) })
        if (point) await engine.upgrade({ ...point, confirmed: true })
        const { plans, status } = await engine.planAndStatus()
        const listed = makePlanDocument(plans, status).releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations))
        events.length = 0
        await engine.upgrade({ confirmed: true })
        expectExecuted(waitingIn(listed), events, JSON.stringify(point ?? 'an empty database'))
      }
    })

    it('is the same where a gate is shut: rows that a rule would reject, and a data step with rows left', async () => {
      const chain = await recordedOn(server, files(server))
      await chain.up({ phase: 'migrate' })
      await chain.sql('INSERT INTO item (id, old, n, number) VALUES (7, 7, 7, 1)')
      const shut = await chain.status()
      expect([shut.exitCode, shut.next?.phase]).to.deep.equal([6, 'contract'])
      expect(shut.next?.held.join()).to.match(/item_number/)
      await compare(chain.root, chain.url, 'with a duplicate')
      await chain.sql('UPDATE item SET number = NULL WHERE id = 7')
      expect((await chain.status()).exitCode).to.equal(8)
      await compare(chain.root, chain.url, 'with a row left')
    })

    for (const rerunnable of [true, false]) {
      const way = rerunnable ? 'migrate repeats the data step' : 'a person decides'
      it(`is the same where a function counts a late row with its own pending query: ${way}`, async () => {
        const { 'r2/010-number.migrate.pending.sql': _file, ...others } = files(server)
        const chain = await recordedOn(server, {
          ...others,
          'r2/010-number.migrate.mjs': `import { migrate } from 'interphase'
export default migrate({
  ${rerunnable ? 'rerunnable: true,' : ''}
  pending: 'SELECT count(*) FROM item WHERE number IS NULL',
  up: async ({ query }) => void (await query('UPDATE item SET number = old WHERE number IS NULL')),
})`,
        })
        await chain.up({ phase: 'migrate' })
        expect((await chain.status()).exitCode).to.equal(5)
        await chain.sql('INSERT INTO item (id, old, n) VALUES (7, 7, 7)')
        const { exitCode, next, problems } = await chain.status()
        expect([exitCode, next?.phase]).to.deep.equal(rerunnable ? [4, 'migrate'] : [8, 'migrate'])
        expect(problems.map(({ code }) => code)).to.deep.equal(rerunnable ? [] : ['pending.not-rerunnable'])
        const { facts } = await rejected(chain.up({ only: 'contract' }), 'phase.held')
        expect(facts.gates).to.deep.equal(['data-steps-complete'])
        expect(facts.reasons.join()).to.include('r2/010-number.migrate still has 1 row to change')
        expect(facts.reasons.join()).to.include(`interphase migrate${rerunnable ? '' : ' --again r2/010-number.migrate'}`)
        if (!rerunnable) await rejected(chain.up({ only: 'migrate' }), 'pending.not-rerunnable')
        await compare(chain.root, chain.url, 'with a late row')
        if (!rerunnable) await chain.up({ only: 'migrate', again: new Set(['r2/010-number.migrate']) })
        expect((await chain.status()).exitCode).to.equal(5)
        await chain.up({ only: 'contract' })
        expect(await chain.sql('SELECT number FROM item WHERE id = 7')).to.deep.equal([{ number: 7 }])
      })
    }

    it('is the same where a file drops a view or a routine of the project and creates it again', async () => {
      const routine = (value: number) =>
        server === 'postgres'
          ? `CREATE FUNCTION tidyUp() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN ${value}; END $$;`
          : `DELIMITER $$\nCREATE PROCEDURE tidyUp() BEGIN SELECT ${value}; END $$\nDELIMITER ;`
      const kind = server === 'postgres' ? 'FUNCTION' : 'PROCEDURE'
      const view = (column: string) => `CREATE OR REPLACE VIEW seen AS SELECT ${column} FROM item WHERE id > 0;`
      const off = '-- interphase: transaction off\n'
      const chain = await recordedOn(server, {
        'r1/010-item.expand.sql': `CREATE TABLE item (id int PRIMARY KEY, n int);\n${view('id')}\n${routine(1)}`,
        'r2/release.json': '{"history": "nobody runs in this test"}',
        'r2/010-view.expand.sql': `${off}DROP VIEW seen;\n${view('id, n')}`,
        'r2/020-routine.expand.sql': `${off}DROP ${kind} IF EXISTS tidyUp;\n${routine(2)}`,
      })
      await chain.up({ to: 'r1' })
      expect((await chain.status()).exitCode).to.equal(3)
      await chain.up()
      expect((await chain.status()).exitCode).to.equal(0)
    })

    it('is the same where a file names an object outside the project', async () => {
      const chain = await recordedOn(
        server,
        { ...files(server), 'r2/030-visit.contract.sql': 'DROP TABLE IF EXISTS visit;' },
        { ignore: ['visit'] },
      )
      await chain.up({ phase: 'migrate' })
      await chain.sql('CREATE TABLE visit (day date)')
      const stopped = await chain.status()
      expect([stopped.exitCode, stopped.problems.map(({ code }) => code)]).to.deep.equal([7, ['statement.stranger']])
      expect((await (await chain.open()).gate()).open).to.equal(false)
      await compare(chain.root, chain.url, 'with a table of another program')
      await chain.sql('DROP TABLE visit')
      expect((await chain.status()).exitCode).to.equal(5)
      await compare(chain.root, chain.url, 'without it')
    })
  })
})

/**
 * The exit code of `status --check` names the phase that runs, or is that of the run. The plan lists exactly the migrations and
 * statements that the run executes.
 */
async function compare(directory: string, databaseUrl: string, at: string): Promise<void> {
  const events: Event[] = []
  const engine = await Interphase.open({ directory, databaseUrl, emit: (event) => void events.push(event) })
  const { plans, status } = await engine.planAndStatus()
  expect(await engine.plan(), at).to.deep.equal(plans)
  expect(await engine.status({ compareSchema: true }), at).to.deep.equal(status)
  const next = plans[0]?.phases.find(({ migrations }) => migrations.some(({ state }) => state !== 'done'))
  const said = { release: status.next?.release, phase: status.next?.phase }
  // The plan lists a data step with late rows as done. Its JSON document contains the status with the phase that is next.
  const isAgain = hasLateRows(status)
  if (!isAgain) expect({ release: next && plans[0]?.release, phase: next?.phase }, at).to.deep.equal(said)
  const only = status.next?.phase
  if (only === undefined) {
    expect(status.exitCode, at).to.equal(0)
    return
  }
  const ran = await engine.upgrade({ only, confirmed: true }).then(
    () => ({ expand: 3, migrate: 4, contract: 5 })[only],
    (error: unknown) => (error instanceof InterphaseError ? error.exitCode : 1),
  )
  expect(status.exitCode, `${at}: status --check, against the run`).to.equal(ran)
  if (!isAgain && next?.phase === only && status.exitCode < 6) expectExecuted(waitingIn(next.migrations), events, at)
}

function hasLateRows({ releases }: StatusReport): boolean {
  const migrations = releases.flatMap(({ phases }) => phases.flatMap((phase) => phase.migrations))
  return migrations.some(({ state, pending }) => state === 'done' && pending !== undefined && BigInt(pending) > 0n)
}

function waitingIn(migrations: readonly PlannedMigration[]): readonly PlannedMigration[] {
  return migrations.filter(({ state }) => state !== 'done')
}

interface Executed {
  readonly id: string
  readonly path?: PlannedMigration['path']
  /** For a resumed migration: the statement with which it continues. */
  from?: number
  replayed: number
  readonly statements: string[]
}

/** The migrations that a run executed, in order, with the statements that it sent. */
function executedIn(events: readonly Event[]): readonly Executed[] {
  const executed: Executed[] = []
  for (const event of events) {
    const last = executed.at(-1)
    if (event.type === 'migration-started') executed.push({ id: event.migration, path: event.path, replayed: 0, statements: [] })
    if (event.type === 'migration-resumed' && event.found !== 'still running')
      executed.push({ id: event.migration, from: event.statement + (event.found === 'done' ? 1 : 0), replayed: 0, statements: [] })
    if (event.type === 'session-restored' && last) Object.assign(last, { from: event.statement, replayed: event.replayed })
    if (event.type === 'statement-started') last?.statements.push(event.text)
  }
  return executed
}

/** A function lists no statements in the plan. A resumed migration sends the listed statements from the one at which it stopped. */
function expectExecuted(listed: readonly PlannedMigration[], events: readonly Event[], at: string): void {
  const executed = executedIn(events)
  expect(
    executed.map(({ id }) => id),
    `${at}: the migrations`,
  ).to.deep.equal(listed.map(({ id }) => id))
  for (const [index, { id, state, path, statements, file }] of listed.entries()) {
    const ran = executed[index]
    expect(ran?.from === undefined, `${at}: ${id} is ${state}`).to.equal(state === 'waiting')
    if (state === 'waiting') expect(ran?.path, `${at}: ${id}`).to.equal(path)
    if (file.endsWith('.sql')) expect(ran?.statements.slice(ran.replayed), `${at}: ${id}`).to.deep.equal(statements.slice(ran?.from ?? 0))
  }
}
