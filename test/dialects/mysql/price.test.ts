import { expect } from 'chai'
import type { StatementPrice } from '../../../src/effect/price.ts'
import { copiesOnline } from '../../support/copies-online.ts'
import { AT, onBoth } from './support.ts'

const SCHEMA: readonly string[] = [
  'CREATE TABLE parent (id int PRIMARY KEY)',
  `CREATE TABLE item (id int PRIMARY KEY, parent int, name varchar(10), price int NOT NULL, size enum('s', 'l'), body text,
    KEY item_name (name), CONSTRAINT item_parent FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE)`,
  'CREATE TABLE audit (id int, note text)',
  'CREATE TRIGGER tr AFTER INSERT ON item FOR EACH ROW INSERT INTO audit (id) VALUES (NEW.id)',
  'CREATE TABLE day (id int NOT NULL) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))',
  'CREATE PROCEDURE fill() INSERT INTO audit (id) VALUES (1)',
]

const both = (price: string) => ({ mysql: price, mariadb: price })

interface Prices {
  readonly mysql: string
  readonly mariadb: string
  /** On MariaDB from 11.2 on, where it is another: it copies a table while others write. */
  readonly online?: string
}

/** Statements, each on its own, and `blocks/works(tables)` by server: the facts, measured. */
const CASES: readonly (readonly [statement: string, price: Prices])[] = [
  ['SELECT 1', both('nobody/instant()')],
  ['UPDATE item SET price = 1', both('nobody/scan(item)')],
  ['INSERT INTO parent VALUES (1)', both('nobody/instant()')],
  ['TRUNCATE audit', both('everyone/instant(audit)')],
  ['DROP TABLE audit', both('everyone/instant(audit)')],
  ['RENAME TABLE audit TO audits', both('everyone/instant(audit)')],
  ['ALTER TABLE audit RENAME TO audits', both('everyone/instant(audit)')],
  ['OPTIMIZE TABLE audit', both('ddl/rewrite(audit)')],
  ['CREATE TRIGGER t2 BEFORE UPDATE ON audit FOR EACH ROW SET NEW.id = (SELECT max(id) FROM item)', both('everyone/instant(audit)')],
  ['DROP TRIGGER tr', both('everyone/instant(item)')],
  ['CREATE TABLE fresh (id int, parent int, FOREIGN KEY (parent) REFERENCES parent (id))', both('everyone/instant(parent)')],
  ['CREATE VIEW items AS SELECT id FROM item', both('nobody/instant()')],
  ['ALTER TABLE `item` ADD COLUMN x int NOT NULL DEFAULT 3', both('everyone/instant(item)')],
  ['ALTER TABLE item ADD COLUMN x int DEFAULT (1 + 1)', { mysql: 'writes/rewrite(item)', mariadb: 'everyone/instant(item)' }],
  ['ALTER TABLE item ADD COLUMN x int AS (price + 1) STORED', both('writes/rewrite(item)')],
  ['ALTER TABLE item ADD COLUMN x int AS (price + 1) VIRTUAL', both('everyone/instant(item)')],
  ['ALTER TABLE item ADD COLUMN x int, ALGORITHM=COPY', both('writes/rewrite(item)')],
  // MariaDB takes INPLACE for a bound, and does it at once all the same.
  ['ALTER TABLE item ADD COLUMN x int, ALGORITHM=INPLACE', { mysql: 'ddl/rewrite(item)', mariadb: 'everyone/instant(item)' }],
  ['ALTER TABLE item MODIFY price bigint NOT NULL', both('writes/rewrite(item)')],
  ['ALTER TABLE item MODIFY name varchar(60)', both('everyone/instant(item)')],
  ['ALTER TABLE item MODIFY name varchar(100)', { mysql: 'writes/rewrite(item)', mariadb: 'everyone/instant(item)' }],
  ['ALTER TABLE item MODIFY price int NULL', both('ddl/rewrite(item)')],
  ["ALTER TABLE item MODIFY size enum('s', 'l', 'xl')", both('everyone/instant(item)')],
  ["ALTER TABLE item MODIFY size enum('xs', 's', 'l')", both('writes/rewrite(item)')],
  ['ALTER TABLE item ADD INDEX (price)', both('ddl/scan(item)')],
  ['CREATE UNIQUE INDEX u ON item (price)', both('ddl/scan(item)')],
  ['CREATE INDEX i ON item (price) LOCK=SHARED', both('writes/scan(item)')],
  ['ALTER TABLE item ADD FULLTEXT (body)', both('writes/rewrite(item)')],
  ['DROP INDEX item_name ON item', both('everyone/instant(item)')],
  ['ALTER TABLE item DROP FOREIGN KEY item_parent', both('everyone/instant(item)')],
  ['ALTER TABLE item ADD CONSTRAINT f FOREIGN KEY (price) REFERENCES parent (id)', both('writes/rewrite(item)')],
  ['ALTER TABLE item ADD CONSTRAINT c CHECK (price > 0)', both('writes/rewrite(item)')],
  ['ALTER TABLE item DROP COLUMN body', both('everyone/instant(item)')],
  ['ALTER TABLE audit RENAME TO audits, MODIFY id bigint', { ...both('writes/rewrite(audit)'), online: 'ddl/rewrite(audit)' }],
  // `item` is never copied so: a foreign key changes rows of it behind the back of whoever copies.
  ['ALTER TABLE audit ADD COLUMN x int AS (id + 1) STORED', { ...both('writes/rewrite(audit)'), online: 'ddl/rewrite(audit)' }],
  ['ALTER TABLE audit ADD CONSTRAINT c CHECK (id > 0)', { ...both('writes/rewrite(audit)'), online: 'ddl/rewrite(audit)' }],
  ['ALTER TABLE audit MODIFY id bigint, LOCK=SHARED', both('writes/rewrite(audit)')],
  ['ALTER TABLE audit ADD FULLTEXT (note)', both('writes/rewrite(audit)')],
  ['ALTER TABLE day ADD PARTITION (PARTITION p2 VALUES LESS THAN (30))', both('everyone/instant(day)')],
  ['ALTER TABLE day DROP PARTITION p1', both('everyone/instant(day)')],
  [
    'ALTER TABLE day REORGANIZE PARTITION p1 INTO (PARTITION p3 VALUES LESS THAN (15), PARTITION p4 VALUES LESS THAN (20))',
    { mysql: 'writes/rewrite(day)', mariadb: 'everyone/rewrite(day)' },
  ],
  ['ALTER TABLE day ADD COLUMN x int', both('everyone/instant(day)')],
  ['ALTER TABLE day MODIFY id bigint NOT NULL', { ...both('writes/rewrite(day)'), online: 'ddl/rewrite(day)' }],
  ['ALTER TABLE fresh_already ADD INDEX (id)', both('nobody/instant()')],
  // What a routine does nobody sees, and whom it blocks counts as everyone.
  ['CALL fill()', both('everyone/instant()')],
]

describe('the price of a statement on MySQL and MariaDB', () => {
  onBoth((server, { dialect, database, open }) => {
    async function prices(...statements: readonly string[]): Promise<readonly string[]> {
      const session = await open(await database(...SCHEMA, 'CREATE TABLE fresh_already (id int)'))
      const before = await dialect.catalog.read(session, 'whole')
      const watch = await dialect.observer.start(session, new Set(['parent', 'item', 'audit', 'day']))
      for (const statement of statements) {
        await watch.beforeStatement(statement, AT)
        await session.execute(statement, AT)
      }
      const seen = await watch.finish(statements, before)
      const after = await dialect.catalog.read(session, 'whole')
      expect([...after.state.groups.keys()].filter((group) => group.includes('interphase'))).to.deep.equal([])
      return seen.prices.map(told)
    }

    for (const [statement, price] of CASES) {
      it(`of ${statement} is ${price[server]}`, async () => {
        const expected = price.online !== undefined && (await copiesOnline(server)) ? price.online : price[server]
        expect(await prices(statement)).to.deep.equal([expected])
      })
    }

    it('of what cannot be tried while tables are locked blocks everyone', async () => {
      const found = await prices('LOCK TABLES item WRITE; ALTER TABLE item ADD INDEX (price); UNLOCK TABLES')
      expect(found).to.deep.equal(['everyone/scan(item)'])
    })

    it('of a foreign key that is not checked is a moment, as the file sets it', async () => {
      const key = 'ALTER TABLE item ADD CONSTRAINT f FOREIGN KEY (price) REFERENCES parent (id)'
      const found = await prices('SET foreign_key_checks = 0', 'ALTER TABLE item ADD INDEX (price)', key, 'SET foreign_key_checks = 1')
      expect(found).to.deep.equal(['nobody/instant()', 'ddl/scan(item)', 'everyone/instant(item)', 'nobody/instant()'])
    })
  })
})

function told({ blocks, works, tables }: StatementPrice): string {
  return `${blocks}/${works}(${tables.join()})`
}
