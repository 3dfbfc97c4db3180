import { expect } from 'chai'
import type { CheckFinding } from '../../src/status/reports/check-report.ts'
import { chainOverFirst, type Files } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

/** A release that breaks running code, and the same thing written so that it does not. */
interface Case {
  readonly what: string
  readonly on: readonly ServerName[]
  readonly refused: Files
  readonly sound: Files
  /** What `check` says: the migration, what it does, to what. */
  readonly migration: string
  readonly effect: string
  readonly object: string
}

const POSTGRES = ['postgres', 'postgres-system'] as const
const MYSQL = ['mariadb', 'mysql'] as const
const ALL = [...POSTGRES, ...MYSQL] as const

const BEFORE: Files = {
  'r1/010-base.expand.sql': `
CREATE TABLE part (id int NOT NULL, CONSTRAINT part_pk PRIMARY KEY (id));
CREATE TABLE item (id int NOT NULL, name varchar(50), code varchar(20) NOT NULL, price int, part_id int, CONSTRAINT item_pk PRIMARY KEY (id));
CREATE TABLE note (id int NOT NULL, CONSTRAINT note_pk PRIMARY KEY (id));`,
  'r1/020-mood.expand.postgres.sql':
    "CREATE TYPE mood AS ENUM ('good', 'bad'); ALTER TABLE note ADD COLUMN felt mood; CREATE TABLE visit (who text, at date) PARTITION BY RANGE (at);",
  'r1/020-mood.expand.mysql.sql': "ALTER TABLE note ADD COLUMN felt enum('good', 'bad');",
}

const UNIQUE = 'ALTER TABLE item ADD CONSTRAINT item_code_known UNIQUE (code);'
const CHECK = 'ALTER TABLE item ADD CONSTRAINT item_price_known CHECK (price >= 0)'
const KEY = 'ALTER TABLE item ADD CONSTRAINT item_part_fk FOREIGN KEY (part_id) REFERENCES part (id)'
const DROP_COLUMN = 'ALTER TABLE item DROP COLUMN price;'
const DROP_TABLE = 'DROP TABLE note;'

/** In expand it is refused; in contract the same statement passes. */
function early(what: string, on: readonly ServerName[], statement: string, effect: string, object: string): Case {
  const [refused, sound] = [{ 'r2/010-it.expand.sql': statement }, { 'r2/010-it.contract.sql': statement }]
  return { what: `${what} in expand`, on, refused, sound, migration: 'r2/010-it.expand', effect, object }
}

/** In expand, of two ways of doing it. */
function inExpand(what: string, on: readonly ServerName[], refused: string, sound: string, effect: string, object: string): Case {
  return {
    what: `${what} in expand`,
    on,
    refused: { 'r2/010-it.expand.sql': refused },
    sound: { 'r2/010-it.expand.sql': sound },
    migration: 'r2/010-it.expand',
    effect,
    object,
  }
}

function partitionAnd(rule: string): Files {
  const bound = "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')"
  return { 'r2/010-it.expand.sql': `CREATE TABLE visit_new PARTITION OF visit ${bound};`, 'r2/020-rule.expand.sql': rule }
}

function inProcedure(statement: string): string {
  return `DELIMITER //\nCREATE PROCEDURE it()\nBEGIN\n  ${statement}\nEND//\nDELIMITER ;\nCALL it();\nDROP PROCEDURE it;`
}

function inBlock(statement: string): string {
  return `DO $$ BEGIN EXECUTE '${statement.replace(';', '')}'; END $$;`
}

const ADD = 'ALTER TABLE item ADD COLUMN colour varchar(20);'

const VIEW = { 'r2/005-view.expand.sql': 'CREATE VIEW priced AS SELECT id, price FROM item; CREATE VIEW dear AS SELECT id FROM priced;' }
const MIRRORS = '-- interphase: effect mirrors because the test needs a trigger\n'
const TRIGGER = {
  'r2/005-cheap.expand.postgres.sql': `${MIRRORS}CREATE FUNCTION cheap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.price := coalesce(NEW.price, 0); RETURN NEW; END $$;
CREATE TRIGGER cheap BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION cheap();`,
  'r2/005-cheap.expand.mysql.sql': `${MIRRORS}CREATE TRIGGER cheap BEFORE INSERT ON item FOR EACH ROW SET NEW.\`price\` = coalesce(NEW.price, 0);`,
}

const CASES: readonly Case[] = [
  {
    what: 'a view whose column is dropped under it',
    on: MYSQL,
    refused: { ...VIEW, 'r2/010-it.contract.sql': DROP_COLUMN },
    sound: {
      ...VIEW,
      'r2/010-it.contract.sql': `-- interphase: effect removes because the view loses a column\nCREATE OR REPLACE VIEW priced AS SELECT id FROM item;\n${DROP_COLUMN}`,
    },
    migration: 'r2/010-it.contract',
    effect: 'breaks',
    object: 'view dear',
  },
  {
    what: 'a view whose table is dropped under it',
    on: MYSQL,
    refused: { 'r2/005-view.expand.sql': 'CREATE VIEW noted AS SELECT id FROM note;', 'r2/010-it.contract.sql': DROP_TABLE },
    sound: {
      'r2/005-view.expand.sql': 'CREATE VIEW noted AS SELECT id FROM note;',
      'r2/010-it.contract.sql': `DROP VIEW noted;\n${DROP_TABLE}`,
    },
    migration: 'r2/010-it.contract',
    effect: 'breaks',
    object: 'view noted',
  },
  {
    what: 'a trigger whose column is dropped',
    on: ALL,
    refused: { ...TRIGGER, 'r2/010-it.contract.sql': DROP_COLUMN },
    sound: {
      ...TRIGGER,
      'r2/010-it.contract.postgres.sql': `DROP TRIGGER cheap ON item;\n${DROP_COLUMN}`,
      'r2/010-it.contract.mysql.sql': `DROP TRIGGER cheap;\n${DROP_COLUMN}`,
    },
    migration: 'r2/010-it.contract',
    effect: 'breaks',
    object: 'trigger cheap on item',
  },
  {
    what: 'a trigger whose column is renamed',
    on: ALL,
    refused: {
      ...TRIGGER,
      'r2/010-it.contract.sql': `${MIRRORS.replace('effect mirrors', 'despite adds')}ALTER TABLE item RENAME COLUMN price TO cost;`,
    },
    sound: TRIGGER,
    migration: 'r2/010-it.contract',
    effect: 'breaks',
    object: 'trigger cheap on item',
  },
  inExpand(
    'a NOT NULL column without a default',
    ALL,
    'ALTER TABLE item ADD COLUMN size int NOT NULL;',
    'ALTER TABLE item ADD COLUMN size int NOT NULL DEFAULT 0;',
    'tightens',
    'column item.size',
  ),
  inExpand(
    'an index on an expression that can fail',
    POSTGRES,
    'CREATE INDEX CONCURRENTLY item_size ON item ((code::int));',
    'CREATE INDEX CONCURRENTLY item_size ON item (lower(code)) WHERE price IN (1, 2);',
    'tightens',
    'index item_size on item',
  ),
  inExpand(
    'a generated column that can fail',
    ALL,
    'ALTER TABLE item ADD COLUMN size int GENERATED ALWAYS AS (100 / price) STORED;',
    'ALTER TABLE item ADD COLUMN size varchar(50) GENERATED ALWAYS AS (lower(name)) STORED;',
    'tightens',
    'column item.size',
  ),
  inExpand(
    'a partition with a rule of its own',
    POSTGRES,
    "CREATE TABLE visit_new PARTITION OF visit (CHECK (who <> '')) FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');",
    `CREATE TABLE visit_new (who text, at date); ALTER TABLE visit_new ADD CHECK (at >= '2020-01-01' AND at < '2021-01-01');
ALTER TABLE visit ATTACH PARTITION visit_new FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');`,
    'tightens',
    'partition visit_new of visit',
  ),
  {
    ...inExpand('a rule on a new partition', POSTGRES, '', '', 'tightens', 'index visit_who on visit_new'),
    refused: partitionAnd('CREATE UNIQUE INDEX visit_who ON visit_new (who);'),
    sound: partitionAnd('CREATE INDEX visit_who ON visit_new (who);'),
    migration: 'r2/020-rule.expand',
  },
  early('privileges taken away', POSTGRES, 'REVOKE SELECT ON item FROM PUBLIC;', 'removes', 'privileges on table item'),
  {
    ...inExpand('privileges taken away by a statement', ['mysql'], '', '', 'removes', 'privileges on table item'),
    refused: {
      'r2/005-grant.expand.sql': 'GRANT SELECT ON item TO CURRENT_USER();',
      'r2/010-it.expand.sql': 'REVOKE SELECT ON item FROM CURRENT_USER();',
    },
    sound: {
      'r2/010-it.expand.sql':
        'CREATE TABLE mine (id int); GRANT SELECT ON mine TO CURRENT_USER(); REVOKE SELECT ON mine FROM CURRENT_USER();',
    },
  },
  inExpand(
    'privileges taken away by a procedure',
    ['mariadb'],
    inProcedure('IF false THEN REVOKE ALL PRIVILEGES ON TABLE `item` FROM CURRENT_USER(); END IF;'),
    inProcedure('IF false THEN GRANT SELECT ON TABLE `item` TO CURRENT_USER(); END IF;'),
    'removes',
    'privileges on table item',
  ),
  inExpand(
    'an owner changed',
    POSTGRES,
    'ALTER TABLE item OWNER TO pg_monitor;',
    'CREATE TABLE mine (id int); ALTER TABLE mine OWNER TO pg_monitor; REVOKE ALL ON mine FROM PUBLIC; GRANT SELECT ON item TO PUBLIC;',
    'removes',
    'privileges on table item',
  ),
  inExpand(
    'privileges taken away in a block',
    POSTGRES,
    "DO $$ BEGIN EXECUTE 'REVOKE ALL ON item FROM PUBLIC'; END $$;",
    "DO $$ BEGIN EXECUTE 'GRANT SELECT ON item TO PUBLIC'; END $$;",
    'removes',
    'privileges on table item',
  ),
  early('a unique rule on an existing column', ALL, UNIQUE, 'tightens', 'unique constraint item_code_known on item'),
  early('a check on an existing column', ALL, `${CHECK};`, 'tightens', 'check item_price_known on item'),
  early('a check that is not validated', POSTGRES, `${CHECK} NOT VALID;`, 'tightens', 'check item_price_known on item'),
  early('a foreign key on an existing column', ALL, `${KEY};`, 'tightens', 'foreign key item_part_fk on item'),
  early('a foreign key that is not validated', POSTGRES, `${KEY} NOT VALID;`, 'tightens', 'foreign key item_part_fk on item'),
  inExpand(
    'a type narrowed',
    POSTGRES,
    'ALTER TABLE item ALTER COLUMN name TYPE varchar(10);',
    'ALTER TABLE item ALTER COLUMN name TYPE varchar(100);',
    'tightens',
    'column item.name',
  ),
  inExpand(
    'a type narrowed',
    MYSQL,
    'ALTER TABLE item MODIFY name varchar(10);',
    'ALTER TABLE item MODIFY name varchar(100);',
    'tightens',
    'column item.name',
  ),
  early(
    'a primary key swapped',
    POSTGRES,
    'ALTER TABLE item DROP CONSTRAINT item_pk, ADD CONSTRAINT item_pk PRIMARY KEY (code);',
    'removes',
    'primary key of item',
  ),
  early('a primary key swapped', MYSQL, 'ALTER TABLE item DROP PRIMARY KEY, ADD PRIMARY KEY (code);', 'removes', 'primary key of item'),
  early('a column dropped', ALL, DROP_COLUMN, 'removes', 'column item.price'),
  early('a table dropped', ALL, DROP_TABLE, 'removes', 'table note'),
  {
    ...early('a column renamed', ALL, 'ALTER TABLE item RENAME COLUMN price TO cost;', 'removes', 'column item.price'),
    sound: { 'r2/010-it.expand.sql': 'ALTER TABLE item ADD COLUMN cost int;', 'r2/010-it.contract.sql': DROP_COLUMN },
  },
  {
    ...early('a table renamed', ALL, 'ALTER TABLE note RENAME TO remark;', 'removes', 'table note'),
    sound: { 'r2/010-it.expand.sql': 'CREATE TABLE remark (id int PRIMARY KEY);', 'r2/010-it.contract.sql': DROP_TABLE },
  },
  {
    what: 'a column renamed in contract',
    on: ALL,
    refused: { 'r2/010-it.contract.sql': 'ALTER TABLE item RENAME COLUMN price TO cost;' },
    sound: { 'r2/010-it.expand.sql': 'ALTER TABLE item ADD COLUMN cost int;', 'r2/010-it.contract.sql': DROP_COLUMN },
    migration: 'r2/010-it.contract',
    effect: 'adds',
    object: 'column item.cost',
  },
  inExpand('a column dropped by raw SQL in a block', POSTGRES, inBlock(DROP_COLUMN), inBlock(ADD), 'removes', 'column item.price'),
  inExpand('a column dropped by raw SQL in a procedure', MYSQL, inProcedure(DROP_COLUMN), inProcedure(ADD), 'removes', 'column item.price'),
  inExpand('a table dropped by raw SQL in a block', POSTGRES, inBlock(DROP_TABLE), inBlock(ADD), 'removes', 'table note'),
  inExpand('a table dropped by raw SQL in a procedure', MYSQL, inProcedure(DROP_TABLE), inProcedure(ADD), 'removes', 'table note'),
  {
    what: 'a column dropped by a function in expand',
    on: ALL,
    refused: { 'r2/010-it.expand.mjs': `export const up = ({ context }) => context.sequelize.query('${DROP_COLUMN}')` },
    sound: { 'r2/010-it.expand.mjs': `export const up = ({ context }) => context.sequelize.query('${ADD}')` },
    migration: 'r2/010-it.expand',
    effect: 'removes',
    object: 'column item.price',
  },
  {
    what: 'a schema statement hidden in a data step',
    on: ALL,
    refused: { 'r2/010-it.migrate.sql': `UPDATE item SET price = 0 WHERE price IS NULL;\n${ADD}` },
    sound: { 'r2/010-it.expand.sql': ADD, 'r2/010-it.migrate.sql': 'UPDATE item SET price = 0 WHERE price IS NULL;' },
    migration: 'r2/010-it.migrate',
    effect: 'adds',
    object: 'column item.colour',
  },
  {
    what: 'a column dropped in a data step',
    on: ALL,
    refused: { 'r2/010-it.migrate.sql': `UPDATE item SET name = code WHERE name IS NULL;\n${DROP_COLUMN}` },
    sound: { 'r2/010-it.migrate.sql': 'UPDATE item SET name = code WHERE name IS NULL;', 'r2/010-it.contract.sql': DROP_COLUMN },
    migration: 'r2/010-it.migrate',
    effect: 'removes',
    object: 'column item.price',
  },
  {
    what: 'rows written in expand',
    on: ALL,
    refused: { 'r2/010-it.expand.sql': `${ADD}\nUPDATE item SET colour = 'red';` },
    sound: { 'r2/010-it.expand.sql': ADD, 'r2/010-it.migrate.sql': "UPDATE item SET colour = 'red';" },
    migration: 'r2/010-it.expand',
    effect: 'writes-rows',
    object: 'rows of item',
  },
  {
    what: 'rows written in expand beside a change of another table',
    on: ALL,
    refused: { 'r2/010-it.expand.sql': 'ALTER TABLE note ADD COLUMN colour int;\nUPDATE item SET price = 0;' },
    sound: { 'r2/010-it.expand.sql': 'ALTER TABLE note ADD COLUMN colour int;', 'r2/010-it.migrate.sql': 'UPDATE item SET price = 0;' },
    migration: 'r2/010-it.expand',
    effect: 'writes-rows',
    object: 'rows of item',
  },
  {
    what: 'rows copied to a new table in expand',
    on: ALL,
    refused: { 'r2/010-it.expand.sql': 'CREATE TABLE size (id int PRIMARY KEY);\nINSERT INTO size SELECT id FROM item;' },
    sound: { 'r2/010-it.expand.sql': 'CREATE TABLE size (id int PRIMARY KEY);\nINSERT INTO size VALUES (1), (2);' },
    migration: 'r2/010-it.expand',
    effect: 'writes-rows',
    object: 'rows of item, size',
  },
  {
    what: 'rows copied by the statement that creates the table in expand',
    on: ALL,
    refused: { 'r2/010-it.expand.sql': 'CREATE TABLE size AS SELECT id FROM item;' },
    sound: {
      'r2/010-it.expand.postgres.sql': 'CREATE TABLE size AS SELECT id FROM item WITH NO DATA;',
      'r2/010-it.expand.mysql.sql': 'CREATE TABLE size (id int PRIMARY KEY);',
    },
    migration: 'r2/010-it.expand',
    effect: 'writes-rows',
    object: 'rows of item, size',
  },
  {
    what: 'rows written in contract',
    on: ALL,
    refused: { 'r2/010-it.contract.sql': `DELETE FROM item WHERE price < 0;\n${CHECK};` },
    sound: { 'r2/010-it.migrate.sql': 'DELETE FROM item WHERE price < 0;', 'r2/010-it.contract.sql': `${CHECK};` },
    migration: 'r2/010-it.contract',
    effect: 'writes-rows',
    object: 'rows of item',
  },
  {
    what: 'a column added in contract',
    on: ALL,
    refused: { 'r2/010-it.contract.sql': ADD },
    sound: { 'r2/010-it.expand.sql': ADD },
    migration: 'r2/010-it.contract',
    effect: 'adds',
    object: 'column item.colour',
  },
  inExpand(
    'a label put between two others',
    MYSQL,
    "ALTER TABLE note MODIFY felt enum('good', 'so', 'bad');",
    "ALTER TABLE note MODIFY felt enum('good', 'bad', 'so');",
    'removes',
    'column note.felt',
  ),
  inExpand(
    'a new column that has to be filled by a check',
    ALL,
    `${ADD}\nALTER TABLE item ADD CONSTRAINT item_colour_known CHECK (colour IS NOT NULL);`,
    `${ADD}\nALTER TABLE item ADD CONSTRAINT item_colour_known CHECK (colour <> '');`,
    'tightens',
    'check item_colour_known on item',
  ),
]

/** What nobody notices, all of it in one expand. */
const UNNOTICED: readonly (readonly [string, readonly ServerName[], string])[] = [
  ['a nullable column', ALL, ADD],
  ['NOT NULL with a constant default', ALL, "ALTER TABLE item ADD COLUMN shape varchar(10) NOT NULL DEFAULT 'round';"],
  ['DROP NOT NULL', POSTGRES, 'ALTER TABLE item ALTER COLUMN code DROP NOT NULL;'],
  ['DROP NOT NULL', MYSQL, 'ALTER TABLE item MODIFY code varchar(20) NULL;'],
  ['a widened varchar', POSTGRES, 'ALTER TABLE item ALTER COLUMN name TYPE varchar(60);'],
  ['a widened varchar', MYSQL, 'ALTER TABLE item MODIFY name varchar(60);'],
  ['an enum label appended', POSTGRES, "ALTER TYPE mood ADD VALUE 'so so';"],
  ['an enum label appended', MYSQL, "ALTER TABLE note MODIFY felt enum('good', 'bad', 'so so');"],
  ['a unique rule on a new column', ALL, 'ALTER TABLE item ADD COLUMN serial varchar(20) UNIQUE;'],
  ['a JSON column', MYSQL, 'ALTER TABLE item ADD COLUMN data json;'],
  ['a key from a new column to a new table', ALL, 'CREATE TABLE size (id int PRIMARY KEY); ALTER TABLE item ADD COLUMN size_id int;'],
  ['the key', ALL, 'ALTER TABLE item ADD CONSTRAINT item_size_fk FOREIGN KEY (size_id) REFERENCES size (id);'],
]

/** Column types before and after, as authors write them, and what `check` refuses of the change in expand. */
const RETYPED: readonly (readonly [on: readonly ServerName[], from: string, to: string, effects: readonly string[]])[] = [
  [ALL, 'varchar(255)', 'varchar(256)', []],
  [ALL, 'smallint', 'int', []],
  [ALL, 'decimal(10,2)', 'decimal(12,2)', []],
  [ALL, 'decimal(10,2)', 'decimal(13,3)', ['opaque']],
  [ALL, 'int', 'bigint', ['opaque']],
  [ALL, 'char(3)', 'char(5)', ['tightens', 'removes']],
  [ALL, 'varchar(20)', 'varchar(10)', ['tightens', 'removes']],
  [ALL, 'int', 'varchar(20)', ['opaque']],
  [ALL, 'int', 'varchar(9)', ['tightens', 'removes']],
  [ALL, 'varchar(20)', 'int', ['tightens', 'removes']],
  [POSTGRES, 'varchar(20)', 'text', []],
  [POSTGRES, 'mood', 'text', ['opaque']],
  [POSTGRES, 'mood', 'varchar(9)', ['tightens', 'removes']],
  [POSTGRES, 'timestamp(3)', 'timestamp(6)', []],
  [POSTGRES, 'timestamp', 'timestamptz', ['tightens', 'removes']],
  [POSTGRES, 'real', 'double precision', ['opaque']],
  [POSTGRES, 'int[]', 'bigint[]', ['opaque']],
  [POSTGRES, 'bit(3)', 'bit(5)', ['tightens', 'removes']],
  [POSTGRES, 'varchar(9)', 'varchar(9) COLLATE "C"', ['opaque']],
  [MYSQL, 'text', 'longtext', []],
  [MYSQL, 'varchar(20)', 'text', ['opaque']],
  [MYSQL, 'tinyint unsigned', 'int', []],
  [MYSQL, 'int', 'int unsigned', ['tightens', 'removes']],
  [MYSQL, 'int unsigned', 'bigint unsigned', ['opaque']],
  [MYSQL, 'tinyint(1)', 'int', ['opaque']],
  [MYSQL, 'datetime', 'datetime(6)', ['opaque']],
  [MYSQL, 'datetime(6)', 'datetime', ['tightens', 'removes']],
  [MYSQL, 'float', 'double', ['opaque']],
  [MYSQL, 'binary(3)', 'binary(5)', ['tightens', 'removes']],
  [MYSQL, "enum('a','b')", "enum('a','b','c')", []],
  [MYSQL, "enum('a','b')", "enum('a','c','b')", ['tightens', 'removes']],
  [MYSQL, "enum('a','b')", 'varchar(9)', ['opaque']],
  [MYSQL, "set('a','b')", "set('a','b','c')", []],
  [MYSQL, 'varchar(9)', 'varchar(9) CHARACTER SET latin1', ['removes', 'opaque']],
]

async function checked(server: ServerName, files: Files): Promise<readonly CheckFinding[]> {
  const chain = await chainOverFirst(server, { ...BEFORE, ...files })
  await chain.record()
  // What it costs is another matter.
  return (await (await chain.open()).check()).findings.filter(({ code }) => code !== 'policy.price')
}

describe('effects', () => {
  after(removeProjects)

  onServers(ALL, (server) => {
    for (const { what, refused, sound, migration, effect, object } of CASES.filter(({ on }) => on.includes(server))) {
      it(`refuses ${what}, and takes its sound twin`, async () => {
        const found = await checked(server, refused)
        const it = found.find((one) => one.facts['effect'] === effect && one.object === object)
        expect(it, JSON.stringify(found)).to.include({ code: 'policy.refuses', severity: 'error', migration })
        const file = Object.keys(refused).find((path) => path.startsWith(migration))
        expect(it?.file).to.equal(`releases/${file}`)
        if (file?.endsWith('.sql')) expect(it?.line).to.be.within(1, refused[file]?.split('\n').length ?? 0)
        expect(it?.remedy).to.include(`despite ${effect} because`)
        for (const { code, says, remedy } of found) {
          expect(code).to.equal('policy.refuses')
          expect(`${says}${remedy}`).to.not.include('\n')
        }
        expect(await checked(server, sound)).to.deep.equal([])
      })
    }

    it('judges every change of a type by what the server prints', async () => {
      const changes = RETYPED.filter(([on]) => on.includes(server))
      const alter = (to: string, index: number) => {
        if (MYSQL.some((name) => name === server)) return `MODIFY c${index} ${to}`
        // Not every type turns into another by itself.
        const type = to.replace(/ COLLATE.*/, '')
        return `ALTER COLUMN c${index} TYPE ${to} USING c${index}::${type}`
      }
      const found = await checked(server, {
        'r2/010-wide.expand.sql': `CREATE TABLE wide (id int PRIMARY KEY, ${changes.map(([, from], index) => `c${index} ${from}`).join(', ')});`,
        'r3/010-it.expand.sql': `ALTER TABLE wide ${changes.map(([, , to], index) => alter(to, index)).join(', ')};`,
      })
      const effects = changes.map((_, index) => found.filter(({ object }) => object === `column wide.c${index}`))
      const told = changes.map(
        ([, from, to], index) => `${from} to ${to}: ${effects[index]?.map(({ facts }) => String(facts['effect'])).join() ?? ''}`,
      )
      expect(told).to.deep.equal(changes.map(([, from, to, wanted]) => `${from} to ${to}: ${wanted.join()}`))
    })

    it('does not refuse changes that running code does not notice', async () => {
      const statements = UNNOTICED.filter(([, on]) => on.includes(server))
      const files = statements.map(([, , statement], index) => [`r2/${index + 10}-it.expand.sql`, statement])
      expect(await checked(server, Object.fromEntries(files))).to.deep.equal([])
    })
  })
})
