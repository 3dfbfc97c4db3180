import { expect } from 'chai'
import { sql, sqlValue } from '../../src/dialect/sql.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import type { TableObject } from '../../src/schema/object.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, recordedOn } from '../support/chain.ts'
import type { StartedServer } from '../support/process.ts'
import { removeProjects } from '../support/project.ts'
import { startMariaDb } from '../support/server-mariadb.ts'
import { startMySql } from '../support/server-mysql.ts'
import { execute, freshDatabase, onServers, type ServerName, withDatabase } from '../support/servers.ts'

/** Settings that a server may have for every new session, and that would make something else of the same statements. */
const BOTH = {
  sql_mode: 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,REAL_AS_FLOAT,NO_UNSIGNED_SUBTRACTION,HIGH_NOT_PRECEDENCE',
  default_storage_engine: 'MyISAM',
  explicit_defaults_for_timestamp: 'OFF',
  div_precision_increment: '9',
  completion_type: 'CHAIN',
  lc_time_names: 'de_DE',
  lc_messages: 'de_DE',
  default_week_format: '3',
  time_zone: '+05:00',
  group_concat_max_len: '100',
  innodb_strict_mode: 'OFF',
  sql_safe_updates: 'ON',
  sql_select_limit: '1',
  max_join_size: '2',
}

const ODD: { readonly [S in ServerName]?: Readonly<Record<string, string>> } = {
  mysql: {
    ...BOTH,
    sql_generate_invisible_primary_key: 'ON',
    show_gipk_in_create_table_and_information_schema: 'OFF',
    default_collation_for_utf8mb4: 'utf8mb4_general_ci',
  },
  mariadb: {
    ...BOTH,
    old_mode: '',
    default_regex_flags: 'DOTALL',
    sql_if_exists: 'ON',
  },
}

const FILES: Files = {
  'r1/010-base.expand.sql': `-- interphase: despite opaque because nobody runs yet
CREATE TABLE item (id int PRIMARY KEY, made timestamp NULL, seen timestamp, a real, b int unsigned, c int unsigned, t varchar(20) DEFAULT 'a\\'b',
  diff bigint AS (b - c) VIRTUAL, ratio double AS (b / 3) STORED, either int AS (b || c) VIRTUAL, CHECK (NOT a BETWEEN 5 AND 9));
CREATE TABLE unkeyed (a int, made timestamp, w varchar(20) DEFAULT "x") CHARACTER SET utf8mb4;
CREATE TABLE old (id int PRIMARY KEY, n varchar(20)) CHARACTER SET utf8mb3;
CREATE TABLE older (id int PRIMARY KEY, n varchar(20) CHARACTER SET utf8);
CREATE VIEW share AS SELECT id, b / c AS share, group_concat(t) AS ts, week(made) AS w FROM item GROUP BY id;
CREATE FUNCTION doubled (a int) RETURNS int DETERMINISTIC RETURN a * 2;
INSERT INTO item (id, made, b, c) VALUES (1, '2024-01-01 12:00:00', 7, 3);
CREATE TABLE written (id int PRIMARY KEY, at varchar(40), day varchar(20), w int, r int);
INSERT INTO written SELECT id, unix_timestamp(made), date_format(made, '%W'), week('2024-12-31'), 'a\\nb' REGEXP 'a.b' FROM item;`,
  'r2/010-more.expand.sql':
    'CREATE TABLE more (id int, at timestamp);\nALTER TABLE item ADD COLUMN note varchar(20) CHARACTER SET utf8mb4 NULL;',
  'r2/010-more.migrate.sql': "UPDATE item SET note = 'a\\\\b' WHERE note IS NULL;",
  'r2/010-more.migrate.pending.sql': 'SELECT count(*) FROM item WHERE note IS NULL',
  'r2/010-more.contract.sql': 'ALTER TABLE item DROP COLUMN a;',
}

/** A release whose pending query takes longer than the time limit of the server. */
function slowCount(pending: string): Files {
  return {
    'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, n int);',
    'r1/010-item.migrate.sql': 'UPDATE item SET n = 1 WHERE n IS NULL;',
    'r1/010-item.migrate.pending.sql': pending,
    'r1/010-item.contract.sql': 'ALTER TABLE item DROP COLUMN n;',
  }
}

/** A binary log, as every server with a replica has one: the tests' own servers have none. */
const LOGGED = ['--log-bin=logged', '--server-id=1']
const WITH_GTIDS = ['--gtid-mode=ON', '--enforce-gtid-consistency=ON']

function withUser(url: string, user: string, password: string): string {
  return Object.assign(new URL(url), { username: user, password }).href
}

const literal = (value: string) => (/^\d+$/.test(value) ? value : `'${value}'`)

/** The sessions of the tests need all rows, and the settings of the server would limit them. */
const UNLIMITED = 'SET SESSION sql_big_selects = 1, sql_select_limit = 18446744073709551615'

describe('a server with other settings than the one of the shadow', () => {
  onServers(['mariadb', 'mysql'], (server) => {
    let odd: StartedServer | undefined
    let url = ''

    before(async () => {
      odd = await (server === 'mysql' ? startMySql([...LOGGED, ...WITH_GTIDS]) : startMariaDb(LOGGED))
      await execute(odd.url, ...Object.entries(ODD[server] ?? {}).map(([name, value]) => `SET GLOBAL ${name} = ${literal(value)}`))
    })
    after(removeProjects)
    after(() => odd?.stop())
    beforeEach(async () => {
      const server = odd?.url ?? ''
      await execute(server, 'DROP DATABASE IF EXISTS target', 'CREATE DATABASE target')
      url = withDatabase(server, 'target')
    })

    async function looked(chain: ChainOnServer): Promise<readonly unknown[]> {
      const { schema, problems } = await (await chain.open({ databaseUrl: url })).status({ compareSchema: true })
      return [schema, ...problems.map(({ says }) => says)]
    }

    it('has the same schema and the same rows after the same scripts', async () => {
      const chain = await recordedOn(server, FILES)
      await chain.up()
      await (await chain.open({ databaseUrl: url })).upgrade({ confirmed: true })
      expect(await looked(chain)).to.deep.equal(['as planned'])
      for (const table of ['written', '(SELECT id, t, diff, ratio, either, note FROM item) i'])
        expect(await execute(url, UNLIMITED, `SELECT * FROM ${table}`), table).to.deep.equal(await chain.sql(`SELECT * FROM ${table}`))
    })

    it('does not cancel the statements of the engine by its own time limit', async () => {
      const chain = await recordedOn(server, slowCount('SELECT sleep(0.3)'))
      const limit = server === 'mysql' ? 'max_execution_time' : 'max_statement_time'
      await execute(odd?.url ?? '', `SET GLOBAL ${limit} = ${server === 'mysql' ? 100 : 0.1}`)
      await (await chain.open({ databaseUrl: url })).upgrade({ confirmed: true })
      expect((await (await chain.open({ databaseUrl: url })).status({ compareSchema: true })).exitCode).to.equal(0)
      await execute(odd?.url ?? '', `SET GLOBAL ${limit} = 0`)
    })

    it('is named where it accepts no writes, and runs once it does', async () => {
      const chain = await recordedOn(server, FILES)
      const admin = odd?.url ?? ''
      await execute(admin, "CREATE USER IF NOT EXISTS app IDENTIFIED BY 'app'", 'GRANT ALL ON target.* TO app')
      if (server === 'mysql') await execute(admin, 'GRANT SESSION_VARIABLES_ADMIN ON *.* TO app')
      const databaseUrl = withUser(url, 'app', 'app')
      const readOnly = server === 'mysql' ? ['read_only', 'super_read_only', 'transaction_read_only'] : ['read_only', 'tx_read_only']
      for (const variable of readOnly) {
        await execute(admin, `SET GLOBAL ${variable} = ON`)
        const { message, exitCode } = await rejected((await chain.open({ databaseUrl })).upgrade(), 'database.read-only')
        expect({ variable, message, exitCode }).to.have.property('exitCode', 1)
        expect(message).to.match(/read.only/i)
        const [finding] = (await (await chain.open({ databaseUrl })).diagnose()).findings
        expect(finding).to.include({ about: 'server', good: false })
        expect(finding?.says).to.include(`${variable} is ON`)
        await execute(admin, ...readOnly.map((one) => `SET GLOBAL ${one} = OFF`))
      }
      const engine = await chain.open({ databaseUrl })
      await engine.upgrade({ to: 'r1' })
      await execute(admin, 'SET GLOBAL read_only = ON')
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(3)
      await rejected(engine.upgrade({ confirmed: true }), 'database.read-only')
      await execute(admin, 'SET GLOBAL read_only = OFF')
      await engine.upgrade({ confirmed: true })
      expect(await looked(chain)).to.deep.equal(['as planned'])
    })

    it('that accepts only short statements is named with its limit, and runs the rest once it accepts longer ones', async () => {
      const long = `INSERT INTO note VALUES (3, '${'é'.repeat(600_000)}');`
      const chain = await recordedOn(server, {
        'r1/010-note.expand.sql': 'CREATE TABLE note (id int PRIMARY KEY, text longtext CHARACTER SET utf8mb4);',
        'r1/020-locked.migrate.sql': `LOCK TABLES note WRITE;\nINSERT INTO note VALUES (2, 'b');\n${long.replace('3', '4')}\nUNLOCK TABLES;`,
        'r1/030-alone.migrate.sql': `INSERT INTO note VALUES (1, 'a');\n${long}`,
      })
      const limited = async (megabytes: number) => {
        await execute(odd?.url ?? '', `SET GLOBAL max_allowed_packet = ${megabytes * 2 ** 20}`)
        return chain.open({ databaseUrl: url })
      }
      const { facts } = await rejected((await limited(1)).upgrade(), 'statement.too-large')
      expect(facts).to.include({ file: 'releases/r1/020-locked.migrate.sql', line: 3, limit: 2 ** 20 })
      expect(await execute(url, UNLIMITED, 'SELECT id FROM note')).to.deep.equal([])
      await (await limited(64)).upgrade()
      expect(await execute(url, UNLIMITED, 'SELECT id, length(text) AS n FROM note ORDER BY id')).to.deep.equal([
        { id: 1, n: 1 },
        { id: 2, n: 1 },
        { id: 3, n: 1_200_000 },
        { id: 4, n: 1_200_000 },
      ])
    })

    it('whose limit is too short for a statement of the engine is refused, and long binary values are read whole', async () => {
      const { dialect } = await recordedOn(server, { 'r1/010-a.expand.sql': 'CREATE TABLE a (id int PRIMARY KEY);' })
      await execute(url, UNLIMITED, 'CREATE TABLE bytes (id int PRIMARY KEY, b blob)', "INSERT INTO bytes VALUES (1, repeat('a', 600))")
      await execute(odd?.url ?? '', 'SET GLOBAL net_buffer_length = 1024', 'SET GLOBAL max_allowed_packet = 1024')
      const loaded = await loadDialect(dialect)
      const session = await loaded.open({ url, purpose: 'test' })
      try {
        const table: TableObject = { kind: 'table', name: 'bytes', columns: [] }
        expect(await loaded.catalog.rows(session, table, ['id', 'b'])).to.deep.equal([['1', '61'.repeat(600)]])
        const { message } = await rejected(session.query(sql`SELECT ${sqlValue('x'.repeat(2000))} AS x`), 'database.packet')
        expect(message).to.include('max_allowed_packet')
      } finally {
        await session.close()
        await execute(odd?.url ?? '', 'SET GLOBAL max_allowed_packet = 67108864', 'SET GLOBAL net_buffer_length = 16384')
      }
    })

    it('has the settings of the engine after a file has set others, and a file may set its own', async () => {
      const chain = await recordedOn(server, {
        'r1/010-base.expand.sql': `SET default_storage_engine = MyISAM, div_precision_increment = 2;
CREATE TABLE theirs (id int PRIMARY KEY, a int);
CREATE VIEW v AS SELECT a / 3 AS x FROM theirs;`,
        'r1/020-more.expand.sql': 'CREATE TABLE mine (id int PRIMARY KEY, a int);\nCREATE VIEW w AS SELECT a / 3 AS x FROM mine;',
      })
      await (await chain.open({ databaseUrl: url })).upgrade({ confirmed: true })
      expect(await looked(chain)).to.deep.equal(['as planned'])
    })
  })

  onServers(['postgres', 'postgres-system'], (server) => {
    after(removeProjects)

    it('has the same schema and the same rows after the same scripts', async () => {
      const chain = await recordedOn(server, {
        'r1/010-base.expand.sql': `CREATE TABLE item (id int PRIMARY KEY, n int, words text[], doc xml, at date DEFAULT '01/02/2024', note text DEFAULT 'a\\nb');
CREATE TABLE log (what text);
CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (TG_OP); RETURN NEW; END $$;
CREATE TRIGGER item_log AFTER INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION logs();
CREATE VIEW unknown AS SELECT id, n = NULL AS is_unknown, xmlserialize(CONTENT doc AS text) AS doc FROM item;
INSERT INTO item (id, n, words, doc) VALUES (1, 1, '{a,NULL}', '<a/>'), (2, NULL, '{}', 'b');`,
        'r2/010-write.migrate.sql': `SET work_mem = '8MB';
UPDATE item SET note = CASE WHEN n = NULL THEN 'null' ELSE coalesce(words[2], '-') END || to_char(timestamptz '2024-01-01 00:00+00', 'HH24');
UPDATE item SET words = '{NULL,b}' WHERE id = 2;
INSERT INTO log SELECT current_setting('transaction_isolation');`,
      })
      const url = await freshDatabase(server)
      const database = new URL(url).pathname.slice(1)
      const odd = {
        array_nulls: 'off',
        transform_null_equals: 'on',
        xmloption: "'document'",
        session_replication_role: 'replica',
        DateStyle: "'SQL, DMY'",
        TimeZone: "'Asia/Karachi'",
        standard_conforming_strings: 'off',
        default_transaction_isolation: 'serializable',
        client_encoding: 'LATIN1',
        row_security: 'off',
        session_preload_libraries: 'auto_explain',
        log_statement: "'all'",
      }
      await execute(url, ...Object.entries(odd).map(([name, value]) => `ALTER DATABASE ${database} SET ${name} = ${value}`))
      await chain.up()
      const engine = await chain.open({ databaseUrl: url })
      await engine.upgrade({ confirmed: true })
      expect((await engine.status({ compareSchema: true })).schema).to.equal('as planned')
      await execute(url, ...Object.keys(odd).map((name) => `ALTER DATABASE ${database} RESET ${name}`))
      for (const table of ['item ORDER BY id', 'log', 'unknown ORDER BY id'])
        expect(await execute(url, `SELECT * FROM ${table}`), table).to.deep.equal(await chain.sql(`SELECT * FROM ${table}`))
    })

    it('does not cancel the statements of the engine by its own time limit', async () => {
      const chain = await recordedOn(server, slowCount('SELECT length(pg_sleep(0.6)::text)'))
      const limits = server === 'postgres' ? ['statement_timeout', 'transaction_timeout'] : ['statement_timeout']
      const database = new URL(chain.url).pathname.slice(1)
      await chain.sql(...limits.map((limit) => `ALTER DATABASE ${database} SET ${limit} = 300`))
      await chain.up({ confirmed: true })
      expect((await chain.status()).exitCode).to.equal(0)
    })

    it('is named where it accepts no writes, and runs once it does', async () => {
      const chain = await recordedOn(server, { 'r1/010-a.expand.sql': 'CREATE TABLE a (id int PRIMARY KEY);' })
      const database = new URL(chain.url).pathname.slice(1)
      await chain.sql(`ALTER DATABASE ${database} SET default_transaction_read_only = on`)
      const { message, exitCode } = await rejected(chain.up(), 'database.read-only')
      expect(exitCode).to.equal(1)
      expect(message).to.include('read-only transaction')
      const [finding] = (await (await chain.open()).diagnose()).findings
      expect(finding).to.include({ about: 'server', good: false })
      expect(finding?.says).to.include('default_transaction_read_only is on')
      expect((await chain.status()).exitCode).to.equal(3)
      await chain.sql('SET default_transaction_read_only = off', `ALTER DATABASE ${database} RESET default_transaction_read_only`)
      await chain.up()
      expect((await chain.status()).exitCode).to.equal(0)
    })
  })
})

describe('a database whose search path names pg_catalog', () => {
  after(removeProjects)

  const files: Files = {
    'r1/010-base.expand.sql':
      'CREATE TABLE "text" (id int PRIMARY KEY, a varchar(3)); CREATE TABLE int4 (id int); CREATE TABLE name (id int REFERENCES "text");',
    'r2/010-more.expand.sql': 'ALTER TABLE "text" ADD COLUMN b pg_catalog.text;',
    'r2/010-more.migrate.sql': 'UPDATE "text" SET b = a || \'x\' WHERE b IS NULL;',
  }

  onServers(['postgres', 'postgres-system'], (server) => {
    for (const path of ['public, pg_catalog', 'pg_catalog, public', '"$user", public, "pg_catalog"']) {
      it(`is adopted and migrated like any other: ${path}`, async () => {
        const chain = await recordedOn(server, files)
        const url = await freshDatabase(server)
        await execute(url, files['r1/010-base.expand.sql'] ?? '', 'INSERT INTO "text" VALUES (1, \'a\')')
        await execute(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path = ${path}`)
        const engine = await chain.open({ databaseUrl: url })
        await engine.adopt()
        expect(await engine.status({ compareSchema: true })).to.deep.include({ problems: [] })
        await engine.upgrade({ confirmed: true })
        expect(await execute(url, 'SELECT b FROM public."text"')).to.deep.equal([{ b: 'ax' }])
        expect(await engine.status({ compareSchema: true })).to.include({ exitCode: 0 })
      })
    }
  })
})
