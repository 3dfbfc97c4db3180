import { expect } from 'chai'
import type { WholeTableWorkReason } from '../../src/plan/online-way.ts'
import { chainOn, type Files } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

/** The files of a change that follows an online way to the letter, for the table that `before` creates. */
interface Followed {
  readonly before: string
  readonly expand?: string
  readonly migrate?: string
  readonly pending?: string
  readonly contract?: string
}

type Ways = { readonly [R in WholeTableWorkReason]: ((table: string) => Followed) | 'no other statement' }

const OFF = '-- interphase: transaction off\n'
const REPEATED = '-- interphase: rerunnable\n'
const POSTGRES = ['postgres', 'postgres-system'] as const
const MYSQL = ['mariadb', 'mysql'] as const

const plain = (table: string) => `CREATE TABLE ${table} (id int NOT NULL PRIMARY KEY, a int, b int, name varchar(40));`

/** Fills column c from column a. */
const fill = (table: string) => ({
  migrate: `${REPEATED}UPDATE ${table} SET c = a WHERE c IS NULL AND a IS NOT NULL;`,
  pending: `SELECT count(*) FROM ${table} WHERE c IS NULL AND a IS NOT NULL`,
})

const copyTrigger = (table: string) => `-- interphase: effect mirrors because both columns hold the same value
ALTER TABLE ${table} ADD COLUMN c bigint;
CREATE FUNCTION ${table}_copy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.c := NEW.a; RETURN NEW; END $$;
CREATE TRIGGER ${table}_copy BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${table}_copy();`

const onPostgres: Ways = {
  'index': (t) => ({ before: plain(t), migrate: `${OFF}CREATE INDEX CONCURRENTLY ${t}_a ON ${t} (a);` }),
  'special index': (t) => ({ before: plain(t), migrate: `${OFF}CREATE INDEX CONCURRENTLY ${t}_a ON ${t} USING hash (a);` }),
  'unique': (t) => ({
    before: plain(t),
    contract: `${OFF}CREATE UNIQUE INDEX CONCURRENTLY ${t}_a ON ${t} (a);\nALTER TABLE ${t} ADD CONSTRAINT ${t}_a UNIQUE USING INDEX ${t}_a;`,
  }),
  'primary key': (t) => ({
    before: `CREATE TABLE ${t} (a int NOT NULL);`,
    contract: `${OFF}CREATE UNIQUE INDEX CONCURRENTLY ${t}_a ON ${t} (a);\nALTER TABLE ${t} ADD CONSTRAINT ${t}_a PRIMARY KEY USING INDEX ${t}_a;`,
  }),
  'check': (t) => ({
    before: plain(t),
    contract: `${OFF}ALTER TABLE ${t} ADD CONSTRAINT ${t}_a CHECK (a > 0) NOT VALID;\nALTER TABLE ${t} VALIDATE CONSTRAINT ${t}_a;`,
  }),
  'foreign key': (t) => ({
    before: plain(t),
    contract: `${OFF}ALTER TABLE ${t} ADD CONSTRAINT ${t}_a FOREIGN KEY (a) REFERENCES ${t} (id) NOT VALID;\nALTER TABLE ${t} VALIDATE CONSTRAINT ${t}_a;`,
  }),
  'proof': (t) => ({
    before: `${plain(t)}\nALTER TABLE ${t} ADD CONSTRAINT ${t}_a CHECK (a > 0) NOT VALID;`,
    migrate: `${OFF}ALTER TABLE ${t} VALIDATE CONSTRAINT ${t}_a;`,
  }),
  'not null': (t) => ({
    before: plain(t),
    contract: `${OFF}ALTER TABLE ${t} ADD CONSTRAINT ${t}_a CHECK (a IS NOT NULL) NOT VALID;\nALTER TABLE ${t} VALIDATE CONSTRAINT ${t}_a;
ALTER TABLE ${t} ALTER COLUMN a SET NOT NULL;\nALTER TABLE ${t} DROP CONSTRAINT ${t}_a;`,
  }),
  'column with a default': (t) => ({
    before: plain(t),
    expand: `ALTER TABLE ${t} ADD COLUMN c timestamptz;\nALTER TABLE ${t} ALTER COLUMN c SET DEFAULT clock_timestamp();`,
    migrate: `${REPEATED}UPDATE ${t} SET c = clock_timestamp() WHERE c IS NULL;`,
    pending: `SELECT count(*) FROM ${t} WHERE c IS NULL`,
  }),
  'column of a domain': (t) => ({
    before: plain(t),
    expand: `ALTER TABLE ${t} ADD COLUMN c int;\nALTER TABLE ${t} ADD CONSTRAINT ${t}_c CHECK (c > 0) NOT VALID;`,
    migrate: `${OFF}ALTER TABLE ${t} VALIDATE CONSTRAINT ${t}_c;`,
  }),
  'stored column': (t) => ({ before: plain(t), expand: copyTrigger(t), ...fill(t) }),
  'numbered column': (t) => ({
    before: plain(t),
    expand: `ALTER TABLE ${t} ADD COLUMN c bigint;\nCREATE SEQUENCE ${t}_c OWNED BY ${t}.c;\nALTER TABLE ${t} ALTER COLUMN c SET DEFAULT nextval('${t}_c');`,
    migrate: `${REPEATED}UPDATE ${t} SET c = nextval('${t}_c') WHERE c IS NULL;`,
    pending: `SELECT count(*) FROM ${t} WHERE c IS NULL`,
  }),
  'type': (t) => ({
    before: plain(t),
    expand: copyTrigger(t),
    ...fill(t),
    contract: `DROP TRIGGER ${t}_copy ON ${t};\nDROP FUNCTION ${t}_copy();\nALTER TABLE ${t} DROP COLUMN a;`,
  }),
  'exclusion': 'no other statement',
  'refresh': (t) => ({
    before: `${plain(t)}\nCREATE MATERIALIZED VIEW ${t}_v AS SELECT id FROM ${t};\nCREATE UNIQUE INDEX ${t}_v_id ON ${t}_v (id);`,
    migrate: `REFRESH MATERIALIZED VIEW CONCURRENTLY ${t}_v;`,
  }),
  'partition': (t) => ({
    before: `CREATE TABLE ${t}_of (id int PRIMARY KEY);
CREATE TABLE ${t} (id int NOT NULL, a int REFERENCES ${t}_of) PARTITION BY RANGE (id);
CREATE TABLE ${t}_rest PARTITION OF ${t} DEFAULT;
CREATE TABLE ${t}_old (id int NOT NULL, a int);`,
    expand: `-- interphase: despite tightens because no session writes rows that the checks refuse
-- interphase: despite proves because the partition needs the checks
${OFF}ALTER TABLE ${t}_rest ADD CONSTRAINT ${t}_c CHECK (id < 0 OR id >= 20) NOT VALID;
ALTER TABLE ${t}_rest VALIDATE CONSTRAINT ${t}_c;
ALTER TABLE ${t}_old ADD CONSTRAINT ${t}_c CHECK (id >= 0 AND id < 10) NOT VALID;
ALTER TABLE ${t}_old VALIDATE CONSTRAINT ${t}_c;
ALTER TABLE ${t}_old ADD CONSTRAINT ${t}_a_fkey FOREIGN KEY (a) REFERENCES ${t}_of NOT VALID;
ALTER TABLE ${t}_old VALIDATE CONSTRAINT ${t}_a_fkey;
ALTER TABLE ${t} ATTACH PARTITION ${t}_old FOR VALUES FROM (0) TO (10);
CREATE TABLE ${t}_new PARTITION OF ${t} FOR VALUES FROM (10) TO (20);`,
  }),
}

const signal = (t: string) => `-- interphase: effect tightens because the trigger refuses rows
DELIMITER //
CREATE TRIGGER ${t}_a BEFORE INSERT ON ${t} FOR EACH ROW BEGIN IF NEW.a < 0 THEN SIGNAL SQLSTATE '45000'; END IF; END//
CREATE TRIGGER ${t}_b BEFORE UPDATE ON ${t} FOR EACH ROW BEGIN IF NEW.a < 0 THEN SIGNAL SQLSTATE '45000'; END IF; END//
DELIMITER ;`

const copyTriggers = (t: string) => `-- interphase: effect mirrors because both columns hold the same value
ALTER TABLE ${t} ADD COLUMN c bigint NULL, ALGORITHM=INSTANT;
CREATE TRIGGER ${t}_i BEFORE INSERT ON ${t} FOR EACH ROW SET NEW.c = NEW.a;
CREATE TRIGGER ${t}_u BEFORE UPDATE ON ${t} FOR EACH ROW SET NEW.c = NEW.a;`

const onMysql: Ways = {
  'index': (t) => ({ before: plain(t), migrate: `ALTER TABLE ${t} ADD INDEX ${t}_a (a), ALGORITHM=INPLACE, LOCK=NONE;` }),
  'special index': 'no other statement',
  'unique': (t) => ({ before: plain(t), contract: `ALTER TABLE ${t} ADD UNIQUE ${t}_a (a), ALGORITHM=INPLACE, LOCK=NONE;` }),
  'primary key': (t) => ({
    before: `CREATE TABLE ${t} (a int NOT NULL PRIMARY KEY, b int NOT NULL);`,
    contract: `ALTER TABLE ${t} DROP PRIMARY KEY, ADD PRIMARY KEY (b), ALGORITHM=INPLACE, LOCK=NONE;`,
  }),
  'check': (t) => ({ before: plain(t), contract: signal(t) }),
  'foreign key': (t) => ({
    before: plain(t),
    expand: `ALTER TABLE ${t} ADD INDEX ${t}_a (a), ALGORITHM=INPLACE, LOCK=NONE;`,
    contract: `SET foreign_key_checks = 0;\nALTER TABLE ${t} ADD CONSTRAINT ${t}_k FOREIGN KEY (a) REFERENCES ${t} (id), ALGORITHM=INPLACE, LOCK=NONE;`,
  }),
  'proof': (t) => ({ before: plain(t), contract: signal(t) }),
  'not null': (t) => ({ before: plain(t), contract: `ALTER TABLE ${t} MODIFY a int NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;` }),
  'column with a default': (t) => ({
    before: plain(t),
    expand: `ALTER TABLE ${t} ADD COLUMN c varchar(40) NULL, ALGORITHM=INSTANT;\nALTER TABLE ${t} ALTER COLUMN c SET DEFAULT (uuid());`,
    migrate: `${REPEATED}UPDATE ${t} SET c = id WHERE c IS NULL;`,
    pending: `SELECT count(*) FROM ${t} WHERE c IS NULL`,
  }),
  'column of a domain': (t) => ({
    before: plain(t),
    expand: `ALTER TABLE ${t} ADD COLUMN c int NULL, ALGORITHM=INSTANT;`,
    ...fill(t),
    contract: signal(t).replaceAll('NEW.a', 'NEW.c'),
  }),
  'stored column': (t) => ({
    before: plain(t),
    expand: `ALTER TABLE ${t} ADD COLUMN c int GENERATED ALWAYS AS (a) VIRTUAL, ALGORITHM=INSTANT;\nALTER TABLE ${t} ADD INDEX ${t}_c (c), ALGORITHM=INPLACE, LOCK=NONE;`,
  }),
  'numbered column': (t) => ({ before: plain(t), expand: `ALTER TABLE ${t} ADD COLUMN c bigint NULL, ALGORITHM=INSTANT;`, ...fill(t) }),
  'type': (t) => ({
    before: plain(t),
    expand: copyTriggers(t),
    ...fill(t),
    contract: `DROP TRIGGER ${t}_i;\nDROP TRIGGER ${t}_u;\nALTER TABLE ${t} DROP COLUMN a, ALGORITHM=INPLACE, LOCK=NONE;`,
  }),
  'exclusion': (t) => ({ before: plain(t), contract: signal(t) }),
  'refresh': 'no other statement',
  'partition': 'no other statement',
}

describe('an online way that is followed to the letter', () => {
  after(removeProjects)

  onServers([...POSTGRES, ...MYSQL], (server) => {
    it('is within the policies of its phase and runs, for every reason', async () => {
      const chain = await chainOn(server, filesOf(server))
      await chain.record()
      const { findings } = await (await chain.open()).check()
      const errors = findings.filter(({ severity, exception }) => severity === 'error' && !exception)
      expect(errors.map(({ migration, says }) => `${migration}: ${says}`)).to.deep.equal([])
      await chain.up({ confirmed: true })
    })
  })
})

function filesOf(server: ServerName): Files {
  const ways = Object.entries(server.startsWith('postgres') ? onPostgres : onMysql)
  const files: Record<string, string> = {}
  for (const [index, [reason, way]] of ways.entries()) {
    if (way === 'no other statement') continue
    const slug = reason.replaceAll(' ', '-')
    const { before, pending, ...phases } = way(`t_${slug.replaceAll('-', '_')}`)
    const name = `${100 + index}-${slug}`
    files[`r1/${name}.expand.sql`] = before
    for (const [phase, text] of Object.entries(phases)) files[`r2/${name}.${phase}.sql`] = text
    if (pending !== undefined) files[`r2/${name}.migrate.pending.sql`] = pending
  }
  return files
}
