import { expect } from 'chai'
import { createConnection } from 'mysql2/promise'
import { loadDialect } from '../../src/dialects/open.ts'
import type { TableObject } from '../../src/schema/object.ts'
import { type ChainOnServer, type Files, recordedOn } from '../support/chain.ts'
import type { StartedServer } from '../support/process.ts'
import { removeProjects } from '../support/project.ts'
import { findMariaDb, startMariaDb } from '../support/server-mariadb.ts'
import { findMySql, startMySql } from '../support/server-mysql.ts'
import { embeddedPostgres, startPostgres } from '../support/server-postgres.ts'
import { execute, type ServerName, withDatabase } from '../support/servers.ts'
import { contracted, opensAlone, timeless } from './gate-cases.ts'

const FILES: Files = {
  ...opensAlone(['data-steps-complete', 'preconditions-hold', 'destruction-confirmed', 'unused']),
  'r1/010-item.expand.sql':
    'CREATE TABLE item (id int NOT NULL PRIMARY KEY, name varchar(50), old int); CREATE TABLE gone (id int NOT NULL PRIMARY KEY, what int); CREATE TABLE kept (old int);',
  'r1/020-view.expand.sql': 'CREATE VIEW seen AS SELECT id, name FROM item;',
  'r1/030-index.expand.sql': 'CREATE INDEX item_name ON item (name);',
  'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price int;',
  'r2/010-price.migrate.sql': 'UPDATE item SET price = old WHERE price IS NULL;',
  // The run itself reads a table that contract removes, before it stores the counts.
  'r2/020-gone.migrate.sql': "UPDATE item SET name = 'gone' WHERE id IN (SELECT id FROM gone);",
  'r2/010-price.migrate.pending.sql': 'SELECT count(*) FROM item WHERE price IS NULL AND old > 7',
  'r2/020-gone.migrate.pending.sql': 'SELECT count(*) FROM gone WHERE what > 999',
  'r2/010-price.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
  'r2/020-gone.contract.sql': 'DROP VIEW seen; DROP TABLE gone;',
  'r2/030-index.contract.postgres.sql': 'DROP INDEX item_name;',
  'r2/030-index.contract.mysql.sql': 'ALTER TABLE item DROP INDEX item_name;',
}
const OBJECTS = ['column item.old', 'index item_name on item', 'table gone', 'view seen']
const UNUSED = `Not used since TIME: ${OBJECTS.join(', ')}`

/** Statements of code that uses an object, with the first line of the evidence. */
const USES = [
  ['column item.old', 'SELECT id, old FROM item WHERE id = 1'],
  ['column item.old', 'UPDATE item SET old = 3 WHERE id = 1'],
  ['column item.old', 'SELECT * FROM item WHERE id = 1'],
  ['column item.old', 'INSERT INTO item VALUES (9, NULL, 1, 1)'],
  ['view seen', 'SELECT count(*) FROM seen'],
  ['table gone', 'INSERT INTO gone (id) VALUES (1)'],
  ['table gone', 'SELECT id FROM gone g WHERE g.id = 1'],
] as const

/** Statements that are no use of these objects: of new code, of a backup, and of an administrator. */
const NO_USES = {
  postgres: ['SELECT id, price FROM item', 'SELECT old FROM kept', 'COPY gone TO STDOUT', 'ANALYZE gone', 'SELECT count(*) FROM item'],
  mysql: [
    'SELECT id, price FROM item',
    'SELECT old FROM kept',
    'SELECT /*!40001 SQL_NO_CACHE */ * FROM gone',
    'ANALYZE TABLE gone',
    'SELECT count(price) FROM item',
  ],
}

const SCAN = {
  postgres: ['SET enable_seqscan = off', "SELECT id FROM item WHERE name = 'b'"],
  mysql: ["SELECT id FROM item FORCE INDEX (item_name) WHERE name = 'b'"],
}

/** A routine that is only created now, so that no state has it. Its statements are in no statistics of statements. */
const ROUTINE = {
  postgres: [
    'CREATE FUNCTION extras.keep() RETURNS void LANGUAGE sql AS $$ INSERT INTO public.gone VALUES (71) $$',
    'SELECT extras.keep()',
    'DROP FUNCTION extras.keep()',
  ],
  mysql: ['CREATE PROCEDURE keep_it() INSERT INTO gone (id) VALUES (71)', 'CALL keep_it()', 'DROP PROCEDURE keep_it'],
}

describe('the gate unused', function () {
  this.timeout(120_000)
  after(removeProjects)

  for (const server of ['postgres', 'mariadb', 'mysql'] as const) {
    describe(server, () => {
      let started: StartedServer | undefined
      let chain: ChainOnServer
      const family = server === 'postgres' ? 'postgres' : 'mysql'
      const url = () => withDatabase(started?.url ?? '', 'watched')
      const sql = (...statements: readonly string[]) => execute(url(), ...statements)
      const open = async (as?: string) => chain.open({ databaseUrl: as === undefined ? url() : withUser(url(), as) })
      const asked = async (as?: string) => {
        const { gates } = await (await open(as)).gate({ phase: 'contract' })
        const answer = gates.find(({ gate }) => gate === 'unused')
        const others = gates.filter(({ gate, state }) => gate !== 'unused' && state !== 'open')
        expect(others, JSON.stringify(others)).to.deep.equal([])
        // The servers list the objects in another order.
        const sorted = (line: string) => line.replace(/(?<=^Not used since TIME: ).*/, (names) => names.split(', ').sort().join(', '))
        return { state: answer?.state, says: timeless(answer?.evidence ?? []).map(sorted), remedy: answer?.remedy ?? '' }
      }
      const begin = async () => (await open()).decide({ kind: 'baseline' }, { phase: 'contract' })

      before(async function () {
        started = await startWatching(server)
        if (!started) this.skip()
        chain = await recordedOn(server, FILES, { phases: 'phases' })
        await execute(started.url, 'CREATE DATABASE watched')
        if (server === 'postgres') await sql('CREATE SCHEMA extras', 'CREATE EXTENSION pg_stat_statements SCHEMA extras')
        const engine = await open()
        await engine.upgrade({ to: 'r1', confirmed: true })
        await sql('INSERT INTO item (id, old) VALUES (1, 2)', 'SELECT old FROM item')
        await engine.upgrade({ phase: 'migrate', confirmed: true })
      })
      after(async () => {
        if (family === 'mysql') await execute(started?.url ?? '', 'DROP USER IF EXISTS weak, app', 'DROP DATABASE IF EXISTS watched')
        await started?.stop()
      })

      it('is open after migrate, and stays open while only the engine, new code and backups work', async () => {
        const first = { state: 'open', says: [UNUSED], remedy: '' }
        expect(await asked()).to.deep.equal(first)
        for (const statement of NO_USES[family]) await sql(statement)
        for (let go = 0; go < 3; go++) await (await open()).status({ compareSchema: true })
        expect(await asked()).to.deep.equal(first)
      })

      it('is shut by each use, with the statement, until the counts begin again', async () => {
        for (const [object, statement] of USES) {
          await sql(statement)
          const { state, says, remedy } = await asked()
          expect({ state, of: says[0]?.slice(0, object.length) }, statement).to.deep.equal({ state: 'shut', of: object })
          expect(says[0], statement).to.match(/: 1 calls? of (SELECT|UPDATE|INSERT) .* since TIME/)
          expect(remedy).to.include('interphase gate baseline --phase contract')
          await begin()
          expect(await asked(), statement).to.include({ state: 'open' })
        }
      })

      it('is shut by a scan of the index, and by rows that a routine writes', async () => {
        await sql("INSERT INTO item (id, name) VALUES (50, 'b')")
        await sql(...SCAN[family])
        expect(await asked()).to.deep.include({ state: 'shut' })
        expect((await asked()).says).to.have.length(1)
        expect((await asked()).says[0]).to.match(
          /^index item_name on item: \d+ (scans of the index|rows that were read by the index) since TIME/,
        )
        await begin()
        await sql(...ROUTINE[family])
        expect((await asked()).says[0]).to.match(/^table gone: 1 rows that were written since TIME/)
        await begin()
      })

      if (family === 'mysql')
        it('sees a prepared statement of the binary protocol, or says that the server does not show it', async () => {
          await sql('DROP USER IF EXISTS app', 'CREATE USER app', 'GRANT ALL ON watched.* TO app')
          const app = await createConnection(withUser(url(), 'app').replace(/^mariadb:/, 'mysql:'))
          await app.execute('SELECT old FROM item WHERE id = ?', [1])
          await app.end()
          const { state, says } = await asked()
          expect({ state, says: says[0] }).to.deep.equal(
            server === 'mysql'
              ? {
                  state: 'shut',
                  says: 'column item.old: 1 call of EXECUTE SELECT OLD FROM `item` WHERE `id` = ? since TIME, the last one at TIME',
                }
              : {
                  state: 'unseen',
                  says: '1 prepared statements of the user app, whose texts MariaDB does not show, possibly used the objects',
                },
          )
          await begin()
        })

      it('counts what the session of the run has read before it stores the counts', async () => {
        const dialect = await loadDialect(server)
        const session = await dialect.open({ url: url(), purpose: 'a run' })
        try {
          const table: TableObject = { kind: 'table', name: 'kept', columns: ['old'] }
          const readsOf = async () => {
            const reading = await dialect.usage.read(session, [table], [])
            return 'unseen' in reading ? -1 : reading.usages.reduce((sum, { count, kind }) => (kind === 'other' ? sum + count : sum), 0)
          }
          await session.execute('INSERT INTO kept VALUES (1)', { file: 'a', line: 1 })
          const before = await readsOf()
          await session.execute('SELECT old FROM kept', { file: 'a', line: 1 })
          const after = await readsOf()
          expect(after).to.be.greaterThan(before)
          expect(await readsOf()).to.equal(after)
        } finally {
          await session.close()
        }
      })

      it('is unseen after the statistics were reset, and when a part of them is off', async () => {
        for (const [off, problem, on] of OFF[server]) {
          await sql(...off)
          const { state, says, remedy } = await asked()
          expect({ state, says: says[0] }, off.join('; ')).to.deep.equal({ state: 'unseen', says: problem })
          expect(remedy).to.match(/interphase gate baseline --phase contract$/)
          await sql(...on)
          await begin()
          expect(await asked(), off.join('; ')).to.include({ state: 'open' })
        }
      })

      if (server === 'postgres')
        it('counts no read of the engine where the server keeps only counters', async () => {
          await sql('DROP EXTENSION pg_stat_statements')
          await begin()
          for (let go = 0; go < 2; go++) {
            await (await open()).status({ compareSchema: true })
            const { says } = await asked()
            expect(says.join('\n')).to.include('the extension pg_stat_statements is not in this database').and.not.include('scans')
          }
          await sql('CREATE EXTENSION pg_stat_statements SCHEMA extras')
          await begin()
        })

      it('is unseen for a user who may not see the statistics', async () => {
        await sql(...WEAK[family])
        const { state, says, remedy } = await asked('weak')
        expect(state).to.equal('unseen')
        expect(says[0]).to.match(family === 'postgres' ? /may not see the statements of other users/ : /denied/)
        expect(remedy).to.match(family === 'postgres' ? /^Grant the role pg_read_all_stats/ : /^Grant SELECT on performance_schema/)
        await sql(...STRONGER[family])
        const stronger = await asked('weak')
        expect({ state: stronger.state, says: stronger.says[0] }).to.deep.equal({
          state: 'unseen',
          says: `The use of index item_name on item cannot be read: the counters of the server include the reads of the engine${family === 'postgres' ? ', because the user may not set track_counts and pg_stat_statements.track' : ''}`,
        })
        await sql(...STRONG[family])
        // MariaDB does not show which prepared statements the other user of the engine has sent.
        if (server === 'mariadb') await begin()
        else expect(await asked('weak')).to.include({ state: 'open' })
      })

      it('is shut until the objects have not been used for the hours of the policy, and contract runs when it is open', async () => {
        chain.put(opensAlone([{ gate: 'unused', hours: 48 }]))
        const { state, says } = await asked()
        expect({ state, says }).to.deep.equal({
          state: 'shut',
          says: [UNUSED, 'The policy requires 48 hours without use, until TIME'],
        })
        expect((await contracted(await open(), true)).code).to.equal('phase.held')
        chain.put(opensAlone(['unused']))
        expect((await contracted(await open(), true)).code).to.equal('done')
      })
    })
  }
})

/** The statements that turn statistics off or reset them, the first line of the evidence, and the statements that turn them on again. */
const OFF: { readonly [S in 'postgres' | 'mariadb' | 'mysql']: (readonly [readonly string[], string, readonly string[]])[] } = {
  postgres: [
    [['SELECT extras.pg_stat_statements_reset()'], 'The statistics of the server were reset after TIME', []],
    [['SELECT pg_stat_reset()'], 'The statistics of the server were reset after TIME', []],
    [
      ['DROP EXTENSION pg_stat_statements'],
      'The statistics of the server were reset after TIME',
      ['CREATE EXTENSION pg_stat_statements SCHEMA extras'],
    ],
  ],
  mariadb: [],
  mysql: [],
}
for (const server of ['mariadb', 'mysql'] as const)
  OFF[server].push(
    [['TRUNCATE performance_schema.events_statements_summary_by_digest'], 'The statistics of the server were reset after TIME', []],
    [
      ["UPDATE performance_schema.setup_consumers SET enabled = 'NO' WHERE name = 'statements_digest'"],
      'the consumer statements_digest of the performance schema is off',
      ["UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name = 'statements_digest'"],
    ],
    [
      ["UPDATE performance_schema.setup_instruments SET enabled = 'NO' WHERE name = 'statement/sql/update'"],
      'the instrument statement/sql/update of the performance schema is off',
      ["UPDATE performance_schema.setup_instruments SET enabled = 'YES' WHERE name = 'statement/sql/update'"],
    ],
  )

const WEAK = {
  postgres: [
    'CREATE ROLE weak LOGIN',
    'GRANT SELECT ON ALL TABLES IN SCHEMA public TO weak',
    'GRANT USAGE ON SCHEMA extras TO weak',
    'GRANT EXECUTE ON FUNCTION pg_control_system() TO weak',
  ],
  mysql: ['DROP USER IF EXISTS weak', 'CREATE USER weak', 'GRANT ALL ON watched.* TO weak'],
}
const STRONGER = {
  postgres: ['GRANT pg_read_all_stats TO weak'],
  mysql: ['GRANT SELECT ON performance_schema.* TO weak'],
}
const STRONG = {
  postgres: ['GRANT SET ON PARAMETER track_counts, pg_stat_statements.track TO weak'],
  mysql: ['GRANT UPDATE ON performance_schema.threads TO weak'],
}

function withUser(url: string, user: string): string {
  const changed = new URL(url)
  changed.username = user
  return changed.href
}

async function startWatching(server: ServerName): Promise<StartedServer | undefined> {
  if (server === 'postgres')
    return embeddedPostgres() === undefined ? undefined : startPostgres(undefined, { shared_preload_libraries: 'pg_stat_statements' })
  if (server === 'mariadb') return (await findMariaDb()) === undefined ? undefined : startMariaDb(['--performance-schema=ON'])
  // The statements of all other tests fill the table of statements on the shared server.
  return (await findMySql()) === undefined ? undefined : startMySql()
}
