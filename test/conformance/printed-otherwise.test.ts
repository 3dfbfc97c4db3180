import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

/** A view that the server prints with loss, and the same view in a form that the error asks for. */
const LOST = {
  mysql: { written: 'CHAR(77, 121 USING utf8mb4)', instead: 'CONVERT(CHAR(77, 121) USING utf8mb4)' },
  mariadb: { written: "'x' COLLATE utf8mb4_bin IS NULL", instead: '0' },
}

const LATER = { 'r2/010-later.expand.sql': 'CREATE TABLE later (id int PRIMARY KEY);' }

/** Definitions whose characters a server prints with loss, each with a form that it prints whole. */
const CHARACTERS: Readonly<
  Record<string, readonly [on: 'both' | 'mysql' | 'mariadb', make: (expression: string) => string, lost: string, whole: string]>
> = {
  'a check': [
    'mysql',
    (one) => `CREATE TABLE x (id int PRIMARY KEY, n varchar(9) CHARACTER SET latin1, CHECK (n <> ${one}));`,
    "_latin1 x'e9'",
    "CONVERT(unhex('E9') USING latin1)",
  ],
  'a check on bytes': [
    'mysql',
    (one) => `CREATE TABLE x (id int PRIMARY KEY, n varbinary(9), CHECK (n <> ${one}));`,
    "_binary x'00ff'",
    "unhex('00FF')",
  ],
  'a generated column': [
    'mysql',
    (one) => `CREATE TABLE x (id int PRIMARY KEY, n varchar(9) CHARACTER SET latin1, g varchar(20) AS (concat(n, ${one})) STORED);`,
    "_latin1 x'e9'",
    "CONVERT(unhex('E9') USING latin1)",
  ],
  'an index': [
    'mysql',
    (one) => `CREATE TABLE x (id int PRIMARY KEY, n varchar(9) CHARACTER SET latin1, KEY k ((concat(n, ${one}))));`,
    "_latin1 x'e9'",
    "CONVERT(unhex('E9') USING latin1)",
  ],
  'a default': [
    'mariadb',
    (one) => `CREATE TABLE x (id int PRIMARY KEY, n varbinary(9) DEFAULT ${one});`,
    "x'e900ff'",
    "(unhex('E900FF'))",
  ],
  'a view': [
    'both',
    (one) => `CREATE TABLE x (id int PRIMARY KEY);\nCREATE VIEW y AS SELECT id, ${one} AS z FROM x;`,
    "_latin1 x'e9'",
    "CONVERT(unhex('E9') USING latin1)",
  ],
  'a question mark': [
    'mysql',
    (one) => `CREATE TABLE x (id int PRIMARY KEY, n varchar(9) CHARACTER SET latin1, CHECK (n <> ${one}));`,
    '',
    "_latin1'who?'",
  ],
}

describe('a definition whose characters the server prints with loss', () => {
  onServers(['mysql', 'mariadb'], (server) => {
    after(removeProjects)

    for (const [what, [on, make, lost, whole]] of Object.entries(CHARACTERS)) {
      if (on !== 'both' && on !== server) continue
      it(`is named when it is recorded, with a form that can be recorded: ${what}`, async () => {
        const base = (expression: string) => ({ 'r1/010-base.expand.sql': make(expression) })
        const chain = await chainOn(server, { ...base(lost || whole), ...LATER })
        if (lost) {
          const error = await rejected(chain.record(), 'record.printed-otherwise')
          expect(error.message).to.match(/\b[xy]: characters are lost in/)
        }
        chain.put(base(whole))
        await chain.record()
        await chain.up()
        expect((await chain.status()).exitCode).to.equal(0)
      })
    }
  })
})

describe('a view that the server prints otherwise than it was made', () => {
  onServers(['mysql', 'mariadb'], (server) => {
    after(removeProjects)
    const { written, instead } = server === 'mysql' ? LOST.mysql : LOST.mariadb
    const base = (expression: string) => ({
      'r1/010-base.expand.sql': `CREATE TABLE t (id int PRIMARY KEY, a int);\nCREATE VIEW v AS SELECT ${expression} AS z FROM t;`,
    })

    it('is named when it is recorded, with a form that can be recorded', async () => {
      const chain = await chainOn(server, { ...base(written), ...LATER })
      const error = await rejected(chain.record(), 'record.printed-otherwise')
      expect(error.message).to.include('view v')
      chain.put(base(instead))
      await chain.record()
      await chain.up()
      expect((await chain.status()).exitCode).to.equal(0)
    })

    it('with a join in parentheses or without them is the same view', async () => {
      const rows = "JSON_TABLE(t.doc, '$[*]' COLUMNS (x int PATH '$.x'))"
      const chain = await chainOn(server, {
        'r1/010-base.expand.sql': `CREATE TABLE t (id int PRIMARY KEY, a int, doc json);
CREATE VIEW v AS SELECT t.id, j.x FROM t, ${rows} AS j WHERE t.a > 1;
CREATE VIEW w AS SELECT EXTRACT(DAY FROM now()) AS d FROM t JOIN ${rows} AS j WHERE t.id IN (SELECT t.id FROM t, ${rows} AS k) GROUP BY j.x;`,
        ...LATER,
      })
      await chain.record()
      await chain.up()
      expect((await chain.status()).exitCode).to.equal(0)
    })
  })
})
