import { expect } from 'chai'
import fc from 'fast-check'
import { createConnection } from 'mysql2/promise'
import { Interphase } from '../../../src/engine.ts'
import { describeDifferences, describeObjectMismatch } from '../../../src/schema/describe.ts'
import { differences } from '../../../src/schema/difference.ts'
import { fingerprintOfState } from '../../../src/schema/fingerprint.ts'
import type { SchemaState } from '../../../src/schema/state.ts'
import { rejected } from '../../support/caught.ts'
import { type ChainOnServer, chainOn } from '../../support/chain.ts'
import { withoutDumpTool } from '../../support/dump-tools.ts'
import { exampleProject, ROWS_AFTER } from '../../support/example.ts'
import { dump, findMysqlTools, load, type MysqlTools } from '../../support/mysql-tools.ts'
import { removeProjects } from '../../support/project.ts'
import { execute, freshDatabase, serverUrl } from '../../support/servers.ts'
import { EVERYTHING, ONLY } from './everything.ts'
import { COLUMNS, expressions } from './expressions.ts'
import { onBoth } from './support.ts'

const { EXPRESSIONS_SEED: seed = '1', EXPRESSIONS_COUNT: count = '300' } = process.env

// The driver's own collation is another one than the server's, and the two do not mix in every expression.
const NAMES = 'SET NAMES utf8mb4'

const LEDGER = ['project', 'migration', 'run', 'note'].map((name) => `interphase_${name}`)

describe('MySQL and MariaDB: a database that was restored from its own dump', () => {
  after(removeProjects)

  onBoth((server, { dialect, open }) => {
    let tools: MysqlTools
    let statements: readonly string[] = []

    before(async function () {
      const found = await findMysqlTools(server)
      if (typeof found === 'string') withoutDumpTool(this, server)
      else tools = found
    })

    async function stateOf(url: string): Promise<SchemaState> {
      return (await dialect.catalog.read(await open(url), 'whole')).state
    }

    async function databaseOf(defaults: string): Promise<string> {
      const url = await freshDatabase(server)
      if (defaults !== '') await execute(url, `ALTER DATABASE ${defaults}`)
      return url
    }

    /** A new database from a dump of this one. A dump of MariaDB names the database of a sequence that a default takes from. */
    async function restored(url: string, defaults = '', ...options: readonly string[]): Promise<string> {
      const target = await databaseOf(defaults)
      const text = await dump(tools, url)
      await load(tools, target, text.replaceAll(`\`${new URL(url).pathname.slice(1)}\`.`, ''), ...options)
      return target
    }

    async function exitCodeOf(engine: Interphase): Promise<number> {
      const { schema, problems, exitCode } = await engine.status({ compareSchema: true })
      expect([schema, ...problems]).to.deep.equal(['as planned'])
      return exitCode
    }

    async function isTheSame(first: string, copy: string, which = 'only'): Promise<void> {
      const [before, found] = [await stateOf(first), await stateOf(copy)]
      const apart = describeDifferences(differences(before, found), (one) =>
        describeObjectMismatch(one, { before: 'dumped', after: 'restored' }),
      )
      expect(apart, `the ${which} copy`).to.deep.equal([])
      expect(fingerprintOfState(found)).to.equal(fingerprintOfState(before))
    }

    /** Restores the database twice, and into one of another default, asks each what it asks the first, and adopts each. */
    async function staysTheSame(
      first: string,
      at: (url: string) => Promise<Interphase>,
    ): Promise<{ readonly url: string; readonly through: string }> {
      const exitCode = await exitCodeOf(await at(first))
      let url = first
      for (const copy of ['first', 'second']) {
        url = await restored(url)
        await isTheSame(first, url, copy)
        expect(await exitCodeOf(await at(url))).to.equal(exitCode)
      }
      const found = { url, through: '' }
      for (const defaults of ['', 'CHARACTER SET latin1 COLLATE latin1_german1_ci']) {
        found.url = await restored(url, defaults)
        expect(await exitCodeOf(await at(found.url))).to.equal(exitCode)
        await execute(found.url, ...LEDGER.map((table) => `DROP TABLE ${table}`))
        found.through = (await (await at(found.url)).adopt()).through
        expect(await exitCodeOf(await at(found.url))).to.equal(exitCode)
      }
      return found
    }

    /** A chain that begins with this base, and goes on in a copy. */
    async function staysWithBase(chain: ChainOnServer): Promise<void> {
      await chain.record()
      await chain.up({ to: 'r1' })
      const at = (databaseUrl: string) => chain.open({ databaseUrl })
      const { url, through } = await staysTheSame(chain.url, at)
      expect(through).to.equal('r1/010-base.expand')
      await (await at(url)).upgrade({ confirmed: true })
      expect(await exitCodeOf(await at(url))).to.equal(0)
    }

    const LATER = 'CREATE TABLE later (id int PRIMARY KEY, name varchar(20));'

    it('is the same database with one of everything in it, whose base is a dump', async () => {
      const url = await freshDatabase(server)
      await execute(url, ...THINGS, ...ONLY[server])
      const text = await dump(tools, url, '--no-data')
      const base = text.replaceAll(`\`${new URL(url).pathname.slice(1)}\`.`, '').replaceAll(/^.*(?:GTID_PURGED|SQL_LOG_BIN).*$/gm, '')
      const chain = await chainOn(server, {
        'r1/010-base.expand.sql': `-- interphase: despite opaque because nobody runs yet\n${base}`,
        'r2/010-later.expand.sql': LATER,
      })
      await staysWithBase(chain)
    })

    it('is the same database with what few schemas have', async () => {
      const chain = await chainOn(server, {
        'r1/010-base.expand.sql': `${RARE[server].join(';\n')};`,
        'r2/010-later.expand.sql': LATER,
      })
      await staysWithBase(chain)
    })

    it('is as planned after a key replaces the own index of a foreign key, which the server drops in the original only', async () => {
      for (const key of ['KEY by_p (p, id)', 'UNIQUE KEY one_of_p (p, id)']) {
        const chain = await chainOn(server, {
          'r1/010-base.expand.sql':
            'CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, p int, CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id));',
          'r2/010-key.expand.sql': `-- interphase: effect tightens because old code writes one row for each parent\nALTER TABLE child ADD ${key};`,
        })
        await chain.record()
        await chain.up({ to: 'r1' })
        for (const url of [await restored(chain.url), chain.url]) {
          const engine = await Interphase.open({ directory: chain.root, databaseUrl: url })
          await engine.upgrade({ confirmed: true })
          expect(await engine.status({ compareSchema: true }), key).to.include({ exitCode: 0, schema: 'as planned' })
        }
      }
    })

    it('is as planned when another foreign key on the same columns takes the index of the first one, in the original and in a copy', async () => {
      const declared = ['adds', 'removes', 'tightens', 'rewrite', 'scan'].map(
        (what) => `-- interphase: despite ${what} because nobody runs yet\n`,
      )
      const drop = 'ALTER TABLE child DROP FOREIGN KEY fk'
      const add = (name: string) => `ALTER TABLE child ADD ${name} FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE`
      const chains: readonly (readonly (readonly string[])[])[] = [
        [[`${drop}, ADD CONSTRAINT other FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE`]],
        [[drop, add('CONSTRAINT other')]],
        [[drop, add('')]],
        [[drop, add('CONSTRAINT fk')]],
        [[add('CONSTRAINT other'), drop]],
        [[drop], [add('CONSTRAINT other')]],
        [[drop], [add('')]],
        [[add('CONSTRAINT other')], [drop]],
      ]
      for (const releases of chains) {
        const later = releases.map((texts, index) => [`r${index + 2}/010-key.contract.sql`, `${declared.join('')}${texts.join(';\n')};`])
        const chain = await chainOn(server, {
          'r1/010-base.expand.sql':
            'CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, p int, CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id));',
          ...Object.fromEntries(later),
        })
        await chain.record()
        await chain.up({ to: 'r1' })
        for (const url of [await restored(chain.url), chain.url]) {
          const engine = await Interphase.open({ directory: chain.root, databaseUrl: url })
          await engine.upgrade({ confirmed: true })
          expect(await engine.status({ compareSchema: true }), releases.join(' | ')).to.include({ exitCode: 0, schema: 'as planned' })
        }
      }
    })

    it('is as planned when another index replaces the index of a dropped foreign key, in the original and in a copy', async () => {
      const declared = ['adds', 'removes', 'tightens', 'scan', 'rewrite'].map(
        (what) => `-- interphase: despite ${what} because nobody runs yet\n`,
      )
      const drop = 'ALTER TABLE child DROP FOREIGN KEY fk'
      const chains = [
        ['ALTER TABLE child ADD KEY pq (p, q), DROP FOREIGN KEY fk'],
        ['ALTER TABLE child ADD KEY pqid (p, q, id)', drop],
        [drop, 'ALTER TABLE child ADD UNIQUE KEY one (p, q)'],
      ]
      for (const later of chains) {
        const chain = await chainOn(server, {
          'r1/010-base.expand.sql':
            'CREATE TABLE parent (p int, q int, PRIMARY KEY (p, q)); CREATE TABLE child (id int PRIMARY KEY, p int, q int, CONSTRAINT fk FOREIGN KEY (p, q) REFERENCES parent (p, q));',
          ...Object.fromEntries(later.map((text, index) => [`r${index + 2}/010-key.contract.sql`, `${declared.join('')}${text};`])),
          'r4/010-rename.contract.sql': `${declared.join('')}RENAME TABLE child TO kid;`,
          'r5/010-more.expand.sql': 'ALTER TABLE kid ADD COLUMN more int;',
        })
        await chain.record()
        await chain.up({ to: 'r1' })
        for (const url of [await restored(chain.url), chain.url]) {
          const engine = await Interphase.open({ directory: chain.root, databaseUrl: url })
          await engine.upgrade({ confirmed: true })
          expect(await engine.status({ compareSchema: true }), later.join(' | ')).to.include({ exitCode: 0, schema: 'as planned' })
          await execute(url, 'ALTER TABLE kid ADD KEY fk2 (p, q)')
          expect((await engine.status({ compareSchema: true })).exitCode, 'an index that no foreign key had').to.equal(7)
        }
      }
    })

    it('is adopted at the state that it equals exactly, although a later state differs only in the index of a foreign key', async () => {
      const base =
        'CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, p int, CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id)'
      const chain = await chainOn(server, {
        'r1/010-base.expand.sql': `${base}, KEY fk (p));`,
        'r2/010-key.expand.sql': 'ALTER TABLE child ADD KEY by_p (p);',
        'r3/010-key.contract.sql': '-- interphase: despite removes because nobody runs yet\nALTER TABLE child DROP KEY fk;',
      })
      await chain.record()
      await chain.sql(...`${base})`.split('; '))
      expect((await (await chain.open()).adopt()).through).to.equal('r1/010-base.expand')
      // The server drops its own index during r2, so r3 cannot drop it.
      const { message } = await rejected(chain.up(), 'statement.failed')
      expect(message).to.include('create it first: ALTER TABLE <table> ADD KEY <name> (<columns>)')
      await chain.sql('ALTER TABLE child ADD KEY fk (p)')
      await chain.up()
      expect(await chain.status()).to.include({ exitCode: 0, schema: 'as planned' })
    })

    it('is the same database whether the client that loads the dump keeps comments or leaves them out', async () => {
      const url = await freshDatabase(server)
      await execute(url, ...COMMENTED)
      for (const option of ['--comments', '--skip-comments']) await isTheSame(url, await restored(url, '', option), option)
    })

    it('is another one where a text that looks like a comment or like white space is another', async () => {
      const states = []
      for (const text of ["'a -- b'", "'a'", '"a  b"', "'a b'", "'a\\' /* b'", '`a # b`', '`a`']) {
        const url = await freshDatabase(server)
        await execute(url, 'CREATE TABLE t (`a` varchar(9), `a # b` varchar(9))')
        await execute(url, `CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET @t = (SELECT ${text} FROM t LIMIT 1); END`)
        states.push(fingerprintOfState(await stateOf(url)))
      }
      expect(new Set(states)).to.have.property('size', states.length)
    })

    it('is the same database at the end of the example chain', async () => {
      const directory = await exampleProject(server, (await serverUrl(server)) ?? '')
      const url = await freshDatabase(server)
      const at = (databaseUrl: string) => Interphase.open({ directory, databaseUrl })
      for (const [release, rows] of Object.entries(ROWS_AFTER)) {
        await (await at(url)).upgrade({ confirmed: true, to: release })
        await execute(url, ...rows)
      }
      expect((await staysTheSame(url, at)).through).to.equal('2017.2-pike/010-archive-notes.contract')
    })

    it('is the same database with generated expressions in every place that takes one', async () => {
      const sampled = fc.sample(expressions(3), { numRuns: Number(count), seed: Number(seed) })
      statements = await taken(server, await freshDatabase(server), sampled)
      expect(statements.length).to.be.greaterThan(Number(count) / 2)
      const url = await freshDatabase(server)
      await execute(url, NAMES, ...statements)
      await isTheSame(url, await restored(url))
    })

    it('is copied on a shadow with all of them', async () => {
      const scratch = await dialect.scratch({ url: (await serverUrl(server)) ?? '', cacheDirectory: '/nowhere' })
      try {
        const from = await scratch.create('expressions')
        await execute(from.url, NAMES, ...statements)
        await isTheSame(from.url, (await scratch.copy('expressions', 'copied')).url)
      } finally {
        for (const name of ['expressions', 'copied']) await scratch.drop(name)
        await scratch.close()
      }
    })
  })
})

// A dump makes views in the order of their names, and over a placeholder no view with a check option can stand.
const THINGS = EVERYTHING.filter((statement) => !statement.includes('interphase_')).map((statement) =>
  statement.replace(' WITH LOCAL CHECK OPTION', ''),
)

const GUARDED = [
  'CREATE TABLE item (id int PRIMARY KEY, code varchar(20), kind enum("a", "b") NOT NULL DEFAULT "b", body text, tags json)',
  'CREATE VIEW guarded AS SELECT id, code FROM item WHERE id > 3 WITH CASCADED CHECK OPTION',
  'CREATE VIEW guarded_here (number, name) AS SELECT id, code FROM item WHERE code IS NOT NULL WITH LOCAL CHECK OPTION',
]

/** Objects that few schemas have, on each server. */
const RARE: { readonly mysql: readonly string[]; readonly mariadb: readonly string[] } = {
  mysql: [
    ...GUARDED,
    `CREATE TABLE deep (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (year(at)) SUBPARTITION BY HASH (to_days(at)) SUBPARTITIONS 2
      (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN MAXVALUE)`,
    "CREATE TABLE listed (a int NOT NULL, b varchar(5) NOT NULL) PARTITION BY LIST COLUMNS (b) (PARTITION p0 VALUES IN ('x', 'y'), PARTITION p1 VALUES IN ('z'))",
    'CREATE TABLE hashed (id int NOT NULL PRIMARY KEY) PARTITION BY KEY (id) PARTITIONS 3',
    'ALTER TABLE item ADD INDEX by_tag ((CAST(tags->"$.tags" AS UNSIGNED ARRAY))), ADD FULLTEXT INDEX words (body) WITH PARSER ngram',
    'ALTER TABLE item ADD COLUMN near vector(3), ADD COLUMN size int AS (length(body)) VIRTUAL INVISIBLE, ADD INDEX by_size (size DESC)',
    'CREATE TABLE place (id int PRIMARY KEY, at point NOT NULL SRID 4326, SPATIAL INDEX (at))',
    'CREATE TABLE wide (id int PRIMARY KEY, n double, d decimal(65, 30), y year, t time(6), f float) ROW_FORMAT = COMPRESSED KEY_BLOCK_SIZE = 8',
  ],
  mariadb: [
    ...GUARDED,
    `CREATE TABLE term (id int NOT NULL, a date NOT NULL, b date NOT NULL, PERIOD FOR valid (a, b), UNIQUE KEY apart (id, valid WITHOUT OVERLAPS))`,
    `CREATE TABLE kept (id int PRIMARY KEY, n int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 MONTH STARTS '2024-01-01 00:00:00' (PARTITION p0 HISTORY, PARTITION p1 CURRENT)`,
    `CREATE TABLE partly (id int PRIMARY KEY, n int, hidden int WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING`,
    `CREATE TABLE seen (id int PRIMARY KEY, s timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE, e timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING`,
    "CREATE TABLE listed (a int NOT NULL, b varchar(5) NOT NULL) PARTITION BY LIST COLUMNS (b) (PARTITION p0 VALUES IN ('x', 'y'), PARTITION p1 DEFAULT)",
    'CREATE TABLE spread (id int NOT NULL PRIMARY KEY) PARTITION BY LINEAR HASH (id) PARTITIONS 4',
    'CREATE TABLE addresses (id int PRIMARY KEY, six inet6, four inet4, u uuid DEFAULT uuid(), c text COMPRESSED, k varchar(9) AS (hex(u)) PERSISTENT)',
    'CREATE TABLE aria (id int PRIMARY KEY, v varchar(10)) ENGINE = Aria TRANSACTIONAL = 1 PAGE_CHECKSUM = 1',
    'CREATE SEQUENCE cycle MINVALUE -5 MAXVALUE 5 START 1 INCREMENT BY -1 CACHE 3 CYCLE',
    'CREATE TABLE checked (id int PRIMARY KEY, n int CHECK (n > 0), m int DEFAULT (n + 1), CONSTRAINT both_of CHECK (n < m))',
  ],
}

/** Comments, and white space around them, in everything of which a server may keep the text. */
const COMMENTED = [
  `CREATE TABLE t (a int /* a */ DEFAULT (1 /* one */ + 1), b int AS (a -- the other
    + 1), CHECK (a /* is */ > /* more */ 0)) -- end`,
  'CREATE VIEW v AS SELECT a /* the a */, b -- and b\n FROM t # from there',
  `CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW\r
BEGIN
  -- isn't this said?
  SET NEW.a = 1;# "two
  SET NEW.a/* three */= 2/*four*/+/*! 1 +*/1 /*!99999 + 5 */;

  /* five
     lines */
  /**/SET @x = 'a -- no', @y = 1--1, @z = "it's # no";  -- don't stop
\tSET @q = NEW.\`b\`/*;*/; --\t;
END`,
  `CREATE PROCEDURE p (IN a int /* the a */, -- b, with an '
    OUT b int)
    COMMENT 'it''s -- kept'
    BEGIN SELECT 1/**/; /* set b */ SET b = a; END`,
  "CREATE FUNCTION f (a int) RETURNS varchar(20) /* text */ CHARSET latin1 DETERMINISTIC BEGIN -- x\n RETURN 'x'; END /* done */",
  `CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DISABLE COMMENT 'don''t -- cut' DO BEGIN -- every day
    DELETE FROM t; /* all */ END`,
]

// A table with hundreds of checks is slow to change, and one of MySQL has at most 64 indexes.
const PER_TABLE = 30

interface Sampled {
  readonly type: keyof typeof TYPES
  readonly text: string
}

/** An expression as a part of a table, in some of the places that take one. */
function partsOf(
  server: 'mysql' | 'mariadb',
  { type, text }: { readonly type: keyof typeof TYPES; readonly text: string },
  index: number,
): readonly string[] {
  return [
    `CONSTRAINT c${index} CHECK (${type === 'bool' ? text : `(${text}) IS NOT NULL`})`,
    `g${index} ${TYPES[type]} AS (${text}) ${index % 2 === 0 ? 'VIRTUAL' : 'STORED'}`,
    `d${index} ${TYPES[type]} DEFAULT (${text.replaceAll(COLUMN, 'NULL')})`,
    ...(server === 'mysql' ? [`KEY k${index} ((${text}))`] : []),
  ]
}

const TYPES = { bool: 'int', number: 'decimal(30,4)', text: 'varchar(200)', moment: 'datetime(3)' }

// A default takes no columns.
const COLUMN = /(?<![\w'.$\\])(?:[ilntbemjdys]|bin|dt|da|ti|`order`)(?![\w'(])/g

/** Tables and views with those of the expressions that the server takes. */
async function taken(server: 'mysql' | 'mariadb', url: string, sampled: readonly Sampled[]): Promise<readonly string[]> {
  const offers = sampled.flatMap((one, index) => {
    const number = Math.floor(index / PER_TABLE)
    const view = `CREATE VIEW v${index} AS SELECT id, (${one.text}) AS x FROM item${number} WHERE (${one.text}) IS NOT NULL`
    const parts = partsOf(server, one, index).map((part) => ({ part, number, tried: `CREATE TEMPORARY TABLE probe (${COLUMNS}, ${part})` }))
    return [...parts, { part: view, number: undefined, tried: view.replace(/v\d+ AS/, 'probed AS').replace(/item\d+/, 'item') }]
  })
  const connection = await createConnection(url.replace(/^mariadb:/, 'mysql:'))
  try {
    await connection.query(NAMES)
    await connection.query(`CREATE TABLE item (${COLUMNS})`)
    await connection.query('CREATE TABLE offer (id int PRIMARY KEY, text longtext, taken int NOT NULL DEFAULT 0)')
    await connection.query('INSERT INTO offer (id, text) VALUES ?', [offers.map(({ tried }, id) => [id, tried])])
    await connection.query(TAKES)
    await connection.query('CALL takes()')
    const [rows] = await connection.query('SELECT id FROM offer WHERE taken')
    const ids = new Set((rows as { readonly id: number }[]).map(({ id }) => id))
    const accepted = offers.filter((_, id) => ids.has(id))
    const numbers = [...new Set(sampled.map((_, index) => Math.floor(index / PER_TABLE)))]
    const partsIn = (number: number | undefined) => accepted.filter((one) => one.number === number).map(({ part }) => part)
    const tables = numbers.map((number) => `CREATE TABLE item${number} (${[COLUMNS, ...partsIn(number)].join(',\n')})`)
    return [...tables, ...partsIn(undefined)]
  } finally {
    await connection.end()
  }
}

/** Tries each offer on the server, without a way there and back for each. */
const TAKES = `CREATE PROCEDURE takes()
BEGIN
  DECLARE at int DEFAULT 0;
  DECLARE failed int;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION, SQLWARNING SET failed = 1;
  WHILE at < (SELECT COUNT(*) FROM offer) DO
    SET failed = 0;
    SELECT text INTO @offer FROM offer WHERE id = at;
    PREPARE offered FROM @offer;
    IF failed = 0 THEN EXECUTE offered; END IF;
    IF failed = 0 THEN UPDATE offer SET taken = 1 WHERE id = at; END IF;
    DROP TEMPORARY TABLE IF EXISTS probe;
    DROP VIEW IF EXISTS probed;
    SET at = at + 1;
  END WHILE;
END`
