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
CREATE TABLE interphase_ledger (id integer)`

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

    const observe = async (statement: string): Promise<Omit<MigrationObservation, 'writes' | 'isVeiled'>> => {
      const before = await postgresCatalogReader.read(session(), 'whole')
      await session().begin()
      try {
        const watch = await postgresMigrationObserver.start(session())
        await author(session(), statement)
        const { writes: _, isVeiled: _also, ...seen } = await watch.seen([statement], before)
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

    it('cannot determine the tables of a statement that ran outside a transaction', async () => {
      const before = await postgresCatalogReader.read(session(), 'whole')
      const watch = await postgresMigrationObserver.start(session())
      const index = 'CREATE INDEX CONCURRENTLY later ON part (widget)'
      await author(session(), index)
      expect(await watch.seen([index], before)).to.include({ touched: 'all', wrote: false })
      expect(await watch.seen(['WITH gone AS (DELETE FROM part) SELECT 1'], before)).to.include({
        touched: 'all',
        wrote: true,
      })
    })
  }))
