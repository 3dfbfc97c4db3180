import { expect } from 'chai'
import { loadFileAnalyzer } from '../../src/dialects/open.ts'
import { findFragileStatementsByWords, mayContainFragileStatement } from '../../src/release/fragile-use.ts'
import type { DialectName } from '../../src/schema/object.ts'

const LOOP = `DO $$
DECLARE k record;
BEGIN
  FOR k IN SELECT conname FROM pg_constraint WHERE contype = 'f' LOOP
    EXECUTE format('ALTER TABLE child DROP CONSTRAINT %I', k.conname);
  END LOOP;
END $$;`

const PROCEDURE = `DELIMITER //
CREATE PROCEDURE drop_keys()
BEGIN
  IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'item') THEN
    ALTER TABLE item DROP COLUMN price;
  END IF;
END//
DELIMITER ;
CALL drop_keys();`

type Found = readonly (readonly [kind: string, line: number, on: string])[]

const FOUND: readonly (readonly [DialectName, string, Found])[] = [
  ['postgres', `SELECT 1;\n${LOOP}`, [['catalog', 5, 'pg_constraint']]],
  [
    'postgres',
    "DO $$ BEGIN IF to_regclass('item') IS NULL THEN CREATE TABLE item (id int); END IF; END $$;",
    [['catalog', 1, 'to_regclass']],
  ],
  ['postgres', 'DO $$ BEGIN\n  -- pg_constraint\n  EXECUTE $x$DROP TABLE a$x$; END $$;', []],
  ['postgres', 'SELECT conname FROM pg_constraint;', []],
  ['postgres', 'CREATE VIEW v AS SELECT * FROM item;', [['all-columns', 1, 'SELECT *']]],
  ['postgres', 'SELECT 1;\nCREATE MATERIALIZED VIEW v AS SELECT i.* FROM item i;', [['all-columns', 2, 'SELECT *']]],
  ['postgres', 'INSERT INTO a SELECT id FROM b UNION ALL SELECT * FROM c;', [['all-columns', 1, 'SELECT *']]],
  ['postgres', 'CREATE TABLE a (LIKE b);', [['all-columns', 1, 'LIKE b']]],
  ['postgres', 'INSERT INTO a SELECT count(*) FROM b WHERE EXISTS (SELECT * FROM c);', []],
  ...[
    'WITH g AS (SELECT a, b FROM t) INSERT INTO x SELECT * FROM g',
    'INSERT INTO x WITH g AS (SELECT a, b FROM t) SELECT * FROM g',
    'INSERT INTO x WITH g AS (SELECT a FROM t), h AS (SELECT * FROM g) SELECT h.* FROM h JOIN t ON true',
    'CREATE VIEW x AS SELECT * FROM (SELECT a, b FROM t) y',
    'CREATE VIEW x AS SELECT y.* FROM t, (VALUES (1, 2)) y (a, b)',
    'CREATE TABLE x AS SELECT * FROM f(1) AS y (a integer, b text)',
    'CREATE TABLE x AS SELECT * FROM ROWS FROM (f(1) AS (a integer)) y',
    'CREATE TABLE x AS SELECT * FROM generate_series(1, 3)',
    'CREATE TABLE x AS SELECT (SELECT y.a) FROM (SELECT a FROM t) y',
    'WITH d AS (DELETE FROM t RETURNING a, b) INSERT INTO x SELECT * FROM d',
    'INSERT INTO x WITH RECURSIVE g AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM g) SELECT * FROM g',
    'INSERT INTO x SELECT y.* FROM t JOIN LATERAL (SELECT t.a) y ON true',
  ].map((text) => ['postgres', text, []] as const),
  ...[
    'WITH g AS (SELECT * FROM t) INSERT INTO x SELECT * FROM g',
    'WITH g AS (SELECT a FROM t) INSERT INTO x SELECT * FROM public.g',
    'WITH g AS (SELECT a FROM t) INSERT INTO x SELECT * FROM g, t',
    'WITH d AS (DELETE FROM t RETURNING *) INSERT INTO x SELECT * FROM d',
    'CREATE VIEW x AS SELECT * FROM (SELECT t.* FROM t) y',
    'CREATE VIEW x AS SELECT * FROM (SELECT a FROM t UNION TABLE u) y',
    'CREATE VIEW x AS SELECT * FROM f(1) y',
    'CREATE TABLE x AS TABLE t',
    'INSERT INTO x (TABLE t)',
    'INSERT INTO x (a, b) TABLE t',
    'INSERT INTO x SELECT a FROM t UNION ALL TABLE u',
    'CREATE VIEW x AS SELECT (t).* FROM t',
    'CREATE VIEW x AS SELECT * FROM (t JOIN u ON true) y',
    'INSERT INTO x SELECT y.* FROM (SELECT a FROM t) z JOIN LATERAL (SELECT z.*) y ON true JOIN u ON true WHERE false UNION SELECT * FROM u',
  ].map((text) => ['postgres', text, [['all-columns', 1, 'SELECT *']]] as const),
  ['postgres', "INSERT INTO a SELECT id FROM (SELECT * FROM b) x WHERE name LIKE 'a*';", []],
  ['postgres', 'DO $$ BEGIN\nINSERT INTO a SELECT * FROM b; END $$;', [['all-columns', 2, 'SELECT *']]],
  ['mysql', PROCEDURE, [['catalog', 4, 'information_schema']]],
  [
    'mysql',
    'SET @s = (SELECT concat("ALTER TABLE a DROP FOREIGN KEY ", constraint_name)\n  FROM INFORMATION_SCHEMA.table_constraints);\nPREPARE s FROM @s;\nEXECUTE s;',
    [['catalog', 2, 'information_schema']],
  ],
  ['mysql', 'SELECT table_name FROM information_schema.tables;', []],
  ['mysql', 'CREATE OR REPLACE SQL SECURITY INVOKER VIEW v AS\nSELECT * FROM item;', [['all-columns', 2, 'SELECT *']]],
  ['mysql', 'CREATE TABLE a AS SELECT DISTINCT * FROM b;', [['all-columns', 1, 'SELECT *']]],
  ['mysql', 'REPLACE INTO a SELECT b.*, 1 FROM b;', [['all-columns', 1, 'SELECT *']]],
  ['mysql', 'CREATE TABLE a LIKE b;', [['all-columns', 1, 'LIKE b']]],
  ['mysql', 'CREATE TABLE IF NOT EXISTS a (LIKE b);', [['all-columns', 1, 'LIKE b']]],
  ['mysql', "CREATE TABLE a (x varchar(9) CHECK (x LIKE 'b'), y int CHECK (x like y));", []],
  ['mysql', "INSERT INTO a SELECT count(*), 2 * 3, REPLACE(b, 'SELECT *', '') FROM b;", []],
  [
    'mysql',
    'DELIMITER //\nCREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW\n  INSERT INTO b SELECT * FROM c//\n',
    [['all-columns', 3, 'SELECT *']],
  ],
  ['mysql', '-- SELECT * FROM information_schema\nDROP TABLE a;', []],
]

const NAMES: readonly (readonly [DialectName, string, uses: readonly string[], gives: readonly string[]])[] = [
  ['postgres', 'ALTER TABLE a DROP CONSTRAINT a_b_key, DROP COLUMN c;', ['a_b_key'], []],
  ['postgres', 'ALTER TABLE a VALIDATE CONSTRAINT a_check; ALTER TABLE a ALTER CONSTRAINT a_fkey DEFERRABLE;', ['a_check', 'a_fkey'], []],
  ['postgres', 'DROP INDEX CONCURRENTLY IF EXISTS x.a_b_idx;', ['a_b_idx'], []],
  ['postgres', 'ALTER TABLE a RENAME CONSTRAINT a_pkey TO a_key; ALTER INDEX b_idx RENAME TO c;', ['a_pkey', 'b_idx'], ['a_key', 'c']],
  ['postgres', 'INSERT INTO a VALUES (1) ON CONFLICT ON CONSTRAINT a_pkey DO NOTHING;', ['a_pkey'], []],
  ['postgres', "DO $$ BEGIN EXECUTE 'ALTER TABLE a DROP CONSTRAINT IF EXISTS a_b_key'; END $$;", ['a_b_key'], []],
  ['postgres', 'CREATE TABLE a (id int CONSTRAINT x PRIMARY KEY, UNIQUE (id)); CREATE INDEX i ON a (id);', [], ['x', 'i']],
  ['mysql', 'ALTER TABLE a DROP FOREIGN KEY a_ibfk_1, DROP KEY `b`, DROP COLUMN c;', ['a_ibfk_1', 'b'], []],
  ['mysql', 'DROP INDEX b ON a; ALTER TABLE a RENAME INDEX c TO d, ALTER INDEX e INVISIBLE;', ['b', 'c', 'e'], ['d']],
  ['mysql', 'ALTER TABLE a DROP CONSTRAINT IF EXISTS f, DROP PRIMARY KEY;', ['f'], []],
  ['mysql', 'UPDATE a FORCE INDEX (b) SET c = 1;', ['b'], []],
  ['mysql', "SET @s = 'ALTER TABLE a DROP FOREIGN KEY a_ibfk_1';", ['a_ibfk_1'], []],
  ['mysql', 'CREATE TABLE a (b int UNIQUE, c int, UNIQUE KEY d (c), KEY (c), CONSTRAINT e CHECK (c > 0));', [], ['d', 'e']],
]

describe('what a file leans on', () => {
  for (const [dialect, text, expected] of FOUND) {
    it(`${dialect}: ${text.replaceAll(/\s+/g, ' ').slice(0, 90)}`, async () => {
      const { found } = await (await loadFileAnalyzer(dialect)).fragileUses({ file: 'a.sql', text })
      expect(found.map(({ kind, line, on }) => [kind, line, on])).to.deep.equal(expected)
      if (expected.length > 0) expect(mayContainFragileStatement(text)).to.equal(true)
    })
  }

  for (const [dialect, text, uses, gives] of NAMES) {
    it(`${dialect}, names: ${text}`, async () => {
      const read = await (await loadFileAnalyzer(dialect)).fragileUses({ file: 'a.sql', text })
      expect(read.uses.map(({ name }) => name)).to.deep.equal(uses)
      if (uses.length > 0) expect(mayContainFragileStatement(text)).to.equal(true)
      // A word that names nothing may be among them; a name that is used and not given must not.
      expect([...read.gives]).to.include.members([...gives])
      expect(uses.filter((name) => read.gives.has(name))).to.deep.equal([])
    })
  }

  it('a function: by the questions that it asks', () => {
    const text = `export const up = async ({ context }) => {
  const columns = await context.describeTable('item')
  await context.removeConstraint('item', 'item_code_key')
  await context.sequelize.query('INSERT INTO a SELECT * FROM b')
  await context.sequelize.query("ALTER TABLE item DROP FOREIGN KEY item_ibfk_1")
}`
    const { found, uses } = findFragileStatementsByWords(text, 1, 'function')
    expect(found.map(({ kind, line, on }) => [kind, line, on])).to.deep.equal([
      ['catalog', 2, 'describeTable'],
      ['all-columns', 4, 'SELECT *'],
    ])
    expect(uses).to.deep.equal([
      { name: 'item_code_key', line: 3 },
      { name: 'item_ibfk_1', line: 5 },
    ])
  })

  it('most files on nothing, and they are not read any closer', () => {
    for (const text of [
      'ALTER TABLE item ADD COLUMN price int;',
      'UPDATE item SET price = 2 * cost;',
      'CREATE TABLE item (id int, CONSTRAINT item_pk PRIMARY KEY (id));',
      '/* all of it */ SELECT count(*) FROM item',
    ]) {
      expect(mayContainFragileStatement(text), text).to.equal(false)
    }
  })
})
