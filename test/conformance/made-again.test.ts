import { expect } from 'chai'
import { type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const MYSQL = ['mariadb', 'mysql'] as const
const POSTGRES = ['postgres'] as const

const VIEWS = `CREATE TABLE stock (id int PRIMARY KEY, a int, b int);
CREATE VIEW slim AS SELECT id, a FROM stock;
CREATE VIEW tall AS SELECT id, a FROM slim;
CREATE VIEW a_peak AS SELECT h.id, h.a FROM tall h;
`
const DESPITE = ['adds', 'opaque', 'tightens', 'writes-rows']
  .map((effect) => `-- interphase: despite ${effect} because it comes back\n`)
  .join('')

/** An object goes and comes back within one migration, while others at some depth depend on it. */
const ON_MYSQL: Readonly<Record<string, readonly [before: string, again: string]>> = {
  'a view below two views': [VIEWS, 'DROP VIEW slim;\nCREATE VIEW slim AS SELECT id, a, b FROM stock;'],
  'a view whose column gets another type': [VIEWS, 'DROP VIEW slim;\nCREATE VIEW slim AS SELECT id, a * 1.5 AS a FROM stock;'],
  'two views of a chain': [
    VIEWS,
    'DROP VIEW tall;\nDROP VIEW slim;\nCREATE VIEW slim AS SELECT id, b AS a FROM stock;\nCREATE VIEW tall AS SELECT id, a FROM slim;',
  ],
  'the table below views': [VIEWS, 'DROP TABLE stock;\nCREATE TABLE stock (id bigint PRIMARY KEY, a bigint, b int);'],
  'a table that takes the name of another': [
    `${VIEWS}CREATE TABLE other (id bigint PRIMARY KEY, a varchar(9), b int);`,
    'RENAME TABLE stock TO past, other TO stock;',
  ],
  'a table that a view replaces': [
    `${VIEWS}CREATE TABLE other (id bigint PRIMARY KEY, a varchar(9), b int);`,
    'DROP TABLE stock;\nCREATE VIEW stock AS SELECT id, a, b FROM other;',
  ],
  'a column of the table below views': [VIEWS, 'ALTER TABLE stock MODIFY a bigint;'],
  'a function in a view': [
    `CREATE FUNCTION f (a int) RETURNS int DETERMINISTIC RETURN a;
${VIEWS}CREATE VIEW called AS SELECT f(a) AS a FROM slim;
CREATE VIEW above AS SELECT a FROM called;
`,
    "DROP FUNCTION f;\nCREATE FUNCTION f (a int) RETURNS varchar(9) CHARSET latin1 DETERMINISTIC RETURN 'x';",
  ],
  'a table with a trigger that a foreign key refers to': [
    `CREATE TABLE p (id int PRIMARY KEY);
CREATE TRIGGER of_p BEFORE INSERT ON p FOR EACH ROW SET NEW.id = 1;
CREATE TABLE c (id int PRIMARY KEY, p int, CONSTRAINT c_p FOREIGN KEY (p) REFERENCES p (id));
CREATE VIEW both_of AS SELECT c.id FROM c JOIN p ON p.id = c.p;`,
    'SET foreign_key_checks = 0;\nDROP TABLE p;\nCREATE TABLE p (id int PRIMARY KEY, n int);\nSET foreign_key_checks = 1;',
  ],
}

const ON_POSTGRES: Readonly<Record<string, readonly [before: string, again: string]>> = {
  'a view below a view': [
    VIEWS,
    'DROP VIEW slim CASCADE;\nCREATE VIEW slim AS SELECT id, b AS a FROM stock;\nCREATE VIEW tall AS SELECT id, a FROM slim;\nCREATE VIEW a_peak AS SELECT id FROM tall;',
  ],
  'a type below a table below views': [
    "CREATE TYPE mood AS ENUM ('a', 'b');\nCREATE TABLE stock (id int PRIMARY KEY, a mood, b int);\nCREATE VIEW slim AS SELECT id, a FROM stock;\nCREATE VIEW tall AS SELECT id, a FROM slim;",
    'ALTER TYPE mood RENAME TO feeling;',
  ],
  'a table below views that takes another name': [VIEWS, 'ALTER VIEW slim RENAME TO lower_one;\nALTER TABLE stock RENAME COLUMN a TO c;'],
}

function filesOf([before, again]: readonly [string, string]): Files {
  return { 'r1/010-base.expand.sql': before, 'r2/010-again.contract.sql': `${DESPITE}${again}` }
}

describe('an object that goes and comes back within one migration', () => {
  for (const [servers, cases] of [
    [MYSQL, ON_MYSQL],
    [POSTGRES, ON_POSTGRES],
  ] as const) {
    onServers(servers, (server) => {
      after(removeProjects)

      for (const [what, one] of Object.entries(cases)) {
        it(`leaves the state that the server then shows: ${what}`, async () => {
          const chain = await recordedOn(server, filesOf(one))
          await chain.up()
          const { schema, problems } = await chain.status()
          expect([schema, ...problems]).to.deep.equal(['as planned'])
        })
      }
    })
  }
})
