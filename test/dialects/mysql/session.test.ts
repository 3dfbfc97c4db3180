import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'
import type { DatabaseSession } from '../../../src/dialect/dialect.ts'
import { sql, sqlName, sqlValue } from '../../../src/dialect/sql.ts'
import { mariadbDialect, mysqlDialect } from '../../../src/dialects/mysql/mysql.ts'
import { mysqlConnectionNumberOf } from '../../../src/dialects/mysql/session/backend.ts'
import { connectMysqlDriver, parseMysqlUrl } from '../../../src/dialects/mysql/session/connect.ts'
import { mysqlEngineSessionAssignmentsSql } from '../../../src/dialects/mysql/session/sql-mode.ts'
import { renderMysqlStatement } from '../../../src/dialects/mysql/text/notation.ts'
import { isError } from '../../../src/error.ts'
import { rejected } from '../../support/caught.ts'
import { execute, serverUrl, withDatabase } from '../../support/servers.ts'
import { AT, onBoth } from './support.ts'

// Ends when the server has no connection of this number any more, or after a minute.
const UNTIL_ENDED = `import { createConnection } from 'mysql2/promise'
const [, url, id] = process.argv
const connection = await createConnection(url)
const isThere = async () => (await connection.query('SELECT 1 FROM information_schema.processlist WHERE id = ?', [id]))[0].length > 0
for (const until = Date.now() + 60_000; (await isThere()) && Date.now() < until; );
await connection.end()`

describe('a session on MySQL and MariaDB', () => {
  onBoth((server, { dialect, database, open }) => {
    it('sends values apart from the text and gives bigints as strings', async () => {
      const session = await open(await database('CREATE TABLE t (id int, big bigint, s varchar(40), at datetime(3), b varbinary(4))'))
      const at = new Date('2026-01-02T03:04:05.678Z')
      const big = 9007199254740993n
      await session.query(
        sql`INSERT INTO ${sqlName('t')} VALUES (${sqlValue(1)}, ${sqlValue(big)}, ${sqlValue("it's `; --")}, ${sqlValue(at)}, ${sqlValue(Buffer.from('ab'))})`,
      )
      const rows = await session.query(sql`SELECT * FROM t WHERE s IN ${sqlValue(["it's `; --", 'x'])} AND id = ${sqlValue(true)}`)
      expect(rows.map((row) => ({ ...row }))).to.deep.equal([
        { id: 1, big: '9007199254740993', s: "it's `; --", at: '2026-01-02 03:04:05.678', b: Buffer.from('ab') },
      ])
    })

    it('sends the bytes of the file under SET NAMES binary, and refuses a character that latin1 lacks', async () => {
      const session = await open(await database('CREATE TABLE t (id int, b varbinary(20), s varchar(20) CHARACTER SET utf8mb4)'))
      await session.execute('SET NAMES binary', AT)
      await session.execute("INSERT INTO t VALUES (1, 'ü€', 'ü€')", AT)
      await session.query(sql`SELECT 1`)
      await session.execute("INSERT INTO t VALUES (2, 'é', 'é')", AT)
      await session.execute('SET NAMES latin1', AT)
      await session.execute("INSERT INTO t VALUES (3, 'é', 'é')", AT)
      const { facts } = await rejected(session.execute("INSERT INTO t VALUES (4, '€', '€')", AT), 'statement.refused')
      expect(facts.because).to.include('latin1').and.include('€')
      expect(await session.query(sql`SELECT id, hex(b) AS b, s FROM t ORDER BY id`)).to.deep.equal([
        { id: 1, b: 'C3BCE282AC', s: 'ü€' },
        { id: 2, b: 'C3A9', s: 'é' },
        { id: 3, b: 'E9', s: 'é' },
      ])
    })

    it('sends every character under each character set of the server, or refuses it before it is sent', async () => {
      const session = await open(await database('CREATE TABLE t (s varchar(20) CHARACTER SET utf8mb4)'))
      const sets = await session.query<{ charset: string }>(
        sql`SELECT character_set_name AS charset FROM information_schema.character_sets ORDER BY 1`,
      )
      const outcomes: Record<string, string> = {}
      const settled = (work: Promise<unknown>) => work.catch((error: Error) => error)
      for (const { charset } of sets) {
        await session.reset()
        const set = await settled(session.execute(`SET NAMES ${charset}`, AT))
        for (const character of ['a', 'é', 'ж', '€', '漢', '😀']) {
          if (set instanceof Error) continue
          await session.query(sql`DELETE FROM t`)
          const sent = await settled(session.execute(`INSERT INTO t VALUES ('${character}')`, AT))
          const [row] = await session.query<{ s: string }>(sql`SELECT s FROM t`)
          if (sent instanceof Error) expect(row).to.equal(undefined)
          else expect(row?.s, charset).to.equal(character)
          outcomes[charset] = (outcomes[charset] ?? '') + (sent instanceof Error ? '' : character)
        }
      }
      expect(Object.keys(outcomes).length).to.be.greaterThan(25)
      const unwritable = Object.entries(outcomes).flatMap(([charset, characters]) => (characters.startsWith('a') ? [] : [charset]))
      expect(unwritable).to.deep.equal(['swe7'])
      expect(outcomes).to.include({ utf8mb4: 'aéж€漢😀', utf8mb3: 'aéж€漢', latin1: 'aé', cp1251: 'a' })
    })

    it('executes the SET statements of scripts for other versions, and refuses other unknown variables', async () => {
      const session = await open(await database())
      const mode = async () => (await session.execute('SELECT @@sql_mode AS mode', AT)).rows[0]?.['mode']
      const variables = ['query_cache_type = OFF', "tx_isolation = 'READ-COMMITTED'", "transaction_isolation = 'READ-COMMITTED'"]
      for (const one of [...variables, 'storage_engine = InnoDB', "table_type='innodb'", 'SESSION max_execution_time = 0'])
        await session.execute(`SET ${one}`, AT)
      await session.execute('/*!40101 SET @@SESSION.old_passwords = 0, LOCAL timed_mutexes = OFF */', AT)
      await session.execute("/*!50003 SET sql_mode              = 'ANSI_QUOTES,NO_AUTO_CREATE_USER' */", AT)
      expect(await mode()).to.include('ANSI_QUOTES')
      await session.execute("SET @old = @@sql_mode, SQL_MODE='NO_AUTO_CREATE_USER,NO_AUTO_VALUE_ON_ZERO'", AT)
      expect(await mode()).to.include('NO_AUTO_VALUE_ON_ZERO')
      for (const one of ['no_such_variable = 1', 'table_type = MyISAM', 'timed_mutexes = OFF, no_such_variable = 1'])
        await rejected(session.execute(`SET ${one}`, AT), 'statement.failed')
      await rejected(session.execute("SET sql_mode = 'NO_SUCH_MODE'", AT), 'statement.failed')
    })

    if (server === 'mariadb')
      it('keeps no setting of SET STATEMENT for later statements', async () => {
        const session = await open(await database())
        await session.execute('/* tag */ SET STATEMENT foreign_key_checks = 0 FOR DO 1', AT)
        await session.query(sql`SELECT 1`)
        const { rows } = await session.execute('SELECT @@foreign_key_checks AS checks', AT)
        expect(rows.map((row) => ({ ...row }))).to.deep.equal([{ checks: 1 }])
      })

    it('calls no routine of another database', async () => {
      const other = await database('CREATE PROCEDURE p() SELECT 1', 'CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1')
      const name = new URL(other).pathname.slice(1)
      const session = await open(await database())
      const calls = [`CALL ${name}.p()`, `SELECT ${name}.f()`, `CREATE PROCEDURE mine() CALL \`${name}\`.p()`, 'SELECT nobody.f()']
      for (const call of calls) await rejected(session.execute(call, AT), 'statement.refused')
    })

    it('counts the rows that an author really wrote', async () => {
      const session = await open(
        await database('CREATE TABLE t (id int auto_increment primary key, a int)', 'INSERT INTO t (a) VALUES (1), (2)'),
      )
      expect((await session.execute('UPDATE t SET a = 2', AT)).affected).to.equal(1)
      expect(await session.execute('INSERT INTO t (a) VALUES (?)', AT, [7])).to.deep.equal({
        rows: [],
        columns: [],
        affected: 1,
        insertId: 3,
      })
      const { rows, columns } = await session.execute('SELECT id, a FROM t WHERE id = 3', AT)
      expect({ columns, rows: rows.map((row) => ({ ...row })) }).to.deep.equal({ columns: ['id', 'a'], rows: [{ id: 3, a: 7 }] })
    })

    it('is strict, in UTC, and takes one statement at a time', async () => {
      const session = await open(await database())
      const [row] = await session.query<{ mode: string; zone: string }>(sql`SELECT @@sql_mode AS mode, @@time_zone AS zone`)
      expect(row?.mode).to.match(/STRICT_(?:TRANS|ALL)_TABLES/)
      expect(row?.zone).to.equal('+00:00')
      expect((await rejected(session.execute('SELECT 1; SELECT 2', AT), 'statement.failed')).facts).to.include({ file: AT.file, line: 3 })
    })

    it('does not hand what one file sets to the next', async () => {
      const session = await open(await database())
      await session.execute('SET foreign_key_checks = 0, sql_mode = "ANSI_QUOTES", sql_select_limit = 1, sql_safe_updates = 1', {
        file: 'a.sql',
        line: 1,
      })
      const same = await session.execute('SELECT @@foreign_key_checks AS checks', { file: 'a.sql', line: 2 })
      const next = await session.execute('SELECT @@foreign_key_checks AS checks, @@sql_mode AS mode, @@sql_safe_updates AS safe', {
        file: 'b.sql',
        line: 1,
      })
      const two = await session.execute('SELECT 1 UNION ALL SELECT 2', { file: 'b.sql', line: 2 })
      expect([two.rows.length, next.rows[0]?.['safe']]).to.deep.equal([2, 0])
      expect(same.rows[0]?.['checks']).to.equal(0)
      expect(next.rows[0]?.['checks']).to.equal(1)
      expect(next.rows[0]?.['mode']).to.contain('STRICT_TRANS_TABLES').and.not.contain('ANSI_QUOTES')
    })

    it('notices that a procedure committed the transaction', async () => {
      const session = await open(
        await database(
          'CREATE TABLE t (a int)',
          'CREATE PROCEDURE sneaky() BEGIN INSERT INTO t VALUES (1); COMMIT; END',
          'CREATE PROCEDURE plain() INSERT INTO t VALUES (2)',
        ),
      )
      await session.begin()
      await session.execute('CALL plain()', AT)
      expect(await session.intact()).to.equal(true)
      await session.commit()
      await session.begin()
      await session.execute('CALL sneaky()', AT)
      await session.execute('INSERT INTO t VALUES (3)', AT)
      expect(await session.intact()).to.equal(false)
      await rejected(session.commit(), 'migration.committed')
      await session.begin()
      await session.execute('ALTER TABLE t ADD b int', AT)
      await rejected(session.commit(), 'migration.committed')
    })

    it('distinguishes a transaction that the server rolled back from a committed one', async () => {
      const url = await database('CREATE TABLE t (id int PRIMARY KEY, a int)', 'INSERT INTO t VALUES (1, 0), (2, 0)')
      const [one, two] = [await open(url), await open(url)]
      for (const session of [one, two]) await session.begin({ lockTimeoutMs: 20_000 })
      await one.execute('UPDATE t SET a = 1 WHERE id = 1', AT)
      await two.execute('UPDATE t SET a = 1 WHERE id = 2', AT)
      const outcome = (session: DatabaseSession, id: number) =>
        session.execute(`UPDATE t SET a = 2 WHERE id = ${id}`, AT).then(
          () => ({ session, error: undefined }),
          (error: unknown) => ({ session, error }),
        )
      const [first, second] = await Promise.all([outcome(one, 2), outcome(two, 1)])
      const [victim, winner] = first.error === undefined ? [second, first] : [first, second]
      expect(isError(victim.error, 'statement.lock-timeout')).to.equal(true)
      expect(await victim.session.intact()).to.equal(true)
      await rejected(victim.session.commit(), 'statement.lock-timeout')
      await winner.session.commit()
      await victim.session.begin()
      await victim.session.execute('UPDATE t SET a = 3', AT)
      await victim.session.commit()
    })

    if (server === 'mariadb') {
      it('knows that the server rolled back a transaction that read what another changed', async () => {
        const url = await database('CREATE TABLE t (id int PRIMARY KEY, a int)', 'INSERT INTO t VALUES (1, 0)')
        const session = await open(url)
        // As it is from 11.6 on.
        await session.execute('SET SESSION innodb_snapshot_isolation = 1', AT)
        await session.begin()
        await session.execute('SELECT a FROM t', AT)
        await execute(url, 'UPDATE t SET a = 1')
        const { facts } = await rejected(session.execute('UPDATE t SET a = a + 1', AT), 'statement.failed')
        expect(facts.sqlState).to.equal('40001')
        expect(await session.intact()).to.equal(true)
        await rejected(session.commit(), 'statement.failed')
      })
    }

    it('gives up waiting for a lock after the limit, names the blocker, and continues', async () => {
      const url = await database('CREATE TABLE t (a int)')
      const [holder, session] = [await open(url, 'the holder'), await open(url)]
      await holder.begin()
      await holder.execute('INSERT INTO t VALUES (1)', AT)
      await session.limit({ lockTimeoutMs: 3000 })
      const watcher = await open(url)
      const waiting = rejected(session.execute('ALTER TABLE t ADD b int', AT), 'statement.lock-timeout')
      let blockers: readonly string[] = []
      for (const until = Date.now() + 2500; blockers.length === 0 && Date.now() < until; )
        blockers = await dialect.processes.blockersOf(watcher, session.backend)
      expect(blockers.join()).to.contain(server === 'mysql' ? 'the holder' : `connection ${mysqlConnectionNumberOf(holder.backend)}`)
      expect((await waiting).facts).to.deep.include({ attempts: 1, blockers: [], statement: 'ALTER TABLE t ADD b int' })
      await holder.rollback()
      await session.execute('ALTER TABLE t ADD b int', AT)
    })

    it('stops a statement at the limit and at cancel()', async () => {
      const session = await open(await database())
      const endless = 'SELECT count(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c'
      await session.limit({ statementTimeoutMs: 200 })
      expect((await rejected(session.execute(endless, AT), 'statement.timeout')).facts.afterMs).to.equal(200)
      await session.limit({})
      const tagged = session.execute(`/* interphase:tag7 */ ${endless}`, AT)
      const stopped = rejected(tagged, 'statement.failed')
      const watcher = await open(await database())
      let found = await dialect.processes.running(watcher, 'interphase:tag7')
      for (const until = Date.now() + 60_000; !found && Date.now() < until; )
        found = await dialect.processes.running(watcher, 'interphase:tag7')
      expect(found?.backend).to.equal(session.backend)
      await session.cancel()
      await stopped
      expect(await session.query(sql`SELECT 1 AS one`)).to.have.length(1)
    })

    it('says at once that the connection is lost', async () => {
      const url = await database()
      const [session, other] = [await open(url), await open(url)]
      expect(await dialect.processes.alive(other, session.backend)).to.equal(true)
      const lost = session.lost.aborted ? Promise.resolve() : once(session.lost, 'abort')
      await dialect.processes.end(other, session.backend)
      await lost
      await rejected(session.query(sql`SELECT 1`), 'database.lost')
      await rejected(session.execute('SELECT 1', AT), 'database.lost')
      for (const until = Date.now() + 60_000; Date.now() < until && (await dialect.processes.alive(other, session.backend)); );
      expect(await dialect.processes.alive(other, session.backend)).to.equal(false)
      await dialect.processes.end(other, session.backend)
    })

    it('names the fault of a connection, and never the password', async () => {
      const url = new URL(await database())
      const secret = 'S3cr3t%21'
      const wrong = new URL(url)
      wrong.username = 'interphase_nobody'
      wrong.password = secret
      const login = await rejected(dialect.open({ url: wrong.href, purpose: 'x' }), 'database.login')
      expect(login.facts.user).to.equal('interphase_nobody')
      const missing = await rejected(dialect.open({ url: withDatabase(url.href, 'nowhere'), purpose: 'x' }), 'database.missing')
      expect(missing.facts.database).to.equal('nowhere')
      const closed = new URL(url)
      closed.port = '1'
      closed.password = secret
      const unreachable = await rejected(dialect.open({ url: closed.href, purpose: 'x' }), 'database.unreachable')
      for (const error of [login, missing, unreachable]) {
        expect(`${error.stack}${JSON.stringify(error)}${JSON.stringify(error.cause)}`).not.to.match(/S3cr3t/)
      }
      const bad = await rejected(dialect.open({ url: `sqlite://u:${secret}@h/d`, purpose: 'x' }), 'database.bad-url')
      expect(bad.message).not.to.contain('S3cr3t')
    })

    it('reports a server that refuses the connection of a user', async () => {
      const url = new URL(await database())
      const root = await dialect.open({ url: url.href, purpose: 'x' })
      const user = `once_${process.pid}`
      await root.execute(`CREATE USER ${user}@'%' IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 1`, AT)
      await root.execute(`GRANT ALL ON ${url.pathname.slice(1)}.* TO ${user}@'%'`, AT)
      Object.assign(url, { username: user, password: 'x' })
      const first = await dialect.open({ url: url.href, purpose: 'x' })
      const second = await rejected(dialect.open({ url: url.href, purpose: 'x' }), 'database.refused')
      expect(second.message).to.contain('max_user_connections')
      await first.close()
      await root.execute(`DROP USER ${user}@'%'`, AT)
      await root.close()
    })

    it('refuses a server of the other kind, and reads both schemes', async () => {
      const url = new URL(await database())
      const other = server === 'mysql' ? mariadbDialect : mysqlDialect
      expect((await rejected(other.open({ url: url.href, purpose: 'x' }), 'database.version')).facts.dialect).to.equal(other.name)
      const swapped = url.href.replace(/^\w+:/, url.protocol === 'mysql:' ? 'mariadb:' : 'mysql:')
      expect((await open(swapped)).dialect).to.equal(server)
    })

    it('reads why the server has ended a silent session, and writes nothing to the terminal', async () => {
      const url = await database()
      const connection = await connectMysqlDriver({ url, purpose: 'x' }, parseMysqlUrl(url))
      await connection.query('SET SESSION wait_timeout = 1')
      const written: unknown[] = []
      const { error } = console
      console.error = (...words: unknown[]) => written.push(words)
      try {
        // Meanwhile this process reads nothing, as one that is frozen.
        execFileSync(
          process.execPath,
          ['--input-type=module', '-e', UNTIL_ENDED, url.replace(/^mariadb:/, 'mysql:'), String(connection.threadId)],
          {
            cwd: import.meta.dirname,
          },
        )
        const ended: unknown = await connection.query('SELECT 1').catch((problem: unknown) => problem)
        expect(ended).to.be.instanceOf(Error)
      } finally {
        console.error = error
        connection.destroy()
      }
      expect(written).to.deep.equal([])
    })

    it('encrypts when asked, or refuses', async () => {
      const url = await database()
      const [has] = await execute(url, "SHOW VARIABLES LIKE 'have_ssl'")
      const canEncrypt = server === 'mysql' || has?.['Value'] === 'YES'
      const encrypted = dialect.open({ url, purpose: 'x', tls: { mode: 'require' } })
      if (canEncrypt) {
        const session = await encrypted
        const [row] = await session.query<{ Value: string }>(sql`SHOW STATUS LIKE 'Ssl_cipher'`)
        await session.close()
        expect(row?.Value).not.to.equal('')
      } else await rejected(encrypted, 'database.unreachable')
      await rejected(dialect.open({ url, purpose: 'x', tls: { mode: 'verify' } }), 'database.unreachable')
    })

    it('says which privilege is missing', async () => {
      const url = new URL(await database('CREATE TABLE t (a int)'))
      const user = `ip_${process.pid}`
      const admin = (await serverUrl(server)) ?? ''
      // Where an anonymous user of localhost exists, it is taken before one of everywhere.
      const users = [`${user}@'%'`, `${user}@localhost`]
      for (const one of users)
        await execute(admin, `CREATE USER ${one} IDENTIFIED BY 'x'`, `GRANT SELECT ON \`${url.pathname.slice(1)}\`.* TO ${one}`)
      try {
        url.username = user
        url.password = 'x'
        const session = await open(url.href)
        const { facts } = await rejected(session.execute('ALTER TABLE t ADD b int', AT), 'database.privilege')
        expect(facts.problem).to.contain('ALTER')
        expect(facts.doing).to.contain(AT.file)
      } finally {
        await execute(admin, `DROP USER ${users.join(', ')}`)
      }
    })
  })

  it('reads a statement in one way and is strict, whatever the server has', () => {
    const modeOf = (server: string) =>
      / sql_mode = '([^']*)'$/.exec(renderMysqlStatement(mysqlEngineSessionAssignmentsSql(server)).text)?.[1]
    expect(modeOf('ANSI_QUOTES,NO_BACKSLASH_ESCAPES')).to.equal('STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION')
    expect(modeOf('REAL_AS_FLOAT,NO_ZERO_DATE,STRICT_ALL_TABLES')).to.equal('NO_ZERO_DATE,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION')
    expect(modeOf('')).to.equal('STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION')
  })
})
