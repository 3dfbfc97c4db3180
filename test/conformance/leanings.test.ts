import { expect } from 'chai'
import { type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const POSTGRES = ['postgres'] as const
const MYSQL = ['mariadb', 'mysql'] as const
const ALL = [...POSTGRES, ...MYSQL] as const

/** What is found in the second release, as `code file:line what`, and nothing else. */
interface Case {
  readonly what: string
  readonly on: readonly ServerName[]
  readonly files: Files
  readonly found: readonly string[]
}

const PARENT = 'CREATE TABLE parent (id int NOT NULL, CONSTRAINT parent_pk PRIMARY KEY (id));\n'
const UNNAMED: Files = {
  'r1/010-base.expand.postgres.sql': `${PARENT}CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent (id), email varchar(50) UNIQUE);
CREATE INDEX ON child (parent_id);`,
  'r1/010-base.expand.mysql.sql': `${PARENT}CREATE TABLE child (id int PRIMARY KEY, parent_id int, email varchar(50) UNIQUE, FOREIGN KEY (parent_id) REFERENCES parent (id));`,
}
// Names like those that the server would make up, given by the author.
const NAMED: Files = {
  'r1/010-base.expand.postgres.sql': `${PARENT}CREATE TABLE child (id int PRIMARY KEY, parent_id int CONSTRAINT child_parent_id_fkey REFERENCES parent (id),
  email varchar(50) CONSTRAINT child_email_key UNIQUE);`,
  'r1/010-base.expand.mysql.sql': `${PARENT}CREATE TABLE child (id int PRIMARY KEY, parent_id int, email varchar(50), UNIQUE KEY email (email), KEY child_parent (parent_id),
  CONSTRAINT child_ibfk_1 FOREIGN KEY (parent_id) REFERENCES parent (id));`,
}
const DROPS: Files = {
  'r2/010-it.contract.postgres.sql':
    '-- No more.\nALTER TABLE child DROP CONSTRAINT child_parent_id_fkey;\nALTER TABLE child DROP CONSTRAINT child_email_key;',
  'r2/010-it.contract.mysql.sql': '-- No more.\nALTER TABLE child DROP FOREIGN KEY child_ibfk_1;\nALTER TABLE child DROP INDEX email;',
}

// A trigger that skips the rows of one kind, and nothing else.
const SKIPPING: Files = {
  ...NAMED,
  'r1/020-skip.expand.postgres.sql': `CREATE FUNCTION child_skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF OLD.parent_id IS NULL THEN RETURN NULL; END IF; RETURN NEW; END';
CREATE TRIGGER child_skip BEFORE UPDATE ON child FOR EACH ROW EXECUTE FUNCTION child_skip();`,
}

const CASES: readonly Case[] = [
  {
    what: 'a trigger that can skip rows of a data step',
    on: POSTGRES,
    files: { ...SKIPPING, 'r2/010-it.migrate.sql': "UPDATE child SET email = 'none' WHERE email IS NULL;" },
    found: ['relies.all-rows r2/010-it.migrate.sql:ANY trigger child_skip on child'],
  },
  {
    what: 'no such trigger where a pending query counts the rows, or the step does not fire the trigger',
    on: POSTGRES,
    files: {
      ...SKIPPING,
      'r2/010-it.migrate.sql': "UPDATE child SET email = 'none' WHERE email IS NULL;",
      'r2/010-it.migrate.pending.sql': 'SELECT count(*) FROM child WHERE email IS NULL AND parent_id IS NOT NULL;',
      'r2/020-new.migrate.sql': 'INSERT INTO child (id) VALUES (7);',
    },
    found: [],
  },
  {
    what: 'a rule that can skip rows of a data step',
    on: POSTGRES,
    files: {
      ...NAMED,
      'r1/020-rule.expand.postgres.sql': 'CREATE RULE child_kept AS ON DELETE TO child DO INSTEAD NOTHING;',
      'r2/010-it.migrate.sql': 'DELETE FROM child WHERE email IS NULL;',
    },
    found: ['relies.all-rows r2/010-it.migrate.sql:ANY rule child_kept on child'],
  },
  {
    what: 'names that the server made up',
    on: POSTGRES,
    files: { ...UNNAMED, ...DROPS },
    found: [
      'relies.generated-name r2/010-it.contract.postgres.sql:2 foreign key child_parent_id_fkey on child',
      'relies.generated-name r2/010-it.contract.postgres.sql:3 unique constraint child_email_key on child',
    ],
  },
  {
    what: 'names that the server made up',
    on: MYSQL,
    files: { ...UNNAMED, ...DROPS },
    found: [
      'relies.generated-name r2/010-it.contract.mysql.sql:2 foreign key child_ibfk_1 on child',
      'relies.generated-name r2/010-it.contract.mysql.sql:3 unique constraint email on child',
    ],
  },
  {
    what: 'the name of an index that the server made up',
    on: POSTGRES,
    files: { ...UNNAMED, 'r2/010-it.contract.sql': 'DROP INDEX child_parent_id_idx;' },
    found: ['relies.generated-name r2/010-it.contract.sql:1 index child_parent_id_idx on child'],
  },
  { what: 'nothing in names that an author gave, whatever they look like', on: ALL, files: { ...NAMED, ...DROPS }, found: [] },
  {
    what: 'a name that the server made up, used by a function',
    on: POSTGRES,
    files: {
      ...UNNAMED,
      'r2/010-it.contract.mjs': `export const up = ({ context }) =>\n  context.removeConstraint('child', 'child_email_key')`,
    },
    found: ['relies.generated-name r2/010-it.contract.mjs:2 unique constraint child_email_key on child'],
  },
  {
    what: 'a function that asks the catalog',
    on: ALL,
    files: {
      ...NAMED,
      'r2/010-it.expand.mjs': `export async function up({ context }) {
  const columns = await context.describeTable('parent')
  if (!columns.name) await context.sequelize.query('ALTER TABLE parent ADD COLUMN name varchar(50)')
}`,
    },
    found: ['relies.catalog r2/010-it.expand.mjs:2 describeTable'],
  },
  {
    what: 'SELECT * in what is made of it',
    on: ALL,
    files: {
      ...NAMED,
      // In the first release, no code runs that could miss rows of the copy.
      'r1/020-it.expand.sql': 'CREATE VIEW parents AS SELECT * FROM parent;\nCREATE TABLE copy AS SELECT * FROM parent;',
      'r2/010-it.migrate.sql': 'INSERT INTO copy\nSELECT * FROM parent;',
    },
    found: [
      'relies.all-columns r1/020-it.expand.sql:1 SELECT *',
      'relies.all-columns r1/020-it.expand.sql:2 SELECT *',
      'relies.all-columns r2/010-it.migrate.sql:ANY SELECT *',
    ],
  },
]

describe('what migrations lean on', () => {
  after(removeProjects)

  onServers(ALL, (server) => {
    for (const { what, files, found } of CASES.filter((one) => one.on.includes(server))) {
      it(`finds ${what}`, async () => {
        const report = await (await (await recordedOn(server, files)).open()).check()
        const said = report.findings.map(({ code, severity, file, line, facts }) => {
          expect(severity).to.equal('warning')
          const at = file?.endsWith('.migrate.sql') ? 'ANY' : line
          return `${code} ${file?.replace('releases/', '')}:${at} ${String(facts['on'])}`
        })
        expect(said).to.deep.equal(found)
        expect(report).to.include({ ok: true, exitCode: 0 })
        const strict = await (await (await recordedOn(server, files)).open()).check(undefined, true)
        expect(strict.ok).to.equal(found.length === 0)
      })
    }

    it('fails for nothing that a file declares with a reason, and lists it', async () => {
      const view = '-- interphase: despite all-columns because the view mirrors the table\nCREATE VIEW parents AS SELECT * FROM parent;'
      const chain = await recordedOn(server, { ...NAMED, 'r2/010-it.expand.sql': view })
      const report = await (await chain.open()).check(undefined, true)
      expect(report).to.deep.include({ ok: true, exitCode: 0 })
      const exception = { rule: 'all-columns', because: 'the view mirrors the table', line: 1 }
      expect(report.findings.map((one) => one.exception)).to.deep.equal([exception])
      expect(report.exceptions).to.deep.equal([
        {
          word: 'despite',
          ...exception,
          migration: 'r2/010-it.expand',
          file: 'releases/r2/010-it.expand.sql',
          dialects: [chain.dialect],
        },
      ])
    })
  })
})
