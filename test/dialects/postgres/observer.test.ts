import { expect } from 'chai'
import type { MigrationObservation } from '../../../src/dialect/dialect.ts'
import { postgresCatalogReader } from '../../../src/dialects/postgres/catalog/catalog.ts'
import { postgresMigrationObserver } from '../../../src/dialects/postgres/observe/observer.ts'
import { author, onPostgres } from './fixture.ts'

const BASE = `
CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN positive AS integer CHECK (VALUE > 0); CREATE SCHEMA extra;
CREATE TABLE widget (id integer PRIMARY KEY, note text); CREATE TABLE part (id integer, widget integer REFERENCES widget);
CREATE TABLE log (d date, n integer) PARTITION BY RANGE (d);
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE VIEW recent AS SELECT id FROM widget; CREATE SEQUENCE counter; CREATE INDEX part_i ON part (id);
CREATE FUNCTION copy_all() RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO part SELECT id, id FROM widget; END $$;
CREATE TABLE gone (id integer); CREATE TABLE extra.kept (id integer); CREATE VIEW all_widgets AS SELECT * FROM gone;
CREATE FUNCTION clear(integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM gone; END $$;
CREATE FUNCTION clear_all() RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT FROM part) THEN PERFORM clear(1); END IF; END $$;
CREATE PROCEDURE empty() LANGUAGE sql BEGIN ATOMIC DELETE FROM gone; END;
CREATE TABLE interphase_ledger (id integer)`

// The tables are empty, so no statement of these bodies that writes rows is executed.
const BODIES: readonly (readonly [statement: string, written: readonly string[] | 'all'])[] = [
  [
    'DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM part LOOP UPDATE gone SET id = 1 WHERE id = r.id; END LOOP; END $$',
    ['table:gone'],
  ],
  ['DO $$ BEGIN IF (SELECT count(*) FROM part) > 0 THEN DELETE FROM ONLY gone g; END IF; END $$', ['table:gone']],
  ['DO $$ BEGIN IF EXISTS (SELECT FROM part) THEN TRUNCATE gone, log; END IF; END $$', ['table:gone', 'table:log']],
  [
    'DO $$ BEGIN IF EXISTS (SELECT FROM part) THEN MERGE INTO gone USING part p ON true WHEN MATCHED THEN DELETE; END IF; END $$',
    ['table:gone'],
  ],
  ['DO $$ BEGIN IF EXISTS (SELECT FROM part) THEN INSERT INTO kept SELECT 1; END IF; END $$', ['table:extra.kept']],
  [
    'DO $$ DECLARE n int; BEGIN IF EXISTS (SELECT FROM part) THEN WITH d AS (DELETE FROM gone RETURNING 1) SELECT count(*) INTO n FROM d; END IF; END $$',
    ['table:gone'],
  ],
  ['DO $$ BEGIN IF EXISTS (SELECT FROM part) THEN UPDATE all_widgets SET id = 1; END IF; END $$', ['view:all_widgets']],
  ["DO $$ BEGIN IF EXISTS (SELECT FROM part) THEN EXECUTE 'UPDATE gone SET id = 1'; END IF; END $$", ['table:gone']],
  ["DO $$ BEGIN IF EXISTS (SELECT FROM part) THEN EXECUTE format('DELETE FROM %I', 'gone'); END IF; END $$", ['table:gone']],
  ["DO $$ DECLARE t text := 'go'; BEGIN IF EXISTS (SELECT FROM part) THEN EXECUTE 'DELETE FROM ' || t || 'ne'; END IF; END $$", 'all'],
  ['DO $$ BEGIN PERFORM 1 / count(*) FROM part; DELETE FROM gone; EXCEPTION WHEN division_by_zero THEN NULL; END $$', ['table:gone']],
  ['SELECT clear(id) FROM part', ['table:gone']],
  ['SELECT CASE WHEN EXISTS (SELECT FROM part) THEN clear(1)::text END', ['table:gone']],
  ['DO $$ BEGIN PERFORM clear_all(); END $$', ['table:gone']],
  ['DO $$ BEGIN IF EXISTS (SELECT FROM part) THEN CALL empty(); END IF; END $$', ['table:gone']],
  ['CREATE FUNCTION own() RETURNS void LANGUAGE sql AS $$ DELETE FROM gone $$; SELECT own() FROM part', ['table:gone']],
]

// None of these writes existing rows, with rows in the tables either.
const READING: readonly string[] = [
  'CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM gone; RETURN NULL; END $$',
  "CREATE FUNCTION own() RETURNS void LANGUAGE sql AS 'DELETE FROM gone'; CREATE VIEW own_view AS SELECT id FROM gone",
  'CREATE PROCEDURE own() LANGUAGE sql BEGIN ATOMIC DELETE FROM gone; UPDATE part SET id = 1; END',
  'CREATE RULE own AS ON DELETE TO gone DO ALSO UPDATE part SET id = 1',
  "DO $$ BEGIN EXECUTE 'CREATE FUNCTION own() RETURNS void LANGUAGE plpgsql AS ''BEGIN DELETE FROM gone; END'''; END $$",
  "DO $$ BEGIN IF EXISTS (SELECT FROM part) THEN RAISE EXCEPTION 'update gone first'; END IF; END $$",
  "DO $$ BEGIN IF EXISTS (SELECT FROM part) THEN EXECUTE format('COMMENT ON TABLE %I IS %L', 'gone', 'see update gone'); END IF; END $$",
  "DO $$ BEGIN IF EXISTS (SELECT FROM part) THEN EXECUTE 'ALTER TABLE ' || 'gone' || ' ADD FOREIGN KEY (id) REFERENCES widget ON UPDATE CASCADE'; END IF; END $$",
  'DO $$ BEGIN PERFORM 1 FROM gone FOR UPDATE; END $$',
  'CREATE TEMP TABLE mine AS SELECT id FROM gone',
  'SELECT id INTO TEMP mine FROM gone',
  'DO $$ BEGIN CREATE TEMP TABLE mine AS SELECT id FROM gone; UPDATE mine SET id = 1; DROP TABLE mine; END $$',
]

const CASES: readonly (readonly [statement: string, touched: readonly string[], wrote: boolean])[] = [
  ['SELECT 1', [], false],
  ['SELECT * FROM widget', ['table:widget'], false],
  ['UPDATE widget SET note = NULL WHERE false', ['table:widget'], true],
  ['SELECT copy_all()', ['table:part', 'table:widget'], true],
  ['ALTER TABLE widget ADD flag integer', ['table:widget'], false],
  [
    'SAVEPOINT s; ALTER TABLE widget ADD flag integer; RELEASE s; CREATE TYPE pair AS (a integer)',
    ['opaque:composite type pair', 'table:widget'],
    false,
  ],
  ['ALTER TABLE widget RENAME TO gadget', ['table:gadget', 'table:widget'], false],
  ['DROP TABLE part', ['table:part', 'table:widget'], false],
  ['DROP INDEX part_i', ['table:part'], false],
  ['TRUNCATE part', ['table:part'], true],
  ['CREATE TABLE extra.t (id integer)', ['table:extra.t'], false],
  ["INSERT INTO log VALUES ('2020-02-02', 1)", ['table:log', 'table:log_1'], true],
  ['ALTER TABLE log_1 ADD CHECK (n > 0)', ['table:log', 'table:log_1'], false],
  ['CREATE INDEX ON log_1 (n)', ['table:log', 'table:log_1'], false],
  ['DROP TABLE log_1', ['table:log', 'table:log_1'], true],
  ['ALTER TABLE log DETACH PARTITION log_1', ['table:log', 'table:log_1'], false],
  ['SELECT * FROM recent', ['table:widget', 'view:recent'], false],
  ['DROP VIEW recent', ['view:recent'], false],
  ['CREATE MATERIALIZED VIEW m AS SELECT id FROM part', ['table:part', 'view:m'], false],
  ["SELECT nextval('counter')", ['sequence:counter'], false],
  ['CREATE TABLE copy AS SELECT id FROM part', ['table:copy', 'table:part'], true],
  ['CREATE TABLE copy AS TABLE part WITH NO DATA', ['table:copy', 'table:part'], false],
  ['CREATE TABLE copy AS SELECT * FROM part WHERE false', ['table:copy', 'table:part'], false],
  ['CREATE TABLE copy AS SELECT * FROM part WHERE 1 = 0', ['table:copy', 'table:part'], false],
  ['CREATE TABLE copy AS SELECT * FROM part LIMIT 0', ['table:copy', 'table:part'], false],
  ['CREATE TABLE copy AS SELECT * FROM part WHERE 1 = 1', ['table:copy', 'table:part'], true],
  ['CREATE TABLE copy AS SELECT * FROM part WHERE true LIMIT 1', ['table:copy', 'table:part'], true],
  ['SELECT id INTO copy FROM part', ['table:copy', 'table:part'], true],
  ['SELECT id INTO copy FROM part WHERE false', ['table:copy', 'table:part'], false],
  ['PREPARE p AS SELECT id FROM part; CREATE TABLE copy AS EXECUTE p', ['table:copy', 'table:part'], true],
  ["ALTER TYPE mood ADD VALUE 'mid'", ['enum:mood'], false],
  ['DROP TYPE mood', ['enum:mood'], false],
  ['ALTER TYPE mood RENAME TO humour', ['enum:humour', 'enum:mood'], false],
  ['ALTER DOMAIN positive ADD CHECK (VALUE < 9)', ['domain:positive'], false],
  ['CREATE OR REPLACE FUNCTION copy_all() RETURNS void LANGUAGE sql AS $$ SELECT 1 $$', ['function:copy_all()'], false],
  ['DROP FUNCTION copy_all()', ['function:copy_all()'], false],
  ["COMMENT ON FUNCTION copy_all() IS 'x'", ['function:copy_all()'], false],
  ['CREATE SCHEMA more', ['schema:more'], false],
  ['INSERT INTO interphase_ledger VALUES (1)', [], false],
  ["DO $$ BEGIN EXECUTE 'DROP DOMAIN positive'; END $$", ['domain:positive'], false],
]

describe('postgres: observing a migration', () =>
  onPostgres(({ session }) => {
    before(() => author(session(), BASE))

    const observe = async (statement: string): Promise<Omit<MigrationObservation, 'writes' | 'mayChangeOtherGroups'>> => {
      const before = await postgresCatalogReader.read(session(), 'whole')
      await session().begin()
      try {
        const watch = await postgresMigrationObserver.start(session())
        await author(session(), statement)
        const { writes: _, mayChangeOtherGroups: _also, ...seen } = await watch.finish([statement], before)
        return seen
      } finally {
        await session().rollback()
      }
    }

    for (const [statement, touched, wrote] of CASES) {
      it(`sees what ${statement} touches`, async () => {
        expect(await observe(statement)).to.deep.equal({ touched, wrote, prices: [] })
      })
    }

    for (const [statement, written] of BODIES) {
      it(`reads from its body that ${statement} can write`, async () => {
        const { touched, wrote } = await observe(statement)
        expect(wrote).to.equal(true)
        if (written === 'all') expect(touched).to.equal('all')
        else expect(touched).to.include.members([...written])
      })
    }

    for (const statement of READING) {
      it(`reads from its body that ${statement} writes no existing rows`, async () => {
        expect((await observe(statement)).wrote).to.equal(false)
      })
    }

    it('cannot determine the tables of a statement that ran outside a transaction', async () => {
      const before = await postgresCatalogReader.read(session(), 'whole')
      const watch = await postgresMigrationObserver.start(session())
      const index = 'CREATE INDEX CONCURRENTLY later ON part (widget)'
      await author(session(), index)
      expect(await watch.finish([index], before)).to.include({ touched: 'all', wrote: false })
      expect(await watch.finish(['WITH gone AS (DELETE FROM part) SELECT 1'], before)).to.include({
        touched: 'all',
        wrote: true,
      })
    })
  }))
