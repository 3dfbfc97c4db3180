import { isUtf8 } from 'node:buffer'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { splitMysqlStatements } from '../../src/dialects/mysql/text/split.ts'
import type { ErrorCode } from '../../src/error.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOn, dialectOfServer, type Files } from '../support/chain.ts'
import { dumpOf, dumpTool, withoutDumpTool } from '../support/dump-tools.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, type ServerName } from '../support/servers.ts'

const DUMPS = join(import.meta.dirname, 'dumps')

/** A release after the base that changes a table of it in all three phases. */
const NEXT: Files = {
  '01-next/010-colour.expand.sql': 'ALTER TABLE tree ADD COLUMN colour varchar(20);',
  '01-next/010-colour.migrate.sql': "UPDATE tree SET colour = 'red' WHERE colour IS NULL;",
  '01-next/010-colour.migrate.pending.sql': 'SELECT count(*) FROM tree WHERE colour IS NULL',
  '01-next/010-colour.contract.postgres.sql':
    '-- interphase: despite scan because it is small\nALTER TABLE tree ALTER COLUMN colour SET NOT NULL;',
  '01-next/010-colour.contract.mysql.sql': `-- interphase: despite scan because it is small
-- interphase: despite rewrite because it is small
ALTER TABLE tree MODIFY colour varchar(20) NOT NULL;`,
}

describe('a dump as the base', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system'], (server, database) => {
    const { original, dump } = originals(server, database, load)

    for (const options of [
      [],
      ['--schema-only', '--no-owner', '--no-privileges'],
      ['--inserts', '--quote-all-identifiers'],
      ['--clean', '--if-exists'],
    ]) {
      it(`by pg_dump ${options.join(' ')}`, async function () {
        const base = await dump(this, options)
        await serves(server, base, await original(), options.length === 0 ? NEXT : {}, !options.includes('--schema-only'))
      })
    }

    // The other server is as new as the newest pg_dump.
    if (server === 'postgres-system')
      it('by a newer pg_dump than the server', async function () {
        const newest = (await dumpTool('postgres')) ?? withoutDumpTool(this, server)
        const source = await original()
        const base = (await dumpOf(newest, source, ['--inserts'])).toString()
        expect(base).to.include('SET transaction_timeout = 0').and.include('\\restrict')
        await serves(server, base, source, NEXT, true)
      })

    for (const { options, needs } of [
      { options: ['--clean'], needs: /with --if-exists beside --clean/ },
      { options: ['--data-only'], needs: /without --data-only/ },
      { options: ['--section=post-data'], needs: /without --data-only and --section/ },
    ]) {
      it(`by pg_dump ${options.join(' ')} is refused with the option that helps`, async function () {
        await refused(server, await dump(this, options), 'record.failed', needs)
      })
    }

    it('that goes to a database of its own is refused with the option that leaves this out', async function () {
      await refused(server, await dump(this, ['--create']), 'sql.syntax', /\\connect.*dump without -C/s)
    })

    it('whose rows do not follow is refused with the options that leave them out', async function () {
      const base = (await dump(this, [])).replaceAll(/^\\\.$/gm, '')
      await refused(server, base, 'sql.syntax', /--inserts or --schema-only/)
    })
  })

  onServers(['mysql', 'mariadb'], (server, database) => {
    const { original, dump } = originals(server, database, load)
    // MySQL's tool adds what only a replica of the same server may run.
    const always = ['--routines', '--events', ...(server === 'mysql' ? ['--set-gtid-purged=OFF'] : [])]

    for (const options of [
      [],
      ['--no-data'],
      ['--single-transaction', '--skip-extended-insert'],
      ['--no-autocommit', '--hex-blob'],
      ['--skip-add-locks'],
    ]) {
      it(`by ${server === 'mysql' ? 'mysqldump' : 'mariadb-dump'} ${options.join(' ')}`, async function () {
        const base = await dump(this, [...always, ...options])
        await serves(server, base, await original(), options.length === 0 ? NEXT : {}, !options.includes('--no-data'))
      })
    }

    for (const { options, needs } of [
      { options: ['--compact'], needs: /without --compact/ },
      { options: ['--no-create-info', '--skip-triggers'], needs: /without --no-create-info/ },
      ...(server === 'mysql' ? [{ options: ['--compatible=ansi'], needs: /without --compatible=ansi/ }] : []),
    ]) {
      it(`by ${server === 'mysql' ? 'mysqldump' : 'mariadb-dump'} ${options.join(' ')} is refused with the option that helps`, async function () {
        const tool = (await dumpTool(server)) ?? withoutDumpTool(this, server)
        const url = await database()
        await execute(
          url,
          'CREATE TABLE b (id int PRIMARY KEY)',
          'CREATE TABLE a (id int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES b (id))',
          'INSERT INTO b (id) VALUES (1)',
          'CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = 1',
        )
        await refused(server, (await dumpOf(tool, url, [...always, ...options])).toString(), 'record.failed', needs)
      })
    }

    for (const collation of ['utf8mb4_unicode_ci', 'latin1_swedish_ci']) {
      it(`of a database whose default is ${collation}`, async function () {
        const tool = (await dumpTool(server)) ?? withoutDumpTool(this, server)
        const source = await database()
        await execute(source, `ALTER DATABASE CHARACTER SET ${collation.split('_')[0]} COLLATE ${collation}`)
        await load(source, readFileSync(join(DUMPS, 'mysql.sql'), 'utf8'))
        await execute(source, 'CREATE TABLE plain (id int PRIMARY KEY, word varchar(20))', "INSERT INTO plain VALUES (1, 'oak')")
        await serves(server, (await dumpOf(tool, source, always)).toString(), source, NEXT, true)
      })
    }

    it('that is interrupted is continued, with what it had set and without its locks', async function () {
      const chain = await chainOn(server, { '00-base/010-base.expand.sql': await dump(this, always) })
      await chain.record()
      for (const statement of [5, 17, 40]) {
        const url = await database()
        const crash = async (point: string, _: string, index?: number) => {
          if (point === 'after cursor' && index === statement) throw new Error('interrupted')
        }
        const cut = await (await chain.open({ databaseUrl: url, crash })).upgrade().catch((error: unknown) => error)
        expect(cut).to.include({ message: 'interrupted' })
        const engine = await chain.open({ databaseUrl: url })
        await engine.upgrade()
        expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
      }
    })

    it('by phpMyAdmin', async () => {
      const base = readFileSync(join(DUMPS, 'phpmyadmin.sql'), 'utf8')
      const restored = await database()
      await load(restored, base)
      await serves(server, base, restored, NEXT, true)
    })

    it('that makes its own database is refused with the option that leaves this out', async function () {
      await refused(server, await dump(this, [...always, '--databases']), 'statement.refused', /without --databases and --all-databases/)
    })

    it('without the routines that its views call names the option that adds them', async function () {
      const without = always.filter((option) => option !== '--routines')
      await refused(server, await dump(this, without), 'record.lacks', /label_of.*--routines/s)
    })

    it('with bytes that are no text is refused with the option that writes them as text', async function () {
      const tool = (await dumpTool(server)) ?? withoutDumpTool(this, server)
      const url = await database()
      await execute(url, 'CREATE TABLE a (id int PRIMARY KEY, bin varbinary(9))', "INSERT INTO a VALUES (1, x'ff00')")
      const chain = await chainOn(server, { '00-base/010-base.expand.sql': '-- to be written' })
      const base = join(chain.root, 'releases/00-base/010-base.expand.sql')
      const options = always.filter((option) => option.startsWith('--set'))
      writeFileSync(base, await dumpOf(tool, url, options))
      expect((await rejected(chain.record(), 'release.unreadable')).message).to.include('--hex-blob')
      writeFileSync(base, await dumpOf(tool, url, [...options, '--hex-blob']))
      await chain.record()
      await chain.up()
      expect(await rowsIn(chain.url, chain)).to.deep.equal(await rowsIn(url, chain))
    })

    if (server === 'mysql') {
      it('of a server with GTIDs is refused with the option that leaves them out', async function () {
        const gtids =
          "SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;\nSET @@SESSION.SQL_LOG_BIN= 0;\nSET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '';\n"
        await refused(server, gtids + (await dump(this, always)), 'statement.refused', /--set-gtid-purged=OFF/)
      })
    }
  })

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('with the tables of the ledger is refused with the option that leaves them out', async () => {
      const base = 'DROP TABLE IF EXISTS interphase_migration; CREATE TABLE a (id int);'
      await refused(server, base, 'statement.refused', server === 'postgres' ? /--exclude-table='interphase_\*'/ : /--ignore-table/)
    })
  })
})

type Load = (url: string, text: string) => Promise<void>

/** One original for all forms of a server: adopting writes nothing but the ledger, which is taken out of it again. */
function originals(server: ServerName, database: () => Promise<string>, fill: Load) {
  const text = readFileSync(join(DUMPS, `${dialectOfServer(server) === 'postgres' ? 'postgres' : 'mysql'}.sql`), 'utf8')
  const original = async () => {
    const url = await database()
    await fill(url, text)
    return url
  }
  let source: Promise<string> | undefined
  const dump = async (test: Mocha.Context, options: readonly string[]) => {
    const tool = await dumpTool(server)
    if (tool === undefined) return withoutDumpTool(test, server)
    const bytes = await dumpOf(tool, await (source ??= original()), options)
    expect(isUtf8(bytes)).to.equal(true)
    return bytes.toString()
  }
  return { original, dump }
}

async function load(url: string, text: string): Promise<void> {
  if (url.startsWith('postgres')) await execute(url, text)
  else await execute(url, ...splitMysqlStatements({ file: '', text }).map((statement) => statement.text))
}

/** Records it, runs it on an empty database, adopts the original, and brings both through the release after it. */
async function serves(server: ServerName, base: string, original: string, next: Files, hasRows: boolean): Promise<void> {
  const chain = await chainOn(server, { '00-base/010-base.expand.sql': base, ...next })
  await chain.record()
  await chain.up()
  expect((await chain.status()).exitCode).to.equal(0)
  const adopted = await chain.open({ databaseUrl: original })
  expect((await adopted.adopt()).through).to.equal('00-base/010-base.expand')
  await adopted.upgrade({ confirmed: true })
  expect((await adopted.status({ compareSchema: true })).exitCode).to.equal(0)
  if (hasRows) expect(await rowsIn(chain.url, chain)).to.deep.equal(await rowsIn(original, chain))
}

async function refused(server: ServerName, base: string, code: ErrorCode, says: RegExp): Promise<void> {
  const chain = await chainOn(server, { '00-base/010-base.expand.sql': base })
  const error = await rejected(chain.record(), code)
  expect(error.message).to.match(says)
  expect(error.message).to.match(/010-base\.expand\.sql:\d+/)
}

/** The rows of every table but the ledger's, as text in no order. */
async function rowsIn(url: string, { dialect }: ChainOnServer): Promise<Readonly<Record<string, unknown>>> {
  const mine = dialect === 'postgres' ? "NOT IN ('pg_catalog', 'information_schema')" : '= database()'
  const tables = await execute(
    url,
    `SELECT table_schema AS s, table_name AS t FROM information_schema.tables
    WHERE table_schema ${mine} AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'interphase%' ORDER BY 1, 2`,
  )
  const found: Record<string, unknown> = {}
  for (const { s, t } of tables) {
    const table = dialect === 'postgres' ? `"${String(s)}"."${String(t)}"` : `\`${String(t)}\``
    const rows = await execute(url, `SELECT * FROM ${table}`)
    found[String(t)] = rows.map((row) => JSON.stringify(row)).toSorted()
  }
  return found
}
