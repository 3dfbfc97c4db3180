import { expect } from 'chai'
import { postgresCatalogReader } from '../../../src/dialects/postgres/catalog/catalog.ts'
import { postgresMigrationObserver } from '../../../src/dialects/postgres/observe/observer.ts'
import type { StatementPrice } from '../../../src/effect/price.ts'
import { author, onPostgres } from './fixture.ts'

const BASE = `
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE item (id int PRIMARY KEY, parent int, name varchar(10), price int);
CREATE INDEX item_name ON item (name);
ALTER TABLE item ADD CONSTRAINT fair CHECK (price > 0) NOT VALID;
CREATE TABLE day (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE today PARTITION OF day FOR VALUES FROM ('2015-04-30') TO ('2015-05-01');
CREATE MATERIALIZED VIEW items AS SELECT id FROM item; CREATE UNIQUE INDEX items_id ON items (id);`

const NEW = 'CREATE TABLE fresh (id int); '

/** Statements, each on its own, and `blocks/works(tables)`. */
const CASES: readonly (readonly [statement: string, price: string])[] = [
  ['SELECT 1', 'nobody/instant()'],
  ['SELECT count(*) FROM item', 'nobody/scan(item)'],
  ['UPDATE item SET price = 1', 'nobody/scan(item)'],
  ['INSERT INTO item VALUES (1, NULL, NULL, 1)', 'nobody/instant()'],
  ['TRUNCATE item', 'everyone/instant(item)'],
  ['LOCK TABLE item IN SHARE MODE', 'writes/instant(item)'],
  ['ALTER TABLE item ADD COLUMN x int NOT NULL DEFAULT 3', 'everyone/instant(item)'],
  ['ALTER TABLE item ADD COLUMN x float8 DEFAULT random()', 'everyone/rewrite(item)'],
  ['ALTER TABLE item ADD COLUMN x serial', 'everyone/rewrite(item)'],
  ['ALTER TABLE item ALTER name TYPE varchar(20)', 'everyone/instant(item)'],
  ['ALTER TABLE item ALTER name TYPE varchar(5)', 'everyone/rewrite(item)'],
  ['ALTER TABLE item ALTER price SET NOT NULL', 'everyone/scan(item)'],
  ['ALTER TABLE item VALIDATE CONSTRAINT fair', 'ddl/scan(item)'],
  ['ALTER TABLE item ADD FOREIGN KEY (parent) REFERENCES parent', 'writes/scan(item,parent)'],
  ['ALTER TABLE item ADD FOREIGN KEY (parent) REFERENCES parent NOT VALID', 'writes/instant(item,parent)'],
  ['ALTER TABLE item ADD UNIQUE (name)', 'everyone/scan(item)'],
  ['CREATE INDEX ON item (price)', 'writes/scan(item)'],
  ['ALTER TABLE item SET (fillfactor = 80)', 'ddl/instant(item)'],
  ['ALTER TABLE item SET UNLOGGED', 'everyone/rewrite(item)'],
  ['CLUSTER item USING item_pkey', 'everyone/rewrite(item)'],
  ['REINDEX TABLE item', 'writes/scan(item)'],
  ['DROP INDEX item_name', 'everyone/instant(item)'],
  ['DROP TABLE item CASCADE', 'everyone/instant(item,items)'],
  ['ALTER TABLE item RENAME TO thing', 'everyone/instant(item)'],
  ['REFRESH MATERIALIZED VIEW items', 'everyone/rewrite(item,items)'],
  ['REFRESH MATERIALIZED VIEW CONCURRENTLY items', 'ddl/scan(item,items)'],
  ['CREATE MATERIALIZED VIEW more AS SELECT id FROM item', 'nobody/scan(item)'],
  ['CREATE MATERIALIZED VIEW more AS SELECT id FROM item WITH NO DATA', 'nobody/instant()'],
  ['CREATE INDEX ON items (id)', 'ddl/scan(items)'],
  ['DROP MATERIALIZED VIEW items', 'everyone/instant(items)'],
  // What hangs on a partition hangs on the table that it is part of.
  ['CREATE INDEX ON day (id)', 'writes/scan(day)'],
  ['ALTER TABLE day ALTER id TYPE bigint', 'everyone/rewrite(day)'],
  // Nobody knows a table that is made here, and one that it refers to is taken for a moment.
  ['CREATE TABLE fresh (id int, parent int REFERENCES parent)', 'writes/instant(parent)'],
  [`${NEW}CREATE INDEX ON fresh (id)`, 'nobody/instant()'],
]

/** Statements that refuse to run in a transaction. */
const BARE: readonly (readonly [statement: string, price: string])[] = [
  ['CREATE INDEX CONCURRENTLY item_price ON item (price)', 'ddl/scan(item)'],
  ['DROP INDEX CONCURRENTLY item_price', 'ddl/instant(item)'],
  ['VACUUM item', 'ddl/scan(item)'],
  ['VACUUM FULL item', 'everyone/rewrite(item)'],
  ['REINDEX TABLE CONCURRENTLY item', 'ddl/scan(item)'],
  ['UPDATE item SET price = 1', 'nobody/scan(item)'],
  ['ALTER TABLE item ALTER price TYPE bigint', 'everyone/rewrite(item)'],
]

const KNOWN = new Set(['parent', 'item', 'day', 'items'])
const AT = { file: 'a.sql', line: 1 }

describe('postgres: the price of a statement', () =>
  onPostgres(({ session }) => {
    before(() => author(session(), BASE))

    const prices = async (...statements: readonly string[]): Promise<readonly string[]> => {
      const before = await postgresCatalogReader.read(session(), 'whole')
      const watch = await postgresMigrationObserver.start(session(), KNOWN)
      for (const statement of statements) {
        await watch.beforeStatement(statement, AT)
        await author(session(), statement)
      }
      return (await watch.finish(statements, before)).prices.map(told)
    }

    const inTransaction = async (...statements: readonly string[]) => {
      await session().begin()
      try {
        return await prices(...statements)
      } finally {
        await session().rollback()
      }
    }

    for (const [statement, price] of CASES) {
      it(`of ${statement} is ${price}`, async () => expect(await inTransaction(statement)).to.deep.equal([price]))
    }

    for (const [statement, price] of BARE) {
      it(`of ${statement}, outside a transaction, is ${price}`, async () => expect(await prices(statement)).to.deep.equal([price]))
    }

    it('counts the locks that the statements before it took', async () => {
      const statements = ['SELECT count(*) FROM item', 'ALTER TABLE item ADD COLUMN y int', 'SELECT count(*) FROM parent', 'SELECT 1']
      expect(await inTransaction(...statements)).to.deep.equal([
        'nobody/scan(item)',
        'everyone/instant(item)',
        'everyone/scan(item,parent)',
        'everyone/instant(item)',
      ])
    })

    it('is let be after a statement that failed, until that is undone', async () => {
      const before = await postgresCatalogReader.read(session(), 'whole')
      await session().begin()
      const watch = await postgresMigrationObserver.start(session(), KNOWN)
      const send = async (statement: string) => {
        await watch.beforeStatement(statement, AT)
        await session().execute(statement, AT)
      }
      await send('SAVEPOINT s')
      await send('ALTER TABLE nowhere ADD COLUMN x int').catch(() => undefined)
      await send('ROLLBACK TO s')
      await send('ALTER TABLE item ADD COLUMN z int')
      const { prices: found } = await watch.finish([], before)
      await session().rollback()
      expect(found.map(told)).to.deep.equal(['nobody/instant()', 'nobody/instant()', 'nobody/instant()', 'everyone/instant(item)'])
    })

    it('is not measured if no caller requests it', async () => {
      const before = await postgresCatalogReader.read(session(), 'whole')
      const watch = await postgresMigrationObserver.start(session())
      await watch.beforeStatement('SELECT 1', AT)
      expect((await watch.finish(['SELECT 1'], before)).prices).to.deep.equal([])
    })
  }))

function told({ blocks, works, tables }: StatementPrice): string {
  return `${blocks}/${works}(${tables.join()})`
}
