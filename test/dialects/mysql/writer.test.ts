import { expect } from 'chai'
import { mysqlInsertStatementWriter } from '../../../src/dialects/mysql/writer/rows.ts'
import { writeMariadbSchemaChangeSql, writeMysqlSchemaChangeSql } from '../../../src/dialects/mysql/writer/writer.ts'
import { describeObjectMismatch } from '../../../src/schema/describe.ts'
import { type Difference, differences, isDifferenceThatCounts, objectBeforeDifference } from '../../../src/schema/difference.ts'
import { fingerprintOfState } from '../../../src/schema/fingerprint.ts'
import { objectIdOf } from '../../../src/schema/object.ts'
import { EMPTY_SCHEMA_STATE, objectsOfState, type SchemaState } from '../../../src/schema/state.ts'
import { EVERYTHING, ONLY } from './everything.ts'
import { AT, onBoth } from './support.ts'

const BASE = [
  "CREATE TABLE owner (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(30) NOT NULL DEFAULT 'x', UNIQUE KEY name_known (name))",
  `CREATE TABLE item (id int PRIMARY KEY, owner_id int, price decimal(8,2) DEFAULT 1.00, twice int GENERATED ALWAYS AS (id * 2) STORED,
    note text, KEY item_price (price DESC), CONSTRAINT priced CHECK (price > 0), FOREIGN KEY (owner_id) REFERENCES owner (id))`,
  'CREATE TABLE rekeyed (a int NOT NULL, b int, c int, PRIMARY KEY (a))',
  'CREATE VIEW cheap AS SELECT id, price FROM item WHERE price < 5',
  'CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN a * 2',
  'CREATE TRIGGER marks BEFORE INSERT ON item FOR EACH ROW SET NEW.price = 2',
]

/** Single changes, each written in both directions. */
const CHANGES: readonly (readonly string[])[] = [
  ["ALTER TABLE item ADD COLUMN label varchar(20) NOT NULL DEFAULT 'it''s' COMMENT 'a \\\\ b'"],
  ['ALTER TABLE owner MODIFY name varchar(40) DEFAULT NULL'],
  [
    'ALTER TABLE item ADD COLUMN at timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, ADD COLUMN u varchar(40) DEFAULT (concat(1, 2))',
  ],
  ['ALTER TABLE owner MODIFY name varchar(30) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL'],
  ['ALTER TABLE item DROP FOREIGN KEY item_ibfk_1, DROP KEY owner_id'],
  [
    'ALTER TABLE item DROP FOREIGN KEY item_ibfk_1',
    'ALTER TABLE item ADD CONSTRAINT item_ibfk_1 FOREIGN KEY (owner_id) REFERENCES owner (id) ON DELETE CASCADE',
  ],
  ['CREATE TABLE third (owner_id int, CONSTRAINT named FOREIGN KEY (owner_id) REFERENCES owner (id) ON UPDATE CASCADE)'],
  ['ALTER TABLE item DROP KEY item_price, ADD KEY item_price (note(5), price)'],
  // The server drops the index of the foreign key, and needs one again when the new index is dropped.
  ['ALTER TABLE item ADD KEY by_owner (owner_id, price)'],
  ['ALTER TABLE item ADD UNIQUE KEY one_of_owner (owner_id, id)'],
  ['ALTER TABLE item ADD FULLTEXT KEY words (note)', "ALTER TABLE item COMMENT = 'it''s'"],
  ['ALTER TABLE item DROP CONSTRAINT priced', 'ALTER TABLE item ADD CONSTRAINT priced CHECK (price > 1)'],
  ['DROP TRIGGER marks', 'CREATE TRIGGER before_marks BEFORE INSERT ON item FOR EACH ROW SET NEW.price = 3', BASE.at(-1) ?? ''],
  ['CREATE OR REPLACE VIEW cheap AS SELECT id FROM item WHERE price < 6'],
  ['DROP FUNCTION twice', 'CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN a + a', 'CREATE PROCEDURE twice() SELECT 2'],
  ['ALTER TABLE item DROP PRIMARY KEY, ADD PRIMARY KEY (id, price)'],
  // A column of a primary key is NOT NULL, so a column that leaves a replaced key can become nullable only together with the key.
  ["ALTER TABLE rekeyed DROP PRIMARY KEY, ADD PRIMARY KEY (b), MODIFY a bigint NULL COMMENT 'x'"],
  ['ALTER TABLE rekeyed DROP PRIMARY KEY, ADD PRIMARY KEY (b, c)'],
  ['DROP VIEW cheap', 'DROP TABLE item'],
  ['DROP VIEW cheap', 'DROP TABLE item', 'DROP TABLE owner', 'DROP FUNCTION twice'],
  [
    'CREATE TABLE a (id int PRIMARY KEY)',
    'CREATE TABLE b (id int PRIMARY KEY, FOREIGN KEY (id) REFERENCES a (id))',
    'ALTER TABLE a ADD FOREIGN KEY (id) REFERENCES b (id)',
  ],
]

/** A table of MariaDB with CHECK constraints in the definitions of its columns. One of these columns also has a unique key. */
const CHECKED =
  "CREATE TABLE member (id int PRIMARY KEY, mail varchar(40) CHECK (mail LIKE '%@%'), age int DEFAULT 18 CHECK (age >= id), n int, UNIQUE KEY mail (mail))"

/** Changes of columns with such CHECK constraints, and changes of the constraints. */
const CHANGES_OF_CHECKED: readonly (readonly string[])[] = [
  ["ALTER TABLE member MODIFY mail varchar(60) NOT NULL COMMENT 'of the member' CHECK (mail LIKE '%@%')"],
  ['ALTER TABLE member ALTER COLUMN age SET DEFAULT 21', 'ALTER TABLE member MODIFY n bigint'],
  ["ALTER TABLE member MODIFY mail varchar(40) CHECK (mail LIKE '%@%.%')"],
  ['ALTER TABLE member MODIFY mail varchar(40)', 'ALTER TABLE member MODIFY age bigint'],
  ['ALTER TABLE member MODIFY n int CHECK (n > age), ADD COLUMN more int CHECK (more > n)'],
  ['ALTER TABLE member MODIFY mail varchar(60)', 'ALTER TABLE member DROP COLUMN age'],
  ['ALTER TABLE member MODIFY age int DEFAULT 18, DROP COLUMN id, DROP PRIMARY KEY'],
]

describe('MySQL and MariaDB: SQL from a state', () => {
  onBoth((server, { dialect, database, open }) => {
    const write = server === 'mysql' ? writeMysqlSchemaChangeSql : writeMariadbSchemaChangeSql
    const stateOf = async (url: string): Promise<SchemaState> => (await dialect.catalog.read(await open(url), 'whole')).state

    /** Runs the SQL from one state to another on a database with these statements. */
    async function written(from: SchemaState, to: SchemaState, setup: readonly string[]) {
      const { statements, unwritten } = write(from, to)
      const session = await open(await database(...setup))
      for (const statement of statements) await session.execute(statement, AT)
      const found = (await dialect.catalog.read(session, 'whole')).state
      return { found, unwritten: unwritten.map(({ id }) => id) }
    }

    it('makes the same database, apart from what it reports', async () => {
      const wanted = await stateOf(await database(...EVERYTHING, ...ONLY[server]))
      const { found, unwritten } = await written(EMPTY_SCHEMA_STATE, wanted, [])
      expect(apart(wanted, found, unwritten)).to.deep.equal([])
      const packages = server === 'mariadb' ? ['opaque:package body stock', 'opaque:package stock'] : []
      expect(unwritten.toSorted()).to.deep.equal([...packages, 'function:plain()', 'opaque:event nightly', 'table:part'].toSorted())
    })

    it('writes a zero date as a default', async () => {
      const setup = [
        "SET sql_mode = ''",
        "CREATE TABLE old (id int PRIMARY KEY, at timestamp NOT NULL DEFAULT '0000-00-00 00:00:00', d date DEFAULT '0000-00-00')",
      ]
      const wanted = await stateOf(await database(...setup))
      const { found } = await written(EMPTY_SCHEMA_STATE, wanted, [])
      expect(fingerprintOfState(found)).to.equal(fingerprintOfState(wanted))
    })

    it('writes rows with zero dates and a zero as key', async () => {
      const table = 'CREATE TABLE old (id int AUTO_INCREMENT PRIMARY KEY, at timestamp NULL, d date)'
      const values = [
        ['0', '0000-00-00 00:00:00', '2020-00-00'],
        ['1', null, '2020-01-01'],
      ]
      const session = await open(await database(table))
      const objects = [...objectsOfState((await dialect.catalog.read(session, 'whole')).state)]
      const [found] = objects.filter((object) => object.kind === 'table')
      const columns = objects.filter((object) => object.kind === 'column')
      if (!found) throw new Error('the table is missing')
      const names = ['id', 'at', 'd']
      const sorted = names.flatMap((name) => columns.filter((column) => column.name === name))
      for (const statement of mysqlInsertStatementWriter.insert(found, sorted, values)) await session.query(statement)
      expect(await dialect.catalog.rows(session, found, names)).to.have.deep.members(values)
    })

    it('writes the own index of a foreign key that another index would replace', async () => {
      const wanted = await stateOf(
        await database(
          'CREATE TABLE owner (id int PRIMARY KEY)',
          'CREATE TABLE item (id int, p int, KEY fk (p), KEY more (p, id), CONSTRAINT fk FOREIGN KEY (p) REFERENCES owner (id))',
        ),
      )
      const { found } = await written(EMPTY_SCHEMA_STATE, wanted, [])
      expect(fingerprintOfState(found)).to.equal(fingerprintOfState(wanted))
    })

    const changes = [
      ...CHANGES.map((change) => ({ base: BASE, change })),
      ...(server === 'mariadb' ? CHANGES_OF_CHECKED : []).map((change) => ({ base: [CHECKED], change })),
    ]
    for (const { base, change } of changes)
      it(`writes a change and its reversal: ${change.join('; ').slice(0, 60)}`, async () => {
        const all = [...base, ...change]
        const [before, after] = [await stateOf(await database(...base)), await stateOf(await database(...all))]
        expect(differences(before, after).filter(isDifferenceThatCounts)).to.not.deep.equal([])
        const made = await written(EMPTY_SCHEMA_STATE, before, [])
        expect([...apart(before, made.found, []), ...made.unwritten]).to.deep.equal([])
        const there = await written(before, after, base)
        expect([...apart(after, there.found, []), ...there.unwritten]).to.deep.equal([])
        const back = await written(after, before, all)
        expect([...apart(before, back.found, []), ...back.unwritten]).to.deep.equal([])
      })
  })
})

function apart(wanted: SchemaState, found: SchemaState, unwritten: readonly string[]): readonly string[] {
  const counted = (one: Difference) => isDifferenceThatCounts(one) && !unwritten.includes(objectIdOf(objectBeforeDifference(one)))
  return differences(wanted, found)
    .filter(counted)
    .map((one) => describeObjectMismatch(one, { before: 'wanted', after: 'found' }))
}
