import type { DialectName } from '../../src/schema/object.ts'
import { project, put } from '../support/project.ts'
import { recordOnce } from '../support/recordings.ts'
import type { RowsAfter } from './points.ts'

const BASE: Readonly<Record<string, string>> = {
  '1-base/010-thing.expand.sql': `CREATE TABLE thing (
  id integer NOT NULL, name varchar(50) NOT NULL, old varchar(10), n integer DEFAULT 0, m integer, CONSTRAINT thing_pk PRIMARY KEY (id)
);
CREATE TABLE note (
  id integer NOT NULL, thing_id integer NOT NULL, CONSTRAINT note_pk PRIMARY KEY (id),
  CONSTRAINT note_thing_fk FOREIGN KEY (thing_id) REFERENCES thing (id)
);`,
  '2-every/010-code.migrate.sql': 'UPDATE thing SET code = old WHERE code IS NULL;',
  '2-every/010-code.migrate.pending.sql': 'SELECT count(*) AS pending FROM thing WHERE code IS NULL;',
  '2-every/020-count.migrate.mjs': `import { migrate } from 'interphase'
export default migrate({ up: async ({ query }) => { await query('UPDATE thing SET n = n + 1') } })
`,
  '2-every/030-off.migrate.sql': `-- interphase: transaction off
UPDATE thing SET m = id;
UPDATE thing SET m = m + 1;`,
  '2-every/035-batch.migrate.sql': `-- interphase: batch thing size 1
UPDATE thing SET name = concat(name, '!') WHERE :batch AND name NOT LIKE '%!';`,
  '2-every/035-batch.migrate.pending.sql': "SELECT count(*) AS pending FROM thing WHERE name NOT LIKE '%!';",
}

const POSTGRES: Readonly<Record<string, string>> = {
  '2-every/010-code.expand.sql': `-- interphase: effect mirrors because the trigger fills the new column from the old one
ALTER TABLE thing ADD COLUMN code varchar(10);
CREATE FUNCTION thing_code() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.code := coalesce(NEW.code, NEW.old); RETURN NEW; END $$;
CREATE TRIGGER thing_code BEFORE INSERT ON thing FOR EACH ROW EXECUTE FUNCTION thing_code();`,
  '2-every/040-find.migrate.sql': `-- interphase: transaction off
CREATE INDEX CONCURRENTLY thing_code_idx ON thing (code);`,
  '2-every/010-code.contract.sql': `-- interphase: transaction off
DROP TRIGGER thing_code ON thing;
DROP FUNCTION thing_code();
ALTER TABLE thing ADD CONSTRAINT thing_code_given CHECK (code IS NOT NULL) NOT VALID;
ALTER TABLE thing VALIDATE CONSTRAINT thing_code_given;
ALTER TABLE thing ALTER COLUMN code SET NOT NULL;
ALTER TABLE thing DROP CONSTRAINT thing_code_given;
ALTER TABLE thing DROP COLUMN old;
DROP TABLE note;`,
  '2-every/050-name.contract.sql': `-- interphase: transaction off
CREATE UNIQUE INDEX CONCURRENTLY thing_name_unique ON thing (name);`,
  '2-every/060-name-rule.contract.sql': 'ALTER TABLE thing ADD CONSTRAINT thing_name_unique UNIQUE USING INDEX thing_name_unique;',
  '2-every/070-default.contract.sql': `-- interphase: transaction off
-- interphase: effect removes because a write that leaves the column out no longer gets a number
ALTER TABLE thing ALTER COLUMN n DROP DEFAULT;`,
}

// Each DDL statement commits implicitly.
const MYSQL: Readonly<Record<string, string>> = {
  '2-every/010-code.expand.sql': `-- interphase: effect mirrors because the trigger fills the new column from the old one
ALTER TABLE thing ADD COLUMN code varchar(10) NULL, ALGORITHM=INSTANT;
ALTER TABLE thing ADD COLUMN a integer NULL, ADD COLUMN b integer NULL, ALGORITHM=INSTANT;
ALTER TABLE thing ALTER COLUMN m SET DEFAULT 0, ALGORITHM=INSTANT;
CREATE TRIGGER thing_code BEFORE INSERT ON thing FOR EACH ROW SET NEW.code = coalesce(NEW.code, NEW.old);`,
  '2-every/040-find.migrate.sql': 'ALTER TABLE thing ADD INDEX thing_code_idx (code), ALGORITHM=INPLACE, LOCK=NONE;',
  '2-every/010-code.contract.sql': `DROP TRIGGER thing_code;
ALTER TABLE thing MODIFY code varchar(10) NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;
ALTER TABLE thing DROP COLUMN old, ALGORITHM=INSTANT;
ALTER TABLE note DROP FOREIGN KEY note_thing_fk, ALGORITHM=INPLACE, LOCK=NONE;
DROP TABLE note;`,
  '2-every/050-name.contract.sql': 'ALTER TABLE thing ADD CONSTRAINT thing_name_unique UNIQUE (name), ALGORITHM=INPLACE, LOCK=NONE;',
  '2-every/060-name-rule.contract.sql': '-- Nothing to do: the unique index is the rule.',
  '2-every/070-key.contract.sql': 'ALTER TABLE thing DROP PRIMARY KEY, ADD PRIMARY KEY (id, name), ALGORITHM=INPLACE, LOCK=NONE;',
}

/** What the application writes after each release. */
export const ROWS_AFTER_EVERY: RowsAfter = {
  '1-base': [
    "INSERT INTO thing (id, name, old) VALUES (1, 'cup', 'red'), (2, 'jug', 'blue')",
    'INSERT INTO note (id, thing_id) VALUES (1, 1)',
  ],
  '2-every': ["INSERT INTO thing (id, name, n, code) VALUES (3, 'pot', 7, 'green')"],
}

/** A chain with one migration of each kind that a run executes in its own way, recorded for this dialect. */
export async function everyKindProject(dialect: DialectName, shadowUrl: string): Promise<string> {
  const config = { project: 'things', dialects: [dialect], shadow: { [dialect]: { url: shadowUrl } } }
  const directory = project({ 'interphase.config.json': JSON.stringify(config) })
  const files = Object.entries({ ...BASE, ...(dialect === 'postgres' ? POSTGRES : MYSQL) })
  put(directory, Object.fromEntries(files.map(([path, text]) => [`releases/${path}`, text])))
  await recordOnce(directory, dialect)
  return directory
}
