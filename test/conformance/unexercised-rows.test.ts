import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOverFirst, type Files } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const POSTGRES = ['postgres'] as const
const MYSQL = ['mariadb', 'mysql'] as const
const ALL = [...POSTGRES, ...MYSQL] as const

const BASE: Files = {
  'r1/010-base.expand.postgres.sql': `
CREATE TABLE item (id int PRIMARY KEY, n int);
CREATE TABLE gone (id int PRIMARY KEY);
CREATE FUNCTION clear(i int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM gone; RETURN i; END $$;
CREATE PROCEDURE sweep() LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT FROM item) THEN DELETE FROM gone; END IF; END $$;`,
  'r1/010-base.expand.mysql.sql': `
CREATE TABLE item (id int PRIMARY KEY, n int);
CREATE TABLE gone (id int PRIMARY KEY);
DELIMITER //
CREATE FUNCTION clear(i int) RETURNS int DETERMINISTIC BEGIN DELETE FROM gone; RETURN i; END//
CREATE PROCEDURE sweep() BEGIN IF EXISTS (SELECT 1 FROM item) THEN DELETE FROM gone; END IF; END//
DELIMITER ;`,
}

function branch(statements: string): string {
  return `DELIMITER //
CREATE PROCEDURE own() BEGIN IF EXISTS (SELECT 1 FROM item) THEN ${statements} END IF; END//
DELIMITER ;
CALL own();
DROP PROCEDURE own;`
}

/** Files of an expand that writes no row where the tables are empty, and deletes rows where they are not. */
const WRITING: readonly (readonly [what: string, on: readonly ServerName[], file: string])[] = [
  ['a routine in a query', ALL, 'SELECT clear(id) FROM item;'],
  ['a procedure with a branch', ALL, 'CALL sweep();'],
  ['a procedure of the file itself', MYSQL, branch('DELETE FROM gone;')],
  ['a loop in a block', POSTGRES, 'DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM item LOOP DELETE FROM gone; END LOOP; END $$;'],
  [
    'a built statement',
    POSTGRES,
    "DO $$ BEGIN IF EXISTS (SELECT FROM item) THEN EXECUTE format('DELETE FROM %I', 'gone'); END IF; END $$;",
  ],
  [
    'a built statement whose verb is in a variable',
    POSTGRES,
    "DO $$ DECLARE verb text := 'DELETE'; BEGIN IF EXISTS (SELECT FROM item) THEN EXECUTE format('%s FROM gone', verb); END IF; END $$;",
  ],
  [
    'a built statement that is in a variable',
    POSTGRES,
    "DO $$ DECLARE said text; BEGIN SELECT 'DEL' || 'ETE FROM gone' INTO said FROM item; IF said IS NOT NULL THEN EXECUTE said; END IF; END $$;",
  ],
  [
    'a built statement in a WITH',
    POSTGRES,
    "DO $$ BEGIN IF EXISTS (SELECT FROM item) THEN EXECUTE 'WITH d AS (' || lower('DELETE FROM gone') || ') SELECT 1'; END IF; END $$;",
  ],
  ['a prepared statement in a procedure', MYSQL, branch("PREPARE p FROM 'DELETE FROM gone'; EXECUTE p;")],
  ['an alteration in a procedure', MYSQL, branch('ALTER TABLE gone MODIFY id tinyint;')],
  ['a renaming in a procedure', MYSQL, branch('RENAME TABLE gone TO old; CREATE TABLE gone LIKE old;')],
  [
    'a loop in a block',
    ['mariadb'],
    'DELIMITER //\nBEGIN NOT ATOMIC FOR r IN (SELECT id FROM item) DO DELETE FROM gone WHERE id = r.id; END FOR; END//\nDELIMITER ;',
  ],
]

const QUIET: readonly (readonly [what: string, on: readonly ServerName[], file: string])[] = [
  ['creates a routine', POSTGRES, "CREATE FUNCTION own() RETURNS void LANGUAGE sql AS 'DELETE FROM gone';"],
  ['creates a routine', MYSQL, 'CREATE PROCEDURE own() DELETE FROM gone;'],
  ['fills its own table', POSTGRES, 'CREATE TABLE own (id int); DO $$ BEGIN INSERT INTO own VALUES (1); END $$;'],
  [
    'builds statements about objects',
    POSTGRES,
    "DO $$ DECLARE made text := 'COMMENT ON TABLE ' || 'gone'; BEGIN EXECUTE made || ' IS NULL'; EXECUTE format('%s TABLE item ADD COLUMN m int', 'ALTER'); END $$;",
  ],
  ['only reads in a block', POSTGRES, "DO $$ BEGIN IF EXISTS (SELECT FROM gone) THEN RAISE NOTICE 'delete from gone'; END IF; END $$;"],
]

const LOOP = `module.exports = { up: async (q) => {
  const [rows] = await q.sequelize.query('SELECT id FROM item');
  for (const { id } of rows) await q.sequelize.query('DELETE FROM gone WHERE id = ' + id);
} };`

/** The statements with which a function deletes rows, in every form that hides the DELETE from a reader of their first word. */
const WAYS: readonly (readonly [on: readonly ServerName[], ...sent: string[]])[] = [
  [ALL, 'CALL sweep()'],
  [ALL, 'SELECT clear(1)'],
  [ALL, 'SELECT 1 FROM item WHERE clear(id) = 1'],
  [POSTGRES, 'PREPARE p AS DELETE FROM gone', 'EXECUTE p'],
  [POSTGRES, 'DO $$ BEGIN DELETE FROM gone; END $$'],
  [POSTGRES, "DO $$ DECLARE verb text := 'DELETE'; BEGIN EXECUTE verb || ' FROM gone'; END $$"],
  [POSTGRES, "CREATE FUNCTION own() RETURNS void LANGUAGE sql AS 'DELETE FROM gone'", 'SELECT own()'],
  [MYSQL, 'SET @x = clear(1)'],
  [MYSQL, 'DO clear(1)'],
  [MYSQL, "PREPARE p FROM 'DELETE FROM gone'", 'EXECUTE p'],
  [MYSQL, 'TRUNCATE gone'],
  [MYSQL, 'DROP TABLE gone', 'CREATE TABLE gone (id int PRIMARY KEY)'],
  [MYSQL, 'ALTER TABLE gone DROP COLUMN id, ADD COLUMN id int'],
  [MYSQL, 'RENAME TABLE gone TO gone2', 'CREATE TABLE gone LIKE gone2'],
  [['mysql'], 'EXPLAIN ANALYZE SELECT clear(1)'],
  [['mariadb'], "EXECUTE IMMEDIATE 'DELETE FROM gone'"],
  [['mariadb'], 'BEGIN NOT ATOMIC DELETE FROM gone; END'],
  [['mariadb'], 'SET STATEMENT max_statement_time = 10 FOR DELETE FROM gone'],
  [['mariadb'], 'ANALYZE DELETE FROM gone'],
]

const DESPITE = ' interphase: despite veiled because a test needs it\n'

/** The statements with which a function drops or changes a table outside a transaction, where no rollback undoes them. */
const LASTING: readonly (readonly string[])[] = [
  ['DROP TABLE gone'],
  ['DROP TABLE IF EXISTS public.gone'],
  ['ALTER TABLE gone RENAME TO gone2'],
  ['ALTER TABLE gone RENAME id TO id2'],
  ['ALTER TABLE gone DROP COLUMN IF EXISTS id'],
  ['ALTER TABLE gone ALTER id TYPE bigint'],
  ['ALTER TABLE gone ADD more int'],
  ['SELECT toss()'],
  ['CALL discard()'],
  ['DO $$ BEGIN DROP TABLE gone; COMMIT; END $$'],
  ["DO $$ BEGIN EXECUTE format('DROP TABLE %I', 'gone'); END $$"],
  ['CREATE OR REPLACE FUNCTION own() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE gone; END $$', 'SELECT own()'],
]

/** Statements that change nothing there, or that a function takes back itself. */
const PASSING: readonly string[] = [
  'DROP TABLE IF EXISTS missing',
  'ALTER TABLE gone DROP COLUMN IF EXISTS missing',
  'ALTER TABLE gone ADD COLUMN IF NOT EXISTS id int',
  'ALTER TABLE gone DISABLE TRIGGER ALL',
  'ALTER TABLE gone ENABLE TRIGGER ALL',
  'ALTER TABLE gone ADD CONSTRAINT positive CHECK (id > 0)',
  'ALTER TABLE gone DROP CONSTRAINT positive',
  'CREATE TEMP TABLE mine (id int)',
  'DROP TABLE mine',
]

/** A function that goes the way whose number the rows name, and none if there are no rows. */
function oneWay(ways: readonly (readonly string[])[]): string {
  return `const ways = ${JSON.stringify(ways)};
module.exports = { up: async (q) => {
  const [rows] = await q.sequelize.query('SELECT n FROM item');
  for (const { n } of rows) for (const statement of ways[n]) await q.sequelize.query(statement);
} };`
}

describe('rows that a migration writes only where the database has rows', () => {
  after(removeProjects)

  onServers(ALL, (server) => {
    for (const [what, , file] of WRITING.filter(([, names]) => names.includes(server))) {
      it(`count for ${what}`, async () => {
        const { findings, chain } = await checked(server, { 'r2/010-it.expand.sql': file })
        const refused = findings.filter(({ code }) => code === 'policy.refuses').map(({ facts }) => facts['effect'])
        expect(refused).to.include.oneOf(['writes-rows', 'removes'])
        await rejected(chain.up(), 'release.refused')
      })
    }

    for (const [what, , file] of QUIET.filter(([, names]) => names.includes(server))) {
      it(`do not count for a migration that ${what}`, async () => {
        const { findings } = await checked(server, { 'r2/010-it.expand.sql': file })
        expect(findings.filter(({ facts }) => facts['effect'] === 'writes-rows')).to.deep.equal([])
      })
    }

    it('are refused for a function before they are written', async () => {
      const { chain } = await checked(server, { 'r2/010-it.expand.js': LOOP })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1, 1)', 'INSERT INTO gone VALUES (1)')
      const { facts } = await rejected(chain.up(), 'statement.rows')
      expect(facts).to.include({ file: 'releases/r2/010-it.expand.js', line: 3, migration: 'r2/010-it.expand' })
      expect(await chain.sql('SELECT id FROM gone')).to.deep.equal([{ id: 1 }])
    })

    it('are refused for a function by every way in which a statement can write them', async () => {
      const ways = WAYS.filter(([on]) => on.includes(server)).map(([, ...sent]) => sent)
      const { chain } = await checked(server, { 'r2/010-it.expand.js': oneWay(ways) })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1, 0)', 'INSERT INTO gone VALUES (1)')
      for (const way of ways.keys()) {
        await chain.sql(`UPDATE item SET n = ${way}`)
        const redefines = /^(?:DROP|ALTER|RENAME)/.test(ways[way]?.[0] ?? '')
        const { facts } = await rejected(chain.up(), redefines ? 'statement.unrecorded' : 'statement.rows')
        expect(facts, String(ways[way])).to.include({ migration: 'r2/010-it.expand' })
        expect(await chain.sql('SELECT id FROM gone'), String(ways[way])).to.deep.equal([{ id: 1 }])
      }
    })

    it('leave a function unfinished that has changed the schema before', async () => {
      const altering = LOOP.replace('for (', "await q.sequelize.query('ALTER TABLE item ADD COLUMN z int');\n  for (")
      const { chain } = await checked(server, { 'r2/010-it.expand.js': altering })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1, 1)', 'INSERT INTO gone VALUES (1)')
      const { facts } = await rejected(chain.up(), 'statement.rows')
      const sent = ['SELECT id FROM item', 'ALTER TABLE item ADD COLUMN z int']
      expect(facts['committed']).to.deep.equal(MYSQL.some((name) => name === server) ? sent : [])
      // PostgreSQL has rolled the column back; the other servers have committed it, and the rest of the function never ran.
      await rejected(chain.up(), MYSQL.some((name) => name === server) ? 'ledger.unfinished' : 'statement.rows')
      expect(await chain.sql('SELECT id FROM gone')).to.deep.equal([{ id: 1 }])
    })

    it('are written by a function that declares them', async () => {
      const despite = '// interphase: despite writes-rows because the rows are of no use\n'
      const { chain } = await checked(server, { 'r2/010-it.expand.js': `${despite}${LOOP}` })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1, 1)', 'INSERT INTO gone VALUES (1)')
      await chain.up()
      expect(await chain.sql('SELECT id FROM gone')).to.deep.equal([])
    })
  })
})

describe('tables that a migration changes outside a transaction only where the database has rows', () => {
  const routines = `
CREATE FUNCTION toss() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE gone; END $$;
CREATE PROCEDURE discard() LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT FROM item) THEN DROP TABLE gone; COMMIT; END IF; END $$;
CREATE FUNCTION sweep_all() RETURNS void LANGUAGE plpgsql AS $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY(SELECT tablename::text FROM pg_tables WHERE tablename = 'gone' AND EXISTS (SELECT FROM item)) LOOP
    EXECUTE 'DROP TABLE ' || quote_ident(t);
  END LOOP;
END $$;`
  const base = { 'r1/020-routines.expand.postgres.sql': routines }

  after(removeProjects)

  it('are refused for a function before they are changed', async () => {
    const head = `// interphase: transaction off\n//${DESPITE}`
    const { chain } = await checked('postgres', {
      ...base,
      'r2/010-passing.contract.js': head + oneWay([PASSING]).replace('ways[n]', 'ways[0]'),
      'r2/020-it.contract.js': head + oneWay(LASTING),
    })
    await chain.up({ to: 'r1' })
    await chain.sql('INSERT INTO item VALUES (1, 0)', 'INSERT INTO gone VALUES (1)')
    for (const [way, sent] of LASTING.entries()) {
      await chain.sql(`UPDATE item SET n = ${way}`)
      const { facts } = await rejected(chain.up(), 'statement.unrecorded')
      expect(facts, String(sent)).to.deep.include({ migration: 'r2/020-it.contract', objects: ['table gone'] })
      expect(await chain.sql('SELECT id FROM gone'), String(sent)).to.deep.equal([{ id: 1 }])
    }
    expect(chain.events.filter(({ type }) => type === 'migration-done')).to.have.lengthOf(3)
  })

  it('are refused for a procedure that a file calls', async () => {
    const code = `-- interphase: transaction off\n--${DESPITE}CALL discard();`
    const { chain } = await checked('postgres', { ...base, 'r2/010-it.contract.sql': code })
    await chain.up({ to: 'r1' })
    await chain.sql('INSERT INTO item VALUES (1, 0)', 'INSERT INTO gone VALUES (1)')
    await rejected(chain.up(), 'statement.unrecorded')
    expect(await chain.sql('SELECT id FROM gone')).to.deep.equal([{ id: 1 }])
  })

  it('are refused by record if a routine can drop any table', async () => {
    const code = '-- interphase: transaction off\nSELECT sweep_all();'
    await rejected(checked('postgres', { ...base, 'r2/010-it.contract.sql': code }), 'statement.veiled')
  })
})

/** Files of a contract that leaves `gone` alone where `item` is empty, and changes it where `item` has rows. */
const BRANCHES: readonly (readonly [what: string, on: readonly ServerName[], file: string, object: string])[] = [
  ['a procedure that drops a view', MYSQL, branch('DROP VIEW IF EXISTS seen;'), 'view seen'],
  ['a procedure that replaces a view', MYSQL, branch('CREATE OR REPLACE VIEW seen AS SELECT 1 AS id;'), 'view seen'],
  ['a block', ['mariadb'], 'DELIMITER //\nIF EXISTS (SELECT 1 FROM item) THEN DROP VIEW seen; END IF//', 'view seen'],
  ...[`DROP TABLE gone`, 'ALTER TABLE gone DROP COLUMN id, ADD COLUMN id2 int', 'RENAME TABLE gone TO gone2'].map(
    (sent): readonly [string, readonly ServerName[], string, string] => [
      `the prepared statement ${sent}`,
      MYSQL,
      `SET @sent = (SELECT IF(count(*) > 0, '${sent}', 'DO 1') FROM item);\nPREPARE p FROM @sent;\nEXECUTE p;`,
      'table gone',
    ],
  ),
]

describe('objects that a file changes only where the database has rows', () => {
  const view = { 'r1/020-view.expand.sql': 'CREATE VIEW seen AS SELECT id FROM gone;' }

  after(removeProjects)

  onServers(MYSQL, (server) => {
    for (const [what, , file, object] of BRANCHES.filter(([, names]) => names.includes(server))) {
      it(`are refused before the change of ${what}`, async () => {
        const { chain } = await checked(server, { ...view, 'r2/010-it.contract.sql': file })
        await chain.up({ to: 'r1' })
        await chain.sql('INSERT INTO item VALUES (1, 0)', 'INSERT INTO gone VALUES (1)')
        const { facts } = await rejected(chain.up(), 'statement.unrecorded')
        expect(facts).to.deep.include({ migration: 'r2/010-it.contract', objects: [object] })
        expect(await chain.sql('SELECT id FROM seen')).to.deep.equal([{ id: 1 }])
      })
    }

    it('are changed if the shadow executes the statement too', async () => {
      const file = "SET @sent = IF(true, 'ALTER TABLE gone MODIFY id int', 'DO 1');\nPREPARE p FROM @sent;\nEXECUTE p;"
      const { chain } = await checked(server, {
        ...view,
        'r2/010-it.contract.sql': file,
        'r2/020-it.contract.sql': branch('CREATE TABLE new (id int);'),
      })
      await chain.up()
    })

    it('do not include those in a routine that a function only creates', async () => {
      const code =
        "module.exports = { up: async (q) => { await q.sequelize.query('DROP PROCEDURE IF EXISTS own'); await q.sequelize.query('CREATE PROCEDURE own() BEGIN ALTER TABLE gone DROP COLUMN id; DROP VIEW seen; END') } };"
      const { chain } = await checked(server, { ...view, 'r2/010-it.expand.js': `//${DESPITE}${code}` })
      await chain.up()
    })

    it('include the rows of a prepared statement', async () => {
      const file = "SET @sent = (SELECT IF(count(*) > 0, 'DELETE FROM gone', 'DO 1') FROM item);\nPREPARE p FROM @sent;\nEXECUTE p;"
      const { chain } = await checked(server, { 'r2/010-it.expand.sql': file })
      await chain.up({ to: 'r1' })
      await chain.sql('INSERT INTO item VALUES (1, 0)', 'INSERT INTO gone VALUES (1)')
      await rejected(chain.up(), 'statement.rows')
      expect(await chain.sql('SELECT id FROM gone')).to.deep.equal([{ id: 1 }])
    })
  })
})

async function checked(server: ServerName, files: Files) {
  const chain = await chainOverFirst(server, { ...BASE, ...files })
  await chain.record()
  return { chain, findings: (await (await chain.open()).check()).findings }
}
