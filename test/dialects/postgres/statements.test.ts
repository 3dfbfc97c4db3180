import { expect } from 'chai'
import { postgresFileAnalyzer } from '../../../src/dialects/postgres/text/files.ts'
import { SERVER_CATALOG_TABLE_NAMES } from '../../../src/dialects/postgres/text/statements/catalogs.ts'
import { rejected } from '../../support/caught.ts'
import { execute, onServers, serverUrl } from '../../support/servers.ts'

const ADMITTED: readonly string[] = [
  "DO $$ DECLARE r record; BEGIN FOR r IN SELECT tablename FROM pg_tables LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN x int', r.tablename); END LOOP; END $$",
  "SELECT setval(pg_get_serial_sequence('t','id'), coalesce(max(id),1)) FROM t",
  "SELECT setval('public.t_id_seq'::regclass, 3)",
  "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'drop role'; END $$",
  "DO $$ BEGIN CREATE TYPE mood AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$",
  "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'x') THEN RAISE NOTICE 'create role x first'; END IF; END $$",
  'CREATE TABLE pg_things (id int); INSERT INTO pg_things VALUES (1)',
  'SELECT 1',
  'DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_class) THEN CREATE TABLE a (id int); END IF; END $$',
  "SELECT pg_catalog.set_config('search_path', '', false)",
  'SET session_authorization = DEFAULT',
  "SELECT setval('a', 1)",
  'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := now(); x[1] := 2; RETURN NEW; END $$',
  "COMMENT ON TABLE a IS 'x'",
  'GRANT SELECT ON a TO b',
  'CREATE SCHEMA s CREATE TABLE t (a int)',
  "COPY a FROM '/tmp/x'",
  'CREATE FUNCTION g() RETURNS int LANGUAGE sql RETURN 1',
  'CREATE RULE r AS ON INSERT TO a DO NOTIFY x',
  'DISCARD TEMP',
  'ALTER TABLE a DISABLE TRIGGER ALL',
  'VACUUM a',
  "CREATE TABLE a (at timestamptz DEFAULT now(), on_day date DEFAULT '2026-01-01', word text DEFAULT 'now', said text DEFAULT 'today'::text)",
  "CREATE TABLE a (at timestamp DEFAULT ('now'::text)::timestamp)",
  "INSERT INTO a VALUES ('now'::timestamptz)",
  "CREATE TABLE a AS SELECT 'now'::timestamptz AS at",
  "CREATE FUNCTION f() RETURNS date LANGUAGE sql AS $$ SELECT 'today'::date $$",
  "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; PERFORM dblink('a'); END $$",
]

const REFUSED: readonly string[] = [
  "CREATE TABLE a (at timestamptz NOT NULL DEFAULT 'now()')",
  "CREATE TABLE a (id int, on_day date DEFAULT 'today'::date)",
  "ALTER TABLE a ADD COLUMN at timestamp(0) without time zone DEFAULT 'NOW'",
  "ALTER TABLE a ALTER COLUMN at SET DEFAULT 'now'::timestamptz",
  "ALTER TABLE a ADD CONSTRAINT future CHECK (at > timestamp 'now')",
  "CREATE VIEW v AS SELECT * FROM a WHERE at > 'yesterday'::date",
  "CREATE MATERIALIZED VIEW v AS SELECT 'now'::timestamptz AS at",
  "CREATE INDEX i ON a (id) WHERE on_day > cast('tomorrow' AS date)",
  "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'x') THEN CREATE ROLE x; END IF; END $$",
  'SELECT setval(x, 1) FROM y',
  'MERGE INTO pg_class USING a ON true WHEN MATCHED THEN DELETE',
  "UPDATE pg_settings SET setting = 'replica' WHERE name = 'session_replication_role'",
  'TRUNCATE pg_statistic',
  'WITH d AS (DELETE FROM pg_largeobject RETURNING 1) SELECT 1',
  'ALTER LARGE OBJECT 3 OWNER TO x',
  'GRANT CONNECT ON DATABASE x TO y',
  'GRANT SET ON PARAMETER work_mem TO x',
  'DROP SERVER IF EXISTS s CASCADE',
  'CREATE FOREIGN TABLE f (a int) SERVER s',
  'COPY (SELECT 1) TO STDOUT',
  "COMMIT PREPARED 'x'",
  'REINDEX SCHEMA public',
  'EXPLAIN ANALYZE DELETE FROM pg_class',
  "CREATE MATERIALIZED VIEW m AS SELECT * FROM dblink('x','y') AS t(a int)",
  'ALTER FUNCTION f() SET session_replication_role = replica',
  'ALTER TABLE elsewhere.public.t ADD a int',
  'DROP TABLE interphase_migration',
  'CREATE DATABASE x',
  'DROP DATABASE x',
  'ALTER DATABASE x SET a = 1',
  'CREATE ROLE x',
  'ALTER ROLE x LOGIN',
  'DROP USER x',
  'GRANT a TO b',
  'ALTER SYSTEM SET a = 1',
  "COPY a TO PROGRAM 'x'",
  "COPY a FROM PROGRAM 'x'",
  "COPY a TO '/tmp/x'",
  "SELECT dblink_exec('x', 'y')",
  "SELECT public.dblink('x')",
  'SELECT pg_terminate_backend(1)',
  'SET session_replication_role = replica',
  "SET LOCAL session_replication_role TO 'replica'",
  "SELECT set_config('session_replication_role', 'replica', false)",
  'SELECT pg_advisory_unlock_all()',
  'DISCARD ALL',
  'DROP OWNED BY a',
  'REASSIGN OWNED BY a TO b',
  'CREATE SERVER s FOREIGN DATA WRAPPER w',
  "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
  "UPDATE pg_database SET datname = 'x'",
  'DELETE FROM pg_catalog.pg_class',
  "DO $$ BEGIN EXECUTE 'DROP ROLE x'; END $$",
  "DO $$ BEGIN EXECUTE format('DROP ROLE %I', 'x'); END $$",
  'DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity; END $$',
  'DO $$ BEGIN ALTER ROLE x LOGIN; END $$',
  "WITH a AS (SELECT dblink('x')) SELECT 1",
  'PREPARE s AS SELECT lo_unlink(1)',
  'EXPLAIN ANALYZE SELECT pg_reload_conf()',
  "CREATE TABLESPACE x LOCATION '/x'",
  'SELECT * FROM db.public.t',
  "PREPARE TRANSACTION 'x'",
  'REINDEX DATABASE x',
  'CLUSTER',
  'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $$ BEGIN NULL; END $$',
  "DO $$ BEGIN x := dblink('a','b'); END $$",
  "CREATE RULE r AS ON INSERT TO a DO SELECT dblink('x')",
  "DO $$ DECLARE x text; BEGIN x := 'DROP DATABASE ' || 'y'; EXECUTE x; END $$",
]

describe('the statements of PostgreSQL', () => {
  for (const text of ADMITTED) {
    it(`admits ${text}`, () => script(text))
  }

  for (const text of REFUSED) {
    it(`refuses ${text}`, async () => {
      const { facts } = await rejected(script(text), 'statement.refused')
      expect(facts).to.include({ file: 'a.sql', line: 2 })
      expect(facts.because).to.match(/\.$/)
    })
  }

  onServers(['postgres', 'postgres-system'], (server) => {
    it('knows every table of the catalog', async () => {
      const tables = await execute(
        (await serverUrl(server)) ?? '',
        "SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'",
      )
      expect(tables.map(({ relname }) => String(relname)).filter((name) => !SERVER_CATALOG_TABLE_NAMES.has(name))).to.deep.equal([])
    })
  })

  it('admits roles in a set-up file, and no databases', async () => {
    const setup = (text: string) => postgresFileAnalyzer.script({ file: 'a.sql', text }, 'auto', 'setup')
    await setup('CREATE ROLE a; GRANT a TO b; DO $$ BEGIN CREATE ROLE c; END $$')
    await rejected(setup('DROP DATABASE x'), 'statement.refused')
  })
})

function script(text: string) {
  return postgresFileAnalyzer.script({ file: 'a.sql', text: `\n${text}` }, 'auto')
}
