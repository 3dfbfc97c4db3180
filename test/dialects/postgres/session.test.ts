import { inspect } from 'node:util'
import { expect } from 'chai'
import { sql, sqlName, sqlValue } from '../../../src/dialect/sql.ts'
import { openPostgresSession } from '../../../src/dialects/postgres/session/connect.ts'
import type { PostgresSession } from '../../../src/dialects/postgres/session/session.ts'
import { InterphaseError, isError } from '../../../src/error.ts'
import { AT, onPostgres, problemOf } from './fixture.ts'

const PASSWORD = 'hunter2-never-shown'

describe('postgres: a session', () =>
  onPostgres(({ session, url }) => {
    const attempt = async (change: (url: URL) => void): Promise<unknown> => {
      const other = new URL(url())
      other.password = PASSWORD
      change(other)
      return problemOf(openPostgresSession({ url: other.toString(), purpose: 'test', connectTimeoutMs: 3000 }))
    }

    it('reports a wrong login, a missing database and an unreachable address, and never the password', async () => {
      const role = `locked_${process.pid}`
      await session().execute(`CREATE ROLE ${role} NOLOGIN`, AT)
      const problems = {
        'database.login': await attempt((other) => Object.assign(other, { username: role })),
        'database.missing': await attempt((other) => Object.assign(other, { pathname: '/nowhere', password: new URL(url()).password })),
        'database.unreachable': await attempt((other) => Object.assign(other, { port: '1' })),
        'database.bad-url': await attempt((other) => Object.assign(other, { pathname: '/%zz' })),
      }
      await session().execute(`DROP ROLE ${role}`, AT)
      for (const [code, error] of Object.entries(problems)) {
        expect(error instanceof InterphaseError && error.code).to.equal(code)
        expect(inspect(error, { depth: 9, showHidden: true })).not.to.contain(PASSWORD)
      }
      expect(problems['database.missing'])
        .to.have.property('message')
        .that.matches(/^the database nowhere does not exist on the server \(.*:\d+\/nowhere\)$/)
    })

    it('reports a server that refuses the connection, and a search path without a schema', async () => {
      const [closed, pathless] = [`closed_${process.pid}`, `pathless_${process.pid}`]
      for (const name of [closed, pathless]) await session().execute(`CREATE DATABASE ${name}`, AT)
      await session().execute(`ALTER DATABASE ${closed} ALLOW_CONNECTIONS false`, AT)
      await session().execute(`ALTER DATABASE ${pathless} SET search_path = '$user', later`, AT)
      const urlOf = (name: string): string => Object.assign(new URL(url()), { pathname: `/${name}` }).toString()
      const refused = await problemOf(openPostgresSession({ url: urlOf(closed), purpose: 'test' }))
      expect(isError(refused, 'database.refused') && refused.facts.problem).to.contain('not currently accepting connections')
      const target = { url: urlOf(pathless), purpose: 'test', needsSchema: true }
      const lost = await problemOf(openPostgresSession(target))
      expect(isError(lost, 'database.no-schema') && lost.facts.path).to.equal('"$user", later')
      // The first remedy of the error.
      const shadow = await openPostgresSession({ ...target, needsSchema: false })
      await shadow.execute('CREATE SCHEMA later', AT)
      await shadow.close()
      await (await openPostgresSession(target)).close()
      for (const name of [closed, pathless]) await session().execute(`DROP DATABASE ${name}`, AT)
    })

    it('gets the messages of the server in English, if the user has the privilege', async () => {
      const [other, user] = [`other_language_${process.pid}`, `reader_${process.pid}`]
      await session().execute(`CREATE DATABASE ${other}`, AT)
      await session().execute(`CREATE ROLE ${user} LOGIN`, AT)
      // Every machine has this locale.
      await session().execute(`ALTER DATABASE ${other} SET lc_messages = 'C.UTF-8'`, AT)
      const at = Object.assign(new URL(url()), { pathname: `/${other}` })
      const languages: unknown[] = []
      for (const username of [at.username, user]) {
        const opened = await openPostgresSession({ url: Object.assign(new URL(at), { username }).href, purpose: 'test' })
        await opened.execute('RESET ALL', AT)
        languages.push(await opened.query(sql`SELECT current_setting('lc_messages') AS language`))
        await opened.close()
      }
      await session().execute(`DROP DATABASE ${other}`, AT)
      await session().execute(`DROP ROLE ${user}`, AT)
      expect(languages).to.deep.equal([[{ language: 'C' }], [{ language: 'C.UTF-8' }]])
    })

    it('does not read URLs of other databases', async () => {
      for (const other of ['mysql://root:secret@127.0.0.1/x', 'not a url: secret']) {
        const error = await problemOf(openPostgresSession({ url: other, purpose: 'test' }))
        expect(isError(error, 'database.bad-url') && error.message).not.to.contain('secret')
      }
    })

    it('shows itself to the server with its purpose', async () => {
      const long = await openPostgresSession({ url: url(), purpose: `interphase ${'é'.repeat(60)}` })
      const [row] = await long.query<{ shown: string }>(sql`SELECT current_setting('application_name') AS shown`)
      expect(row?.shown).to.match(/^interphase /)
      await long.close()
    })

    it('has its statements planned for full tables, and leaves what a file has set', async () => {
      const other = await openPostgresSession({ url: url(), purpose: 'test' })
      await other.execute('CREATE TABLE tiny (id int PRIMARY KEY); INSERT INTO tiny VALUES (1); ANALYZE tiny', AT)
      for (const was of ['on', 'off']) {
        await other.execute(`SET enable_seqscan = ${was}; SET plan_cache_mode = force_generic_plan`, AT)
        const text = sql`SELECT id AS ${sqlName(`was_${was}`)} FROM tiny WHERE id = ${sqlValue(1)}`
        for (let time = 0; time < 3; time += 1) expect(await other.query(text)).to.deep.equal([{ [`was_${was}`]: 1 }])
        const together = ['a', 'b', 'c'].map(
          (column) => sql`SELECT id AS ${sqlName(`${column}_${was}`)} FROM tiny WHERE id = ${sqlValue(1)}`,
        )
        for (let time = 0; time < 3; time += 1) await Promise.all(together.map((one) => other.query(one)))
        expect((await other.execute('SHOW enable_seqscan', AT)).rows).to.deep.equal([{ enable_seqscan: was }])
      }
      const { rows } = await other.execute('EXPLAIN EXECUTE interphase_1(1)', AT)
      await other.execute('DROP TABLE tiny', AT)
      await other.close()
      expect(inspect(rows)).to.match(/Index.* Scan/)
    })

    it('sends values apart from the text', async () => {
      for (let time = 0; time < 3; time += 1) {
        const [row] = await session().query(
          sql`SELECT ${sqlValue("a'b")}::text AS ${sqlName('x"y')}, ${sqlValue(['p', 'q,'])}::text[] AS list, ${sqlValue(2n)}::int8 AS big, 7 AS small`,
        )
        expect(row).to.deep.equal({ 'x"y': "a'b", 'list': ['p', 'q,'], 'big': '2', 'small': 7 })
      }
    })

    it("gives what an author's statement gives", async () => {
      await session().execute('CREATE TABLE thing (id integer, day date)', AT)
      expect(await session().execute("INSERT INTO thing VALUES (1, '2020-02-03'), (2, NULL)", AT)).to.deep.equal({
        rows: [],
        columns: [],
        affected: 2,
      })
      const outcome = await session().execute('SELECT id, day FROM thing WHERE id = $1', AT, [1])
      expect(outcome).to.deep.equal({ rows: [{ id: 1, day: '2020-02-03' }], columns: ['id', 'day'], affected: 0 })
    })

    const failing = async (text: string, limits: { lockTimeoutMs?: number; statementTimeoutMs?: number } = {}): Promise<unknown> => {
      await session().begin(limits)
      try {
        return await problemOf(session().execute(text, { file: 'f.sql', line: 10 }))
      } finally {
        await session().rollback()
      }
    }

    it('reports the position at which a statement failed', async () => {
      const error = await failing('SELECT 1,\n  nothing')
      expect(isError(error, 'statement.failed') && error.facts).to.include({
        file: 'f.sql',
        line: 11,
        sqlState: '42703',
        message: 'column "nothing" does not exist',
      })
    })

    it('reports a statement timeout', async () => {
      const error = await failing('SELECT pg_sleep(60)', { statementTimeoutMs: 20 })
      expect(isError(error, 'statement.timeout') && error.facts).to.include({ file: 'f.sql', line: 10, afterMs: 20 })
    })

    it('reports a lock timeout', async () => {
      const other: PostgresSession = await openPostgresSession({ url: url(), purpose: 'other' })
      await other.execute('CREATE TABLE held (id integer)', AT)
      await other.begin()
      await other.execute('LOCK TABLE held', AT)
      const error = await failing('SELECT * FROM held', { lockTimeoutMs: 20 })
      expect(isError(error, 'statement.lock-timeout') && error.facts).to.include({ file: 'f.sql', line: 10, attempts: 1 })
      await other.rollback()
      await other.close()
    })

    it('reports a missing privilege', async () => {
      const role = `poor_${process.pid}`
      await session().execute(`CREATE ROLE ${role}`, AT)
      await session().execute('CREATE TABLE rich (id integer)', AT)
      const error = await failing(`SET LOCAL ROLE ${role}; DROP TABLE rich`)
      expect(isError(error, 'database.privilege') && error.message).to.equal(
        'the database user lacked a privilege while f.sql:10 ran: must be owner of table rich',
      )
      await session().execute(`DROP ROLE ${role}`, AT)
    })

    it('keeps limits to the transaction, or for good', async () => {
      const shown = async () => (await session().execute("SELECT current_setting('lock_timeout') AS l", AT)).rows[0]?.['l']
      await session().begin({ lockTimeoutMs: 1500 })
      expect(await shown()).to.equal('1500ms')
      await session().rollback()
      expect(await shown()).to.equal('0')
      await session().limit({ lockTimeoutMs: 700 })
      expect(await shown()).to.equal('700ms')
      await session().limit({})
      expect(await shown()).to.equal('0')
    })

    it('copies rows, and reports the line of a row that does not fit', async () => {
      await session().execute('CREATE TABLE copied (id integer PRIMARY KEY, name text)', AT)
      const rows = 'COPY copied (id, name) FROM stdin;\n1\tone\n2\t\\N\n3\t\\\\.;\\ttab\n\\.'
      await session().begin()
      expect((await session().execute(rows, AT)).affected).to.equal(3)
      await session().commit()
      expect((await session().execute('COPY copied FROM stdin;\n\\.', AT)).affected).to.equal(0)
      expect((await session().execute('SELECT name FROM copied ORDER BY id', AT)).rows.map(({ name }) => name)).to.deep.equal([
        'one',
        null,
        '\\.;\ttab',
      ])
      await session().begin()
      const error = await failing('COPY copied (id, name) FROM stdin;\n4\tfour\nx\tfive\n\\.')
      expect(isError(error, 'statement.failed') && [error.facts.line, error.facts.sqlState]).to.deep.equal([12, '22P02'])
      await session().rollback()
      const missing = await failing('COPY nowhere FROM stdin;\n4\n\\.')
      expect(isError(missing, 'statement.failed') && missing.facts.sqlState).to.equal('42P01')
      const many = Array.from({ length: 100_000 }, (_, index) => `${index + 10}\tsome text\n`).join('')
      expect((await session().execute(`COPY copied FROM stdin;\n${many}\\.`, AT)).affected).to.equal(100_000)
      expect(await session().query(sql`SELECT count(*)::int AS n FROM copied`)).to.deep.equal([{ n: 100_003 }])
    })

    it('does not take the commit of a failed transaction for one', async () => {
      await session().begin()
      await problemOf(session().execute('SELECT nothing', AT))
      const error = await problemOf(session().commit(AT))
      expect(isError(error, 'statement.failed') && error.facts.sqlState).to.equal('25P02')
      // Nothing of it is done, and nothing has committed by itself.
      expect(await session().intact()).to.equal(true)
      await session().rollback()
      expect(await session().intact()).to.equal(false)
    })

    it('reports the violation of a deferred constraint with its location', async () => {
      await session().execute('CREATE TABLE one (id integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)', AT)
      await session().begin()
      await session().execute('INSERT INTO one VALUES (1), (1)', AT)
      const error = await problemOf(session().commit({ file: 'f.sql', line: 3 }))
      expect(isError(error, 'statement.failed') && error.facts).to.include({ file: 'f.sql', line: 3, sqlState: '23505' })
    })
  }))
