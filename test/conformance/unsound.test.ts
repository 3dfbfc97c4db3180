import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOverFirst, type Files, scratchDatabases } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

/** A release that phased order breaks, and the same thing written so that it does not. */
interface Case {
  readonly what: string
  readonly on: readonly ServerName[]
  readonly before: Files
  readonly unsound: Files
  readonly sound: Files
  /** The two that change places, the object, and what the message says must hold. */
  readonly names: readonly [string, string]
  readonly object: string
}

const POSTGRES = ['postgres'] as const
const MYSQL = ['mariadb', 'mysql'] as const
const ALL = [...POSTGRES, ...MYSQL] as const

const PARENT_AND_CHILD = `
CREATE TABLE parent (id int NOT NULL, CONSTRAINT parent_pk PRIMARY KEY (id));
CREATE TABLE child (id int NOT NULL, old_id int, new_id int, CONSTRAINT child_pk PRIMARY KEY (id),
  CONSTRAINT child_old_fk FOREIGN KEY (old_id) REFERENCES parent (id));`

const NEW_KEY = 'ALTER TABLE child ADD CONSTRAINT child_new_fk FOREIGN KEY (new_id) REFERENCES parent (id);'

const CASES: readonly Case[] = [
  {
    what: 'a contract that drops every foreign key it finds, and a later expand that adds one',
    on: POSTGRES,
    before: { 'r1/010-base.expand.sql': PARENT_AND_CHILD },
    unsound: {
      'r2/010-keys.contract.sql': `DO $$ DECLARE k record; BEGIN
  FOR k IN SELECT conname FROM pg_constraint WHERE conrelid = 'child'::regclass AND contype = 'f' LOOP
    EXECUTE format('ALTER TABLE child DROP CONSTRAINT %I', k.conname);
  END LOOP;
END $$;`,
      'r2/020-new-key.expand.sql': NEW_KEY,
    },
    sound: { 'r2/010-keys.contract.sql': 'ALTER TABLE child DROP CONSTRAINT child_old_fk;', 'r2/020-new-key.expand.sql': NEW_KEY },
    names: ['r2/010-keys.contract', 'r2/020-new-key.expand'],
    object: 'foreign key child_new_fk on child',
  },
  {
    what: 'a contract that drops every foreign key it finds, and a later expand that adds one',
    on: MYSQL,
    before: { 'r1/010-base.expand.sql': PARENT_AND_CHILD },
    unsound: {
      'r2/010-keys.contract.sql': `-- interphase: despite veiled because the procedure puts the names of the keys together
DELIMITER //
CREATE PROCEDURE drop_keys()
BEGIN
  DECLARE finished INT DEFAULT 0;
  DECLARE key_name VARCHAR(64);
  DECLARE found CURSOR FOR SELECT constraint_name FROM information_schema.table_constraints
    WHERE table_schema = DATABASE() AND table_name = 'child' AND constraint_type = 'FOREIGN KEY';
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET finished = 1;
  OPEN found;
  again: LOOP
    FETCH found INTO key_name;
    IF finished THEN LEAVE again; END IF;
    SET @drop_key = CONCAT('ALTER TABLE child DROP FOREIGN KEY \`', key_name, '\`');
    PREPARE statement FROM @drop_key;
    EXECUTE statement;
    DEALLOCATE PREPARE statement;
  END LOOP;
  CLOSE found;
END//
DELIMITER ;
CALL drop_keys();
DROP PROCEDURE drop_keys;`,
      'r2/020-new-key.expand.sql': NEW_KEY,
    },
    sound: { 'r2/010-keys.contract.sql': 'ALTER TABLE child DROP FOREIGN KEY child_old_fk;', 'r2/020-new-key.expand.sql': NEW_KEY },
    names: ['r2/010-keys.contract', 'r2/020-new-key.expand'],
    object: 'foreign key child_new_fk on child',
  },
  {
    what: 'a function that drops every foreign key it finds, and a later expand that adds one',
    on: MYSQL,
    before: { 'r1/010-base.expand.sql': PARENT_AND_CHILD },
    unsound: {
      'r2/010-keys.contract.mjs': `export async function up({ context: queryInterface }) {
  const keys = await queryInterface.getForeignKeyReferencesForTable('child')
  for (const { constraintName } of keys) await queryInterface.sequelize.query('ALTER TABLE child DROP FOREIGN KEY ' + constraintName)
}`,
      'r2/020-new-key.expand.sql': NEW_KEY,
    },
    sound: { 'r2/010-keys.contract.sql': 'ALTER TABLE child DROP FOREIGN KEY child_old_fk;', 'r2/020-new-key.expand.sql': NEW_KEY },
    names: ['r2/010-keys.contract', 'r2/020-new-key.expand'],
    object: 'foreign key child_new_fk on child',
  },
  {
    what: 'an expand that re-uses a constraint name that an earlier contract frees',
    on: POSTGRES,
    before: {
      'r1/010-base.expand.sql': 'CREATE TABLE part (id int PRIMARY KEY, name text, code text, CONSTRAINT part_known UNIQUE (name));',
    },
    unsound: {
      'r2/010-names.contract.sql': 'ALTER TABLE part DROP CONSTRAINT part_known;',
      'r2/020-codes.expand.sql': 'ALTER TABLE part ADD CONSTRAINT part_known UNIQUE (code);',
    },
    sound: {
      'r2/010-names.contract.sql': 'ALTER TABLE part DROP CONSTRAINT part_known;',
      'r2/020-codes.expand.sql': 'ALTER TABLE part ADD CONSTRAINT part_code_known UNIQUE (code);',
    },
    names: ['r2/010-names.contract', 'r2/020-codes.expand'],
    object: 'part_known',
  },
  {
    what: 'an expand that re-uses a constraint name that an earlier contract frees',
    on: MYSQL,
    before: {
      'r1/010-base.expand.sql':
        'CREATE TABLE part (id int PRIMARY KEY, name varchar(50), code varchar(50), CONSTRAINT part_known UNIQUE (name));',
    },
    unsound: {
      'r2/010-names.contract.sql': 'ALTER TABLE part DROP INDEX part_known;',
      'r2/020-codes.expand.sql': 'ALTER TABLE part ADD CONSTRAINT part_known UNIQUE (code);',
    },
    sound: {
      'r2/010-names.contract.sql': 'ALTER TABLE part DROP INDEX part_known;',
      'r2/020-codes.expand.sql': 'ALTER TABLE part ADD CONSTRAINT part_code_known UNIQUE (code);',
    },
    names: ['r2/010-names.contract', 'r2/020-codes.expand'],
    object: 'part_known',
  },
  {
    what: 'a later expand on a table that an earlier contract renames',
    on: ALL,
    before: { 'r1/010-base.expand.sql': 'CREATE TABLE item (id int NOT NULL, CONSTRAINT item_pk PRIMARY KEY (id));' },
    unsound: {
      'r2/010-rename.contract.sql': 'ALTER TABLE item RENAME TO part;',
      'r2/020-colour.expand.sql': 'ALTER TABLE part ADD COLUMN colour varchar(20);',
    },
    sound: {
      'r2/010-colour.expand.sql': 'ALTER TABLE item ADD COLUMN colour varchar(20);',
      'r2/020-rename.contract.sql': 'ALTER TABLE item RENAME TO part;',
    },
    names: ['r2/010-rename.contract', 'r2/020-colour.expand'],
    object: 'table item',
  },
  {
    what: 'a data step that reads a column that an earlier contract of the release makes',
    on: ALL,
    before: { 'r1/010-base.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, price int, label varchar(20));' },
    unsound: {
      'r2/010-gross.contract.sql': 'ALTER TABLE item ADD COLUMN gross int;',
      'r2/020-labels.migrate.sql': "UPDATE item SET label = 'dear' WHERE gross > 100;",
    },
    sound: {
      'r2/010-gross.expand.sql': 'ALTER TABLE item ADD COLUMN gross int;',
      'r2/020-labels.migrate.sql': "UPDATE item SET label = 'dear' WHERE gross > 100;",
    },
    names: ['r2/010-gross.contract', 'r2/020-labels.migrate'],
    object: 'column item.gross',
  },
  {
    what: 'a view made with SELECT * before another change adds a column',
    on: ALL,
    before: { 'r1/010-base.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, price int);' },
    unsound: {
      'r2/010-items.contract.sql': 'CREATE VIEW items AS SELECT * FROM item;',
      'r2/020-colour.expand.sql': 'ALTER TABLE item ADD COLUMN colour varchar(20);',
    },
    sound: {
      'r2/010-items.contract.sql': 'CREATE VIEW items AS SELECT id, price FROM item;',
      'r2/020-colour.expand.sql': 'ALTER TABLE item ADD COLUMN colour varchar(20);',
    },
    names: ['r2/010-items.contract', 'r2/020-colour.expand'],
    object: 'view items',
  },
  {
    what: 'a foreign key that leans on an index that an earlier contract drops',
    on: MYSQL,
    before: {
      'r1/010-base.expand.sql': `CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (id int PRIMARY KEY, parent_id int, KEY child_parent (parent_id));`,
    },
    unsound: {
      'r2/010-index.contract.sql': 'ALTER TABLE child DROP INDEX child_parent;',
      'r2/020-key.expand.sql': 'ALTER TABLE child ADD CONSTRAINT child_parent_fk FOREIGN KEY (parent_id) REFERENCES parent (id);',
    },
    sound: {
      'r2/020-key.expand.sql': 'ALTER TABLE child ADD CONSTRAINT child_parent_fk FOREIGN KEY (parent_id) REFERENCES parent (id);',
    },
    names: ['r2/010-index.contract', 'r2/020-key.expand'],
    object: 'child_parent',
  },
  {
    what: "an enum whose label a contract's MODIFY takes away again",
    on: MYSQL,
    before: { 'r1/010-base.expand.sql': "CREATE TABLE item (id int PRIMARY KEY, size enum('small', 'large', 'huge'));" },
    unsound: {
      'r2/010-no-huge.contract.sql': "ALTER TABLE item MODIFY size enum('small', 'large');",
      'r2/020-medium.expand.sql': "ALTER TABLE item MODIFY size enum('small', 'large', 'medium');",
    },
    sound: {
      'r2/010-no-huge.contract.sql': "ALTER TABLE item MODIFY size enum('small', 'large', 'medium');",
      'r2/020-medium.expand.sql': "ALTER TABLE item MODIFY size enum('small', 'large', 'huge', 'medium');",
      'r2/020-medium.contract.sql': "ALTER TABLE item MODIFY size enum('small', 'large', 'medium');",
    },
    names: ['r2/010-no-huge.contract', 'r2/020-medium.expand'],
    object: 'column item.size',
  },
  {
    what: 'a table made like another, before a later expand changes that one',
    on: POSTGRES,
    before: { 'r1/010-base.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY);' },
    unsound: {
      'r2/010-copy.contract.sql': 'CREATE TABLE item_archive (LIKE item);',
      'r2/020-colour.expand.sql': 'ALTER TABLE item ADD COLUMN colour text;',
    },
    sound: {
      'r2/010-copy.contract.sql': 'CREATE TABLE item_archive (id int NOT NULL);',
      'r2/020-colour.expand.sql': 'ALTER TABLE item ADD COLUMN colour text;',
    },
    names: ['r2/010-copy.contract', 'r2/020-colour.expand'],
    object: 'column item_archive.colour',
  },
]

describe('what is not sound', () => {
  after(removeProjects)

  onServers(ALL, (server) => {
    for (const { what, before, unsound, sound, names, object } of CASES.filter(({ on }) => on.includes(server))) {
      it(`refuses ${what}`, async () => {
        const chain = await chainOverFirst(server, { ...before, ...unsound })
        const { message, facts } = await rejected(chain.record(), 'release.not-sound')
        for (const name of [...names, object]) expect(message).to.include(name)
        expect(message).to.match(/remedy: /)
        expect(facts.remedies.join()).to.include(names[0].replace(/\.\w+$/, ''))
        expect(chain.has('r2/states')).to.equal(false)
        expect(await scratchDatabases(server)).to.deep.equal([])
      })

      it(`takes its sound twin: ${what}`, async () => {
        const chain = await chainOverFirst(server, { ...before, ...sound })
        await chain.record()
        expect(chain.has(`r2/states/${chain.dialect}/_release.json`)).to.equal(true)
        // What a policy says of the release is another matter.
        const { findings } = await (await chain.open()).check()
        expect(findings.filter(({ code }) => !code.startsWith('policy.'))).to.deep.equal([])
      })
    }
  })
})
