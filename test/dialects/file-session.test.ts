import { expect } from 'chai'
import type { DatabaseSession, SourceLocation } from '../../src/dialect/dialect.ts'
import { sql } from '../../src/dialect/sql.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { isError } from '../../src/error.ts'
import { dialectOfServer } from '../support/chain.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const FILE: SourceLocation = { file: 'a.sql', line: 1 }
const NEXT: SourceLocation = { file: 'b.sql', line: 1 }

/** A variable of the session with another value than it has, written as SET takes it. */
interface Trial {
  readonly name: string
  readonly other: string
}

describe('what a file sets ends with it', () => {
  for (const servers of [['postgres', 'postgres-system'] as const, ['mysql', 'mariadb'] as const]) {
    onServers(servers, (server, database) => {
      let session: DatabaseSession
      before(async () => {
        session = await (await loadDialect(dialectOfServer(server))).open({ url: await database(), purpose: 'test' })
      })
      after(() => session.close())

      it('every variable that a session may set', async () => {
        // The first statement of a file may set what the engine has not yet looked at.
        let tried = 0
        for (const trial of await trialsOn(server, session)) tried += await follow(server, session, trial)
        expect(tried).to.be.greaterThan(60)
      })

      it('many of them together, in a transaction that is rolled back and in one that is committed', async () => {
        const before = await settingsOf(session)
        for (const how of ['rollback', 'commit'] as const) {
          await session.begin()
          for (const statement of OF_A_DUMP[server === 'mysql' || server === 'mariadb' ? 'mysql' : 'postgres'])
            await session.execute(statement, FILE)
          await session[how]()
          await session.reset()
          expect(await settingsOf(session), how).to.deep.equal(before)
        }
      })

      it('after a statement that failed, too', async () => {
        const before = await settingsOf(session)
        for (const statement of OF_A_DUMP[server === 'mysql' || server === 'mariadb' ? 'mysql' : 'postgres'])
          await session.execute(statement, FILE)
        await session.execute('SELECT nothing FROM nowhere', FILE).catch(() => undefined)
        expect(await settingsOf(session)).to.deep.equal(before)
        await session.reset()
        expect(await settingsOf(session)).to.deep.equal(before)
      })
    })
  }

  onServers(['postgres', 'postgres-system'], (_, database) => {
    let session: DatabaseSession
    const role = `reader_${process.pid}`
    before(async () => {
      session = await (await loadDialect('postgres')).open({ url: await database(), purpose: 'test' })
      await session.query(sql`CREATE TABLE t (id int)`)
      await session.execute(`CREATE ROLE ${role}; GRANT SELECT ON t TO ${role}`, NEXT)
      await session.reset()
    })
    after(async () => {
      await session.execute(`DROP OWNED BY ${role}; DROP ROLE ${role}`, NEXT)
      await session.close()
    })
    const one = async (text: string, at = FILE) => Object.values((await session.execute(text, at)).rows[0] ?? {})[0]

    for (const become of ['SET ROLE', 'SET SESSION AUTHORIZATION']) {
      it(become, async () => {
        await session.execute(`${become} ${role}`, FILE)
        await session.query(sql`INSERT INTO t VALUES (1)`)
        expect(await one('SELECT current_user')).to.equal(role)
        await session.begin()
        await session.query(sql`INSERT INTO t VALUES (2)`)
        expect(await one('SELECT current_user')).to.equal(role)
        await session.commit()
        await session.reset()
        expect(await one('SELECT current_user', NEXT)).to.not.equal(role)
        await session.reset()
      })
    }

    it('settings of an application, which go on through the file', async () => {
      await session.execute("SET app.tenant = 'a'", FILE)
      await session.query(sql`SELECT 1 AS one`)
      expect(await one("SELECT current_setting('app.tenant', true)")).to.equal('a')
      await session.reset()
      expect(await one("SELECT coalesce(current_setting('app.tenant', true), '')", NEXT)).to.equal('')
      await session.reset()
    })

    it('what a block or a function sets', async () => {
      await session.execute("DO $$ BEGIN SET search_path = ''; END $$", FILE)
      await session.query(sql`SELECT id FROM t`)
      expect(await one("SELECT current_setting('search_path')")).to.equal('""')
      await session.reset()
    })

    it('temporary tables, prepared statements, cursors, channels and locks', async () => {
      await session.query(sql`SELECT pg_advisory_lock(7)`)
      for (const text of [
        'CREATE TEMPORARY TABLE t AS SELECT 5 AS id',
        'PREPARE p AS SELECT 1',
        'DECLARE c CURSOR WITH HOLD FOR SELECT 1',
        'LISTEN news',
        'SELECT pg_advisory_lock(8), pg_advisory_lock(8), pg_advisory_lock_shared(-3, 9), pg_advisory_lock(-5)',
      ])
        await session.execute(text, FILE)
      expect(await one('SELECT count(*)::int FROM t WHERE id = 5')).to.equal(1)
      await session.reset()
      const [left] = await session.query(sql`SELECT (SELECT count(*)::int FROM t WHERE id = 5) AS temporary,
        (SELECT count(*)::int FROM pg_prepared_statements WHERE from_sql) AS prepared,
        (SELECT count(*)::int FROM pg_cursors WHERE is_holdable) AS cursors, (SELECT count(*)::int FROM pg_listening_channels()) AS channels,
        (SELECT string_agg(objid::text, ',') FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks`)
      expect(left).to.deep.equal({ temporary: 0, prepared: 0, cursors: 0, channels: 0, locks: '7' })
    })

    it('does not wait for locks that end with the transaction', async () => {
      await session.begin()
      await session.execute('SELECT pg_advisory_xact_lock(11)', FILE)
      await session.reset()
      await session.commit()
    })

    it('and its own error is reported, not a consequence of it', async () => {
      await session.begin()
      await session.execute("SELECT set_config('search_path', '', false)", FILE)
      const both = await Promise.allSettled([session.query(sql`SELECT id FROM t`), session.query(sql`SELECT count(*) FROM t`)])
      expect(both.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled'])
      await session.rollback()
      await session.reset()
    })
  })

  onServers(['mysql', 'mariadb'], (server, database) => {
    let session: DatabaseSession
    before(async () => {
      session = await (await loadDialect(dialectOfServer(server))).open({ url: await database(), purpose: 'test' })
      await session.query(sql`CREATE TABLE t (id int)`)
      await session.query(sql`CREATE TABLE u (id int)`)
    })
    after(() => session.close())
    const one = async (text: string, at = FILE) => Object.values((await session.execute(text, at)).rows[0] ?? {})[0]

    it('variables, temporary tables, prepared statements, handlers and locks', async () => {
      for (const text of [
        'SET @Mine = 1, @`other` = 2',
        'CREATE TEMPORARY TABLE IF NOT EXISTS t AS SELECT 5 AS id',
        "PREPARE p FROM 'SELECT 1'",
        'HANDLER u OPEN AS h',
        `DO GET_LOCK('mine${process.pid}', 0)`,
      ])
        await session.execute(text, FILE)
      expect(await one('SELECT count(*) FROM t WHERE id = 5')).to.equal(1)
      await session.reset()
      expect(await one('SELECT count(*) FROM t WHERE id = 5', NEXT)).to.equal(0)
      expect(await one('SELECT @mine', NEXT)).to.equal(null)
      expect(await one(`SELECT IS_FREE_LOCK('mine${process.pid}')`, NEXT)).to.equal(1)
      for (const text of ['EXECUTE p', 'HANDLER h READ FIRST']) {
        const outcome = await session.execute(text, NEXT).catch((error: unknown) => error)
        expect(isError(outcome, 'statement.failed'), text).to.equal(true)
      }
      await session.reset()
    })

    it('the lock of tables, after an error too', async () => {
      const outcome = await session
        .execute('LOCK TABLES t WRITE;\nINSERT INTO t VALUES (1);\nSELECT nothing;\nUNLOCK TABLES', FILE)
        .catch((error: unknown) => error)
      expect(isError(outcome, 'statement.failed') && outcome.facts.line).to.equal(3)
      await session.query(sql`SELECT count(*) AS rows_of_u FROM u`)
      await session.reset()
    })
  })
})

const OF_A_DUMP = {
  postgres: [
    'SET lock_timeout = 0',
    "SELECT pg_catalog.set_config('search_path', '', false)",
    'SET check_function_bodies = false',
    'SET row_security = off',
    'SET session_replication_role = replica',
    'SET standard_conforming_strings = off',
    "SET DateStyle = 'German'",
  ],
  mysql: [
    'SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT',
    'SET NAMES latin1',
    "SET @OLD_TIME_ZONE=@@TIME_ZONE, TIME_ZONE='+03:00'",
    'SET UNIQUE_CHECKS=0, FOREIGN_KEY_CHECKS=0',
    "SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO', SQL_NOTES=0",
    'SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    'SET character_set_client = latin1',
    'SET collation_connection = utf8mb4_bin',
  ],
} as const

async function settingsOf(session: DatabaseSession): Promise<Readonly<Record<string, unknown>>> {
  const rows =
    session.dialect === 'postgres'
      ? await session.query<Shown>(sql`SELECT name, setting FROM pg_settings`)
      : await session.query<Shown>(sql`SHOW SESSION VARIABLES`)
  const told = rows.map((row) => [row.name ?? row.Variable_name ?? '', row.setting ?? row.Value] as const)
  return Object.fromEntries(told.filter(([name]) => !MOVES.test(name)))
}

interface Shown {
  readonly name?: string
  readonly setting?: string
  readonly Variable_name?: string
  readonly Value?: string
}

// What other sessions or every statement change.
const MOVES =
  /^(?:timestamp|statement_id|last_gtid|gtid_.*|pseudo_.*|rand_seed\d|(?:last_)?insert_id|identity|error_count|warning_count|in_transaction|lastval|last_insert_id|.*_executed.*|innodb_buffer_pool_.*|debug.*|transaction_.*)$/

/** True for a variable that could be set: then it is followed to the end of its file. */
async function follow(server: ServerName, session: DatabaseSession, { name, other }: Trial): Promise<number> {
  const isPostgres = server.startsWith('postgres')
  const engineSees = async () => (await settingsOf(session))[name]
  const read = isPostgres ? `SELECT setting AS s FROM pg_catalog.pg_settings WHERE name = '${name}'` : `SELECT @@SESSION.${name} AS s`
  const fileSees = async (at: SourceLocation) => (await session.execute(read, at)).rows[0]?.['s']
  const before = await engineSees()
  // Some have a value for the whole server alone.
  const original = await fileSees(NEXT).catch(() => undefined)
  await session.reset()
  if (original === undefined) return 0
  const outcome = await session.execute(`SET SESSION ${name} = ${other}`, FILE).catch((error: unknown) => error)
  const set = outcome instanceof Error ? original : await fileSees(FILE)
  if (set === original) {
    await session.reset()
    return 0
  }
  expect(await engineSees(), `${name} before the engine's statement`).to.equal(before)
  expect(await fileSees(FILE), `${name} for the rest of the file`).to.equal(set)
  await session.begin()
  expect(await engineSees(), `${name} in a transaction`).to.equal(before)
  await session.rollback()
  expect(await fileSees(FILE), `${name} after it`).to.equal(set)
  await session.reset()
  expect(await engineSees(), `${name} after the file`).to.equal(before)
  expect(await fileSees(NEXT), `${name} for the next file`).to.equal(original)
  await session.reset()
  return 1
}

async function trialsOn(server: ServerName, session: DatabaseSession): Promise<readonly Trial[]> {
  if (server.startsWith('postgres')) {
    const rows = await session.query<{ name: string; other: string }>(sql`SELECT name, quote_literal(CASE
        WHEN name LIKE '%timeout%' THEN '3600000'
        WHEN vartype = 'bool' THEN CASE setting WHEN 'on' THEN 'off' ELSE 'on' END
        WHEN vartype = 'enum' THEN (SELECT v FROM unnest(enumvals) v WHERE v <> setting LIMIT 1)
        WHEN vartype IN ('integer', 'real') THEN CASE WHEN setting = max_val THEN min_val WHEN setting = '-1' THEN '1' ELSE max_val END
        WHEN name = 'search_path' THEN 'pg_catalog' WHEN name = 'client_encoding' THEN 'LATIN1' WHEN name = 'TimeZone' THEN 'Asia/Tokyo' WHEN name = 'DateStyle' THEN 'German, DMY'
        WHEN name = 'default_tablespace' THEN 'pg_default' WHEN name = 'application_name' THEN 'other' ELSE setting END) AS other
      FROM pg_settings WHERE context IN ('user', 'superuser') AND name NOT LIKE 'transaction\\_%only' AND name NOT LIKE 'debug\\_%' AND name <> 'allow_in_place_tablespaces'`)
    return rows.filter(({ name, other }) => other !== null && !OF_ENGINE.test(name))
  }
  const values = await settingsOf(session)
  return Object.entries(values).flatMap(([name, shown]): Trial[] => {
    const other = otherThan(name, String(shown))
    return other === undefined || OF_ENGINE.test(name) ? [] : [{ name, other }]
  })
}

// `autocommit` belongs to the transactions of the engine. The engine itself sets the timeouts that end an idle session.
const OF_ENGINE = /^(?:autocommit|wait_timeout|net_read_timeout|net_write_timeout)$/

function otherThan(name: string, shown: string): string | undefined {
  const known: Readonly<Record<string, string>> = {
    'sql_mode': "'ANSI'",
    'time_zone': "'+03:00'",
    'character_set_client': 'latin1',
    'character_set_connection': 'latin1',
    'character_set_results': 'latin1',
    'collation_connection': 'latin1_bin',
    'lc_time_names': "'de_DE'",
    'sql_select_limit': '1',
    'max_join_size': '1',
    'max_error_count': '0',
    'max_statement_time': '3600',
    'max_execution_time': '3600000',
    'lock_wait_timeout': '3600',
    'binlog_format': "'MIXED'",
    'transaction_isolation': "'SERIALIZABLE'",
    'tx_isolation': "'SERIALIZABLE'",
  }
  if (known[name] !== undefined) return known[name]
  if (/^ON|OFF|YES|NO$/.test(shown)) return /^(?:ON|YES)$/.test(shown) ? '0' : '1'
  return /^\d+$/.test(shown) ? (shown === '0' ? '1' : String(BigInt(shown) / 2n)) : undefined
}
