import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import knex from 'knex'
import { EVERYTHING as MYSQL_OBJECTS, ONLY } from '../dialects/mysql/everything.ts'
import { EVERYTHING as POSTGRES_OBJECTS } from '../dialects/postgres/everything.ts'
import { dialectOfServer } from '../support/chain.ts'
import { dumpTool, needsDumpTool } from '../support/dump-tools.ts'
import { put } from '../support/project.ts'
import { execute, onServers, type ServerName, serverUrl } from '../support/servers.ts'
import { interphase } from './cli.ts'

/** The rows that each tool leaves in its own tables when a migration fails. */
const UNFINISHED = [
  {
    tool: 'Flyway',
    entry: 'V2__b.sql',
    statements: [
      'CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), script varchar(1000) NOT NULL, success boolean NOT NULL)',
      "INSERT INTO flyway_schema_history VALUES (1, '1', 'V1__a.sql', true), (2, '2', 'V2__b.sql', false)",
    ],
  },
  {
    tool: 'Flyway',
    entry: 'V3__c.sql',
    statements: [
      'CREATE TABLE schema_version (installed_rank int PRIMARY KEY, version varchar(50), script varchar(1000) NOT NULL, success boolean NOT NULL)',
      "INSERT INTO schema_version VALUES (3, '3', 'V3__c.sql', false)",
    ],
  },
  {
    tool: 'Prisma',
    entry: '2_b',
    statements: [
      'CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, migration_name varchar(255) NOT NULL, finished_at timestamp NULL, rolled_back_at timestamp NULL)',
      "INSERT INTO _prisma_migrations VALUES ('x', '1_a', '2026-01-01 00:00:00', NULL), ('y', '2_b', NULL, NULL)",
    ],
  },
  {
    tool: 'Liquibase',
    entry: 'add-b',
    statements: [
      'CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL, exectype varchar(10) NOT NULL)',
      'CREATE TABLE databasechangeloglock (id int PRIMARY KEY, locked boolean NOT NULL)',
      "INSERT INTO databasechangelog VALUES ('add-a', 'x', 'EXECUTED'), ('add-b', 'x', 'FAILED')",
    ],
  },
  {
    tool: 'Liquibase',
    entry: 'the lock is held',
    statements: [
      'CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL, exectype varchar(10) NOT NULL)',
      'CREATE TABLE databasechangeloglock (id int PRIMARY KEY, locked boolean NOT NULL)',
      "INSERT INTO databasechangelog VALUES ('add-a', 'x', 'EXECUTED'), ('add-a', 'x', 'RERAN')",
      'INSERT INTO databasechangeloglock VALUES (1, true)',
    ],
  },
  {
    tool: 'knex',
    entry: 'the lock is held',
    statements: [
      'CREATE TABLE knex_migrations (id int PRIMARY KEY, name varchar(255), batch int, migration_time timestamp NULL)',
      'CREATE TABLE knex_migrations_lock (idx int PRIMARY KEY, is_locked int)',
      'INSERT INTO knex_migrations_lock VALUES (1, 1)',
    ],
  },
] as const

/** The ledgers that these tools write, with all their columns. */
const LEDGERS = [
  {
    tool: 'Flyway',
    tables: ['flyway_schema_history'],
    statements: [
      'CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL, version VARCHAR(50), description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT, installed_by VARCHAR(100) NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, execution_time INT NOT NULL, success BOOLEAN NOT NULL, CONSTRAINT flyway_schema_history_pk PRIMARY KEY (installed_rank))',
      'CREATE INDEX flyway_schema_history_s_idx ON flyway_schema_history (success)',
      "INSERT INTO flyway_schema_history VALUES (1, '1', 'person', 'SQL', 'V1__person.sql', 12345, 'app', CURRENT_TIMESTAMP, 5, true)",
    ],
  },
  {
    tool: 'Liquibase',
    tables: ['DATABASECHANGELOG', 'DATABASECHANGELOGLOCK'],
    statements: [
      'CREATE TABLE DATABASECHANGELOG (ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT NULL, FILENAME VARCHAR(255) NOT NULL, DATEEXECUTED TIMESTAMP NOT NULL, ORDEREXECUTED INT NOT NULL, EXECTYPE VARCHAR(10) NOT NULL, MD5SUM VARCHAR(35), DESCRIPTION VARCHAR(255), COMMENTS VARCHAR(255), TAG VARCHAR(255), LIQUIBASE VARCHAR(20), CONTEXTS VARCHAR(255), LABELS VARCHAR(255), DEPLOYMENT_ID VARCHAR(10))',
      'CREATE TABLE DATABASECHANGELOGLOCK (ID INT NOT NULL, LOCKED BOOLEAN NOT NULL, LOCKGRANTED TIMESTAMP NULL, LOCKEDBY VARCHAR(255), CONSTRAINT PK_DATABASECHANGELOGLOCK PRIMARY KEY (ID))',
      'INSERT INTO DATABASECHANGELOGLOCK (ID, LOCKED) VALUES (1, false)',
      "INSERT INTO DATABASECHANGELOG (ID, AUTHOR, FILENAME, DATEEXECUTED, ORDEREXECUTED, EXECTYPE) VALUES ('1', 'ann', 'c.xml', CURRENT_TIMESTAMP, 1, 'EXECUTED')",
    ],
  },
  {
    tool: 'Alembic',
    tables: ['alembic_version'],
    statements: [
      'CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))',
      "INSERT INTO alembic_version (version_num) VALUES ('27e647c0fad4')",
    ],
  },
] as const

const ROWS_TO_MOVE = ['CREATE TABLE person (id int PRIMARY KEY, name varchar(300) NOT NULL)', "INSERT INTO person VALUES (1, 'ann')"]

describe('interphase init --from', () => {
  let root = ''

  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'interphase-from-'))))
  afterEach(() => rmSync(root, { recursive: true }))

  const run = async (server: ServerName, url: string, ...args: readonly string[]) => interphase(root, args, await environment(server, url))
  const from = async (server: ServerName, url: string, program = '') =>
    run(server, url, 'init', '--project', 'shop', '--from', '--dump-program', program === '' ? ((await dumpTool(server)) ?? '') : program)

  /** Writes a release that replaces the column `name` of a table, and runs it through its three phases. */
  const nextReleaseRuns = async (server: ServerName, url: string, table: string) => {
    const inRelease = (suffix: string, text: string) => [`releases/01-next/010-later.${suffix}.sql`, `${text};\n`] as const
    put(
      root,
      Object.fromEntries([
        inRelease('expand', `ALTER TABLE ${table} ADD COLUMN later varchar(300) NULL`),
        inRelease('expand.undo', `ALTER TABLE ${table} DROP COLUMN later`),
        inRelease('migrate', `UPDATE ${table} SET later = name WHERE later IS NULL`),
        inRelease('migrate.pending', `SELECT count(*) FROM ${table} WHERE later IS NULL`),
        inRelease('contract', `ALTER TABLE ${table} DROP COLUMN name`),
      ]),
    )
    for (const args of [['record'], ['expand'], ['migrate'], ['contract', '--yes'], ['status', '--check']]) {
      const { code, out, err } = await run(server, url, ...args)
      expect(code, `${args.join(' ')}: ${out}${err}`).to.equal(0)
    }
    expect(await execute(url, `SELECT later FROM ${table}`)).to.deep.equal([{ later: 'ann' }])
  }

  onServers(['postgres', 'mariadb', 'mysql'], (server, database) => {
    beforeEach(async function () {
      await needsDumpTool(this, server)
    })

    if (server !== 'postgres')
      it('writes nothing without a server for shadow databases, and names the variable', async () => {
        const url = await databaseWith(database, ['CREATE TABLE t (id int PRIMARY KEY)'])
        const args = ['init', '--from', '--dump-program', (await dumpTool(server)) ?? '']
        const { code, err } = await interphase(root, args, { INTERPHASE_DATABASE_URL: url })
        expect([code, existsSync(join(root, 'interphase.config.ts'))]).to.deep.equal([2, false])
        expect(err).to.include(`INTERPHASE_SHADOW_${server.toUpperCase()}_URL`)
        expect((await from(server, url)).code).to.equal(0)
      })

    it(`takes over a database with one of everything and the ledgers of ${LEDGERS.map(({ tool }) => tool).join(', ')}, and the next release runs`, async () => {
      const url = await databaseWith(database, [...everything(server), ...ROWS_TO_MOVE, ...LEDGERS.flatMap(({ statements }) => statements)])
      const { code, out, err } = await from(server, url)
      expect(code, err).to.equal(0)
      for (const { tool, tables } of LEDGERS) {
        const names = tables.map((name) => (server === 'postgres' ? name.toLowerCase() : name))
        expect(out).to.include(`The tables of ${tool} are ignored: ${names.join(', ')}.`)
      }
      const next = 'interphase new 1.0 010-first-change'
      expect(out.match(/interphase (?:status|new .*)/g)).to.deep.equal([next])
      expect((await run(server, url, 'status')).out).to.include('To write the next release: interphase new <release> <change>')
      await nextReleaseRuns(server, url, 'person')
    })

    it('ignores the ledger of knex, whose migrations made the schema', async () => {
      const url = await database()
      await migrateWithKnex(url)
      const { code, out, err } = await from(server, url)
      expect(code, err).to.equal(0)
      expect(out).to.include('The tables of knex are ignored: knex_migrations, knex_migrations_lock.')
      expect(readFileSync(join(root, 'interphase.config.ts'), 'utf8')).to.match(/ignore: \['knex_migrations', 'knex_migrations_lock'/)
      expect(readFileSync(join(root, `releases/00-base/010-schema.expand.${dialectOfServer(server)}.sql`), 'utf8')).not.to.include('knex')
      expect((await run(server, url, 'status', '--check')).code).to.equal(0)
      expect(await execute(url, 'SELECT name FROM knex_migrations')).to.have.length(2)
    })

    it('finds a ledger in another schema, and leaves out a table that --ignore names', async () => {
      const place = server === 'postgres' ? 'drizzle.__drizzle_migrations' : '__drizzle_migrations'
      const url = await databaseWith(database, [
        ...(server === 'postgres' ? ['CREATE SCHEMA drizzle'] : []),
        `CREATE TABLE ${place} (id int PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
        'CREATE TABLE my_migrations (name varchar(255) PRIMARY KEY)',
        'CREATE TABLE item (id int PRIMARY KEY)',
      ])
      const args = ['init', '--project', 'shop', '--from', '--dump-program', (await dumpTool(server)) ?? '', '--ignore']
      const unknown = await run(server, url, ...args, 'mine')
      expect([unknown.code, unknown.err]).to.satisfy(([code, err]: [number, string]) => code === 2 && err.includes('--ignore mine'))
      const { code, out, err } = await run(server, url, ...args, 'my_migrations')
      expect(code, err).to.equal(0)
      expect(out).to.include(`The tables of Drizzle are ignored: ${place}.`)
      const dump = readFileSync(join(root, `releases/00-base/010-schema.expand.${dialectOfServer(server)}.sql`), 'utf8')
      expect(dump)
        .to.match(/CREATE TABLE \S*item/)
        .and.not.match(/migrations/)
      expect((await run(server, url, 'status', '--check')).code).to.equal(0)
    })

    it('writes nothing for an empty database, also if it has the ledger of another tool', async () => {
      const ledger = 'CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)'
      for (const url of [await database(), await databaseWith(database, [ledger])]) {
        const { code, err } = await from(server, url)
        expect(code).to.equal(7)
        expect(err).to.include('is empty, so it has no schema').and.include('(init.empty)')
        expect(existsSync(join(root, 'interphase.config.ts'))).to.equal(false)
        expect(existsSync(join(root, 'releases'))).to.equal(false)
      }
    })

    it('takes over a database whose ledger names a migration twice', async () => {
      const url = await databaseWith(database, [
        'CREATE TABLE item (id int PRIMARY KEY)',
        'CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), script varchar(1000) NOT NULL, success boolean NOT NULL)',
        "INSERT INTO flyway_schema_history VALUES (1, '1', 'V1__a.sql', true), (2, '1', 'V1__a.sql', true)",
        // A migration of Prisma that failed, was rolled back, and ran again.
        'CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, migration_name varchar(255) NOT NULL, finished_at timestamp NULL, rolled_back_at timestamp NULL)',
        "INSERT INTO _prisma_migrations VALUES ('x', '1_a', NULL, '2026-01-01 00:00:00'), ('y', '1_a', '2026-01-02 00:00:00', NULL)",
      ])
      const { code, out, err } = await from(server, url)
      expect(code, err).to.equal(0)
      expect(out).to.include('The tables of Flyway are ignored').and.include('The tables of Prisma are ignored')
      expect((await run(server, url, 'status', '--check')).code).to.equal(0)
    })

    for (const { tool, statements, entry } of UNFINISHED)
      it(`refuses a database in which ${tool} has a migration that did not finish: ${entry}`, async () => {
        const url = await databaseWith(database, statements)
        const { code, err } = await from(server, url)
        expect(code).to.equal(7)
        expect(err).to.include(`migrations of ${tool} (table `).and.include(entry)
        expect(existsSync(join(root, 'interphase.config.ts'))).to.equal(false)
      })

    it('writes nothing when the program fails or is not there', async () => {
      const url = await databaseWith(database, ['CREATE TABLE item (id int PRIMARY KEY)'])
      const missing = await from(server, url, '/nowhere/dump')
      expect(missing.err).to.include('the program /nowhere/dump was not found').and.include('(dump.no-program)')
      writeFileSync(join(root, 'failing'), '#!/bin/sh\necho "the dump failed" >&2\nexit 3\n', { mode: 0o755 })
      const failed = await from(server, url, join(root, 'failing'))
      expect(failed.code).to.equal(1)
      expect(failed.err).to.include('failing ended with an error: the dump failed')
      expect(existsSync(join(root, 'releases'))).to.equal(false)
      expect(existsSync(join(root, 'interphase.config.ts'))).to.equal(false)
    })
  })
})

async function environment(server: ServerName, url: string): Promise<Record<string, string>> {
  const shadow = `INTERPHASE_SHADOW_${dialectOfServer(server).toUpperCase()}_URL`
  return { INTERPHASE_DATABASE_URL: url, [shadow]: (await serverUrl(server)) ?? '' }
}

async function databaseWith(database: () => Promise<string>, statements: readonly string[]): Promise<string> {
  const url = await database()
  await execute(url, ...statements)
  return url
}

function everything(server: ServerName): readonly string[] {
  if (server === 'postgres') return [POSTGRES_OBJECTS]
  // A dump makes views in the order of their names, and over a placeholder no view with a check option can stand.
  const objects = MYSQL_OBJECTS.filter((statement) => !statement.includes('interphase_')).map((statement) =>
    statement.replace(' WITH LOCAL CHECK OPTION', ''),
  )
  return [...objects, ...(server === 'mariadb' ? ONLY.mariadb : ONLY.mysql)]
}

/** The history of the project, as knex itself runs it. */
async function migrateWithKnex(url: string): Promise<void> {
  const client = url.startsWith('postgres') ? 'pg' : 'mysql2'
  const db = knex({ client, connection: url.replace(/^mariadb:/, 'mysql:') })
  const migrations: Readonly<Record<string, (on: ReturnType<typeof knex>) => Promise<unknown>>> = {
    '001_item.js': ({ schema }) => schema.createTable('item', (table) => table.increments('id')),
    '002_name.js': ({ schema }) => schema.alterTable('item', (table) => table.string('name').notNullable().defaultTo('').index()),
  }
  const migrationSource = {
    getMigrations: () => Promise.resolve(Object.keys(migrations)),
    getMigrationName: (name: string) => name,
    getMigration: (name: string) => Promise.resolve({ up: migrations[name] ?? nothing, down: nothing }),
  }
  try {
    await db.migrate.latest({ migrationSource })
  } finally {
    await db.destroy()
  }
}

const nothing = () => Promise.resolve()
