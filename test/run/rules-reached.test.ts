import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { recordedAt } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onEachDialect, onServers, type ServerName } from '../support/servers.ts'

const POSTGRES = ['postgres', 'postgres-system'] as const
const SINCE_18 = ['postgres'] as const
const MYSQL = ['mariadb', 'mysql'] as const
const ALL = [...POSTGRES, ...MYSQL] as const

const DESPITE = ['writes-rows', 'adds', 'opaque', 'scan', 'rewrite']
  .map((rule) => `-- interphase: despite ${rule} because this is a test\n`)
  .join('')

function isPostgres(server: ServerName): boolean {
  return POSTGRES.some((name) => name === server)
}

/** `SET NOT NULL` as the server says it. */
function required(server: ServerName, table: string, column: string): string {
  return isPostgres(server)
    ? `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL;`
    : `ALTER TABLE ${table} MODIFY ${column} int NOT NULL;`
}

const BASE = `CREATE TABLE parcel (id int PRIMARY KEY, mass int, net int, c int);
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE k (id int PRIMARY KEY, p_id int);`
const ROWS = [
  'INSERT INTO parcel VALUES (1, 1, NULL, NULL), (2, 1, NULL, 2), (3, 3, NULL, 3)',
  'INSERT INTO p VALUES (1)',
  'INSERT INTO k VALUES (1, 1), (2, 7)',
]

/** Contracts that mend the rows before they make the rule, in one file or in several. */
const PERIODS =
  "CREATE TABLE v (x int4range, y daterange, PRIMARY KEY (x, y WITHOUT OVERLAPS)); INSERT INTO v VALUES ('[1,2)', '[2020-01-01,2020-02-01)'), ('[1,2)', '[2020-02-01,2020-06-01)');"

const MENDING: readonly (readonly [on: readonly ServerName[], what: string, contracts: (server: ServerName) => readonly string[]])[] = [
  [ALL, 'fills a column before NOT NULL', (server) => [`UPDATE parcel SET net = mass; ${required(server, 'parcel', 'net')}`]],
  [ALL, 'fills a column in the migration before', (server) => ['UPDATE parcel SET net = mass;', required(server, 'parcel', 'net')]],
  [
    ALL,
    'removes doubles before a unique rule',
    () => ['DELETE FROM parcel WHERE id = 2; ALTER TABLE parcel ADD CONSTRAINT parcel_mass UNIQUE (mass);'],
  ],
  [
    ALL,
    'removes orphans before a foreign key',
    () => ['DELETE FROM k WHERE p_id = 7;', 'ALTER TABLE k ADD CONSTRAINT k_p FOREIGN KEY (p_id) REFERENCES p (id);'],
  ],
  [
    ALL,
    'adds the row that orphans lack',
    () => ['INSERT INTO p VALUES (7); ALTER TABLE k ADD CONSTRAINT k_p FOREIGN KEY (p_id) REFERENCES p (id);'],
  ],
  [
    ALL,
    'makes a column anew',
    (server) => [
      `ALTER TABLE parcel DROP COLUMN c; ALTER TABLE parcel ADD COLUMN c int; UPDATE parcel SET c = 0; ${required(server, 'parcel', 'c')}`,
    ],
  ],
  [
    ALL,
    'gives a column another name first',
    (server) => [`UPDATE parcel SET c = 0; ALTER TABLE parcel RENAME COLUMN c TO d; ${required(server, 'parcel', 'd')}`],
  ],
  [
    ALL,
    'mends what a check forbids',
    () => ['UPDATE parcel SET mass = mass + 10; ALTER TABLE parcel ADD CONSTRAINT parcel_mass CHECK (mass > 5);'],
  ],
  [
    POSTGRES,
    'rewrites the values in the same statement',
    () => ['ALTER TABLE parcel ALTER COLUMN net TYPE int USING coalesce(net, 0), ALTER COLUMN net SET NOT NULL;'],
  ],
  [
    POSTGRES,
    'mends in a block',
    () => ['DO $$ BEGIN UPDATE parcel SET net = 0; END $$; ALTER TABLE parcel ALTER COLUMN net SET NOT NULL;'],
  ],
  [
    POSTGRES,
    'mends rows before a rule that is not validated',
    () => ['DELETE FROM k WHERE p_id = 7; ALTER TABLE k ADD CONSTRAINT k_p FOREIGN KEY (p_id) REFERENCES p (id) NOT VALID;'],
  ],
  [
    MYSQL,
    'mends in a procedure',
    (server) => [
      `DELIMITER //\nCREATE PROCEDURE mend() BEGIN UPDATE parcel SET net = 0; END//\nDELIMITER ;\nCALL mend();\nDROP PROCEDURE mend;\n${required(server, 'parcel', 'net')}`,
    ],
  ],
]

/** Rules that rows break, and that nothing mends: the phase is refused before anything is done. */
const BREAKING: readonly (readonly [on: readonly ServerName[], table: string, rows: string, rule: string, said: string])[] = [
  [
    POSTGRES,
    'x int, y int',
    '(1, NULL, 1), (2, NULL, 1)',
    'ALTER TABLE z ADD CONSTRAINT z_xy UNIQUE NULLS NOT DISTINCT (x, y);',
    'value occurs more than once',
  ],
  [POSTGRES, 'x int', '(1, NULL), (2, NULL)', 'CREATE UNIQUE INDEX z_x ON z (x) NULLS NOT DISTINCT;', 'value occurs more than once'],
  [POSTGRES, 'x text', "(1, 'A'), (2, 'a')", 'CREATE UNIQUE INDEX z_x ON z (lower(x));', 'value occurs more than once'],
  [
    POSTGRES,
    'x text',
    "(1, 'a'), (2, 'a')",
    'CREATE UNIQUE INDEX z_x ON z (x text_pattern_ops DESC NULLS LAST);',
    'value occurs more than once',
  ],
  [
    POSTGRES,
    'x int, y int',
    '(1, 1, 1), (2, 1, 1), (3, 2, 0)',
    'CREATE UNIQUE INDEX z_x ON z (x) WHERE y > 0;',
    'value occurs more than once',
  ],
  [POSTGRES, 'x text', "(1, 'a'), (2, 'a')", 'CREATE UNIQUE INDEX z_x ON z (x COLLATE "C" DESC);', 'value occurs more than once'],
  [POSTGRES, '"X y" int', '(1, 1), (2, 1)', 'CREATE UNIQUE INDEX z_x ON z ("X y" DESC);', 'value occurs more than once'],
  [
    POSTGRES,
    'x int4range',
    "(1, '[1,5)'), (2, '[9,10)'), (3, '[4,9)'), (4, NULL), (5, 'empty'), (6, 'empty')",
    'ALTER TABLE z ADD CONSTRAINT z_x EXCLUDE USING gist (x WITH &&);',
    'row conflicts with another row',
  ],
  [
    POSTGRES,
    'x int4range, y daterange',
    "(1, '[1,2)', '[2020-01-01,2020-03-01)'), (2, '[1,2)', '[2020-02-01,2020-04-01)'), (3, '[2,3)', '[2020-01-01,2020-03-01)')",
    'ALTER TABLE z ADD EXCLUDE USING gist (x WITH =, y WITH &&);',
    'row conflicts with another row',
  ],
  [
    POSTGRES,
    'x box, y int',
    "(1, '(0,0),(2,2)', 1), (2, '(1,1),(3,3)', 1), (3, '(1,1),(3,3)', 0), (4, '(8,8),(9,9)', 1), (5, NULL, 1)",
    'ALTER TABLE z ADD CONSTRAINT z_x EXCLUDE USING gist (x WITH &&) WHERE (y > 0) DEFERRABLE;',
    '2 rows conflict with other rows',
  ],
  [
    POSTGRES,
    'x text',
    "(1, 'A'), (2, 'a')",
    'ALTER TABLE z ADD EXCLUDE USING btree (lower(x) text_pattern_ops WITH =);',
    '2 rows conflict with other rows',
  ],
  [
    SINCE_18,
    'x int4range, y daterange',
    "(1, '[1,2)', '[2020-01-01,2020-03-01)'), (2, '[1,2)', '[2020-02-01,2020-04-01)'), (3, '[2,3)', 'empty'), (4, NULL, '[2020-01-01,2020-03-01)')",
    'ALTER TABLE z ADD CONSTRAINT z_x UNIQUE (x, y WITHOUT OVERLAPS);',
    '2 rows conflict with other rows or have an empty period',
  ],
  [
    SINCE_18,
    'x int4range, y datemultirange',
    "(1, '[1,2)', '{[2020-01-01,2020-02-01),[2020-05-01,2020-06-01)}'), (2, '[1,2)', '{[2020-05-02,2020-05-03)}'), (3, '[1,2)', '{[2020-03-01,2020-04-01)}')",
    'ALTER TABLE z ALTER x SET NOT NULL, ALTER y SET NOT NULL; ALTER TABLE z DROP CONSTRAINT z_pkey; ALTER TABLE z ADD PRIMARY KEY (x, y WITHOUT OVERLAPS);',
    '2 rows conflict with other rows or have an empty period',
  ],
  [
    SINCE_18,
    'x int4range, y daterange',
    "(1, '[1,2)', '[2020-01-10,2020-03-01)'), (2, '[1,2)', '[2020-01-10,2021-03-01)'), (3, '[2,3)', '[2020-01-01,2020-03-01)'), (4, '[2,3)', NULL)",
    'ALTER TABLE z ADD CONSTRAINT z_v FOREIGN KEY (x, PERIOD y) REFERENCES v (x, PERIOD y);',
    '2 rows have no counterpart in v',
  ],
  [
    POSTGRES,
    'x int, y int',
    '(1, 1, NULL)',
    'ALTER TABLE z ADD CONSTRAINT z_w FOREIGN KEY (x, y) REFERENCES w (x, y) MATCH FULL;',
    'row is NULL in some of the columns but not in all, which MATCH FULL forbids',
  ],
  [POSTGRES, 'x filled', '(1, NULL)', 'ALTER DOMAIN filled SET NOT NULL;', 'row is NULL'],
  [POSTGRES, 'x filled', "(1, 'VALUE')", "ALTER DOMAIN filled ADD CONSTRAINT known CHECK (VALUE <> 'VALUE');", 'row does not satisfy it'],
  [POSTGRES, 'x text', '(1, NULL)', 'ALTER TABLE z ALTER COLUMN x TYPE strict;', 'row is NULL'],
  [MYSQL, 'x int', '(1, NULL)', 'ALTER TABLE z MODIFY x bigint NOT NULL;', 'row is NULL'],
  [MYSQL, 'x varchar(20)', "(1, 'abcd'), (2, 'abce')", 'ALTER TABLE z ADD UNIQUE z_x (x(3));', 'value occurs more than once'],
  [
    MYSQL,
    'x varchar(20) COLLATE utf8mb4_general_ci',
    "(1, 'A'), (2, 'a')",
    'ALTER TABLE z ADD UNIQUE z_x (x);',
    'value occurs more than once',
  ],
  [
    MYSQL,
    'x varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin UNIQUE',
    "(1, 'A'), (2, 'a')",
    'ALTER TABLE z MODIFY x varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;',
    'value occurs more than once',
  ],
  [['mysql'], 'x varchar(20)', "(1, 'A'), (2, 'a')", 'CREATE UNIQUE INDEX z_x ON z ((lower(x)));', 'value occurs more than once'],
  [
    ['mysql'],
    'x int, CONSTRAINT z_x CHECK (x > 0) NOT ENFORCED',
    '(1, 0)',
    'ALTER TABLE z ALTER CHECK z_x ENFORCED;',
    'row does not satisfy it',
  ],
]

describe('rules that a contract makes', () => {
  after(removeProjects)

  onEachDialect((server) => {
    for (const [on, what, contracts] of MENDING) {
      if (!on.some((name) => name === server)) continue
      it(`are no reason to refuse it where it ${what}`, async () => {
        const files = contracts(server).map((text, index) => [`r2/${index + 1}0-it.contract.sql`, `${DESPITE}${text}`])
        const chain = await recordedAt(server, 'r1', { 'r1/010-base.expand.sql': BASE, ...Object.fromEntries(files) })
        await chain.sql(...ROWS)
        expect((await chain.status()).exitCode, 'status').to.equal(5)
        expect((await (await chain.open()).gate({ phase: 'contract' })).open, 'gate').to.equal(true)
        await chain.up()
        expect((await chain.status()).next).to.equal(undefined)
      })
    }

    it('are no reason to refuse a function that mends the rows itself', async () => {
      const chain = await recordedAt(server, 'r1', {
        'r1/010-base.expand.sql': BASE,
        'r2/010-it.contract.mjs': `${DESPITE.replaceAll('-- ', '// ')}export const up = async ({ context }) => {
  await context.sequelize.query('UPDATE parcel SET net = mass')
  await context.sequelize.query('${required(server, 'parcel', 'net').replace(';', '')}')
}`,
      })
      await chain.sql(...ROWS)
      expect((await chain.status()).exitCode, 'status').to.equal(5)
      expect((await (await chain.open()).gate({ phase: 'contract' })).open, 'gate').to.equal(true)
      await chain.up()
      expect((await chain.status()).next).to.equal(undefined)
    })

    it('are counted before anything is done, where what the contract writes has nothing to do with them', async () => {
      const chain = await recordedAt(server, 'r1', {
        'r1/010-base.expand.sql': BASE,
        'r2/010-it.contract.sql': `${DESPITE}UPDATE parcel SET net = mass;`,
        'r2/020-it.contract.sql': `${DESPITE}${required(server, 'parcel', 'c')}`,
      })
      await chain.sql(...ROWS)
      const { facts } = await rejected(chain.up(), 'phase.preconditions')
      expect(facts.violations).to.deep.equal(['column parcel.c NOT NULL: 1 row is NULL'])
      expect(await chain.sql('SELECT count(net) AS n FROM parcel')).to.satisfy(([row]: readonly { n: unknown }[]) => Number(row?.n) === 0)
    })

    it('are refused when they are reached where rows still break them, and the next run goes on from there', async () => {
      const chain = await recordedAt(server, 'r1', {
        'r1/010-base.expand.sql': BASE,
        'r2/010-it.contract.sql': `${DESPITE}UPDATE parcel SET c = 5 WHERE id = 2; ${required(server, 'parcel', 'c')}`,
      })
      await chain.sql(...ROWS)
      if (isPostgres(server)) {
        await rejected(chain.up(), 'statement.failed')
        expect(await chain.sql('SELECT c FROM parcel WHERE id = 2')).to.deep.equal([{ c: 2 }])
      } else {
        const { facts } = await rejected(chain.up(), 'phase.reached')
        expect(facts.violations).to.deep.equal(['column parcel.c NOT NULL: 1 row is NULL'])
        await rejected(chain.up(), 'phase.reached')
      }
      await chain.sql('UPDATE parcel SET c = 1 WHERE c IS NULL')
      await chain.up()
      expect((await chain.status()).next).to.equal(undefined)
    })
  })

  onServers([...MYSQL], (server) => {
    it('are counted where the file has the server not look', async () => {
      const chain = await recordedAt(server, 'r1', {
        'r1/010-base.expand.sql': BASE,
        'r2/010-it.contract.sql': `${DESPITE}UPDATE k SET p_id = 8 WHERE id = 1; SET foreign_key_checks = 0; ALTER TABLE k ADD CONSTRAINT k_p FOREIGN KEY (p_id) REFERENCES p (id);`,
      })
      await chain.sql(...ROWS)
      const { facts } = await rejected(chain.up(), 'phase.reached')
      expect(facts.violations).to.deep.equal(['foreign key k_p on k (p_id): 2 rows have no counterpart in p'])
    })
  })

  onServers(['postgres'], (server) => {
    it('are counted where the server does not look at the rows', async () => {
      const chain = await recordedAt(server, 'r1', {
        'r1/010-base.expand.sql': BASE,
        'r2/010-it.contract.sql': `${DESPITE}UPDATE k SET p_id = 8 WHERE id = 1; ALTER TABLE k ADD CONSTRAINT k_p FOREIGN KEY (p_id) REFERENCES p (id) NOT VALID;`,
      })
      await chain.sql(...ROWS)
      const { facts } = await rejected(chain.up(), 'phase.reached')
      expect(facts.violations).to.deep.equal(['foreign key k_p on k (p_id): 2 rows have no counterpart in p'])
      expect(await chain.sql('SELECT p_id FROM k WHERE id = 1')).to.deep.equal([{ p_id: 1 }])
    })
  })

  onServers(ALL, (server) => {
    it('are counted as the server would count, whatever kind of rule it is', async () => {
      const cases = BREAKING.filter(([on]) => on.includes(server)).map((one, index) => ({ one, table: `z${index}` }))
      const named = (text: string, table: string) =>
        text
          .replaceAll(/\bz\b/g, table)
          .replaceAll(/\bz_/g, `${table}_`)
          .replaceAll(/\bfilled\b/g, `filled_${table}`)
      const before = isPostgres(server)
        ? `CREATE DOMAIN strict AS text NOT NULL; CREATE TABLE w (x int, y int, PRIMARY KEY (x, y)); ${server === 'postgres' ? PERIODS : ''} ${cases.map(({ table }) => `CREATE DOMAIN filled_${table} AS text;`).join(' ')}`
        : ''
      const base = cases.map(({ one: [, columns], table }) => `CREATE TABLE ${table} (id int PRIMARY KEY, ${named(columns, table)});`)
      const contracts = cases.map(({ one: [, , , rule], table }, index) => [
        `r2/${100 + index}-it.contract.sql`,
        `${DESPITE}${named(rule, table)}`,
      ])
      const chain = await recordedAt(server, 'r1', {
        'r1/010-base.expand.sql': `${before}${base.join('\n')}`,
        ...Object.fromEntries(contracts),
      })
      for (const {
        one: [, , rows],
        table,
      } of cases)
        await chain.sql(`INSERT INTO ${table} VALUES ${rows}`)
      const { facts } = await rejected(chain.up(), 'phase.preconditions')
      for (const {
        one: [, , , rule, said],
        table,
      } of cases) {
        const found = facts.violations.filter((line) => new RegExp(`\\b${table}\\b`).test(line))
        expect(
          found.some((line) => line.endsWith(`: ${/^\d/.test(said) ? said : `1 ${said}`}`)),
          `${rule}: ${found.join(' | ') || facts.violations.join(' | ')}`,
        ).to.equal(true)
      }
      expect(facts.violations.length, facts.violations.join(' | ')).to.equal(cases.length)
    })
  })
})
