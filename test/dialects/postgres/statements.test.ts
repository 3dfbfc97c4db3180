import { expect } from 'chai'
import { files } from '../../../src/dialects/postgres/files.ts'
import { rejected } from '../../support/caught.ts'

const ADMITTED: readonly string[] = [
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
]

const REFUSED: readonly string[] = [
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
  'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ SELECT lo_unlink(3) $$',
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
  'CREATE FUNCTION g() RETURNS int LANGUAGE sql RETURN lo_creat(1)',
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

  it('admits roles in a set-up file, and no databases', async () => {
    const setup = (text: string) => files.script({ file: 'a.sql', text }, 'auto', 'setup')
    await setup('CREATE ROLE a; GRANT a TO b; DO $$ BEGIN CREATE ROLE c; END $$')
    await rejected(setup('DROP DATABASE x'), 'statement.refused')
  })
})

function script(text: string) {
  return files.script({ file: 'a.sql', text: `\n${text}` }, 'auto')
}
