import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { LOADER, moduleFile } from '../support/built.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onServers, type ServerName } from '../support/servers.ts'

/** A chain whose end has every kind of object that decides how rows are loaded. */
function files(server: ServerName): Readonly<Record<string, string>> {
  const isPostgres = server === 'postgres'
  const id = isPostgres ? 'id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY' : 'id int NOT NULL AUTO_INCREMENT PRIMARY KEY'
  const binary = isPostgres ? 'bytea' : 'varbinary(20)'
  const bytes = isPostgres ? String.raw`'\x00ff27'` : "x'00ff27'"
  const trigger = isPostgres
    ? 'CREATE FUNCTION note_kind() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit (what) VALUES (NEW.name); RETURN NEW; END $$;\n' +
      'CREATE TRIGGER noted AFTER INSERT ON kind FOR EACH ROW EXECUTE FUNCTION note_kind();'
    : 'CREATE TRIGGER noted AFTER INSERT ON kind FOR EACH ROW INSERT INTO audit (what) VALUES (NEW.name);'
  return {
    '1-base/010-kind.expand.sql': `-- interphase: effect adds because only new tables get the trigger
CREATE TABLE audit (${id}, what varchar(50) NOT NULL);
CREATE TABLE kind (${id}, name varchar(50) NOT NULL, parent_id int NULL, mark ${binary} NULL, CONSTRAINT kind_name UNIQUE (name), CONSTRAINT kind_parent FOREIGN KEY (parent_id) REFERENCES kind (id));
CREATE TABLE item (${id}, kind_id int NOT NULL, label varchar(50) NULL, old varchar(10) NULL, CONSTRAINT item_kind FOREIGN KEY (kind_id) REFERENCES kind (id) ON DELETE CASCADE);
CREATE INDEX item_label ON item (label);
CREATE VIEW named AS SELECT id, name FROM kind;
${trigger}`,
    '1-base/020-kinds.migrate.sql': `INSERT INTO kind (name, parent_id, mark) VALUES ('it''s; \\\\ ü', NULL, ${bytes});
INSERT INTO kind (name, parent_id) VALUES ('child', 1);
UPDATE kind SET parent_id = 2 WHERE id = 1;`,
    '2-more/010-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
    ...(isPostgres && { '2-more/020-read.expand.sql': 'GRANT SELECT ON named TO PUBLIC;' }),
  }
}

const NEXT = {
  '3-next/010-size.expand.sql': 'ALTER TABLE kind ADD COLUMN size int NULL;',
  '3-next/010-size.migrate.sql': 'UPDATE kind SET size = 3 WHERE size IS NULL;',
  '3-next/010-size.contract.sql': 'ALTER TABLE kind ADD CONSTRAINT sized CHECK (size > 0);',
}

describe('up --from-snapshot', function () {
  this.timeout(120_000)
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    let chain: ChainOnServer
    const openOn = (databaseUrl: string) => Interphase.open({ directory: chain.root, databaseUrl })
    const rowsOf = (url: string) =>
      Promise.all(['kind', 'audit', 'item'].map((table) => execute(url, `SELECT * FROM ${table} ORDER BY id`)))

    before(async () => {
      chain = await recordedOn(server, files(server))
      await chain.up()
    })

    it('makes the schema of the chain, names its rows, and lets the next release run', async () => {
      const url = await freshDatabase(server)
      const engine = await openOn(url)
      const dry = await engine.buildFromSnapshot({ dryRun: true })
      expect(dry.statements.join('\n')).to.match(/CREATE TABLE .item/)
      expect(await engine.history()).to.equal(undefined)
      const made = await engine.buildFromSnapshot()
      expect(made.rows).to.deep.equal([
        { table: 'audit', count: 2, loaded: false },
        { table: 'kind', count: 2, loaded: false },
      ])
      expect(made.unseen).to.deep.equal(server === 'postgres' ? ['2-more/020-read.expand'] : [])
      expect(await rowsOf(url)).to.deep.equal([[], [], []])
      const status = await engine.status({ compareSchema: true })
      expect([status.exitCode, status.problems]).to.deep.equal([0, []])
      expect((await engine.drift()).report.exitCode).to.equal(0)
      const history = await engine.history()
      expect(new Set(history?.applied.map(({ how }) => how))).to.deep.equal(new Set(['snapshot']))
      expect((await engine.verifyLog()).exitCode).to.equal(0)
      expect((await engine.runs('2-more')).exitCode).to.equal(0)
      expect((await rejected(engine.buildFromSnapshot(), 'snapshot.not-empty')).facts.objects[0]).to.contain('the ledger of')
      expect((await rejected(engine.adopt(), 'adopt.already')).facts.release).to.equal('2-more')
    })

    it('loads the rows that the chain makes on request, and the next keys follow them', async () => {
      const url = await freshDatabase(server)
      const engine = await openOn(url)
      const made = await engine.buildFromSnapshot({ rows: true })
      expect(made.rows?.every(({ loaded }) => loaded)).to.equal(true)
      expect(await rowsOf(url)).to.deep.equal(await rowsOf(chain.url))
      await execute(url, "INSERT INTO kind (name) VALUES ('third')")
      expect(await execute(url, 'SELECT max(id) AS id FROM kind')).to.deep.equal([{ id: 3 }])
      chain.put(NEXT)
      await chain.record()
      for (const only of ['expand', 'migrate', 'contract'] as const) {
        expect((await engine.gate({ phase: only })).exitCode).to.equal(0)
        await engine.upgrade({ only, confirmed: true })
      }
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
      expect(await execute(url, 'SELECT DISTINCT size FROM kind')).to.deep.equal([{ size: 3 }])
      chain.remove('3-next')
    })

    it('refuses a database with objects, and leaves ignored tables and neighbours as they are', async () => {
      const url = await freshDatabase(server)
      await execute(url, 'CREATE TABLE session (id int PRIMARY KEY)', 'INSERT INTO session (id) VALUES (7)')
      if (server === 'postgres') await execute(url, 'CREATE SCHEMA other', 'CREATE TABLE other.kind (id int PRIMARY KEY)')
      const { facts } = await rejected((await openOn(url)).buildFromSnapshot(), 'snapshot.not-empty')
      expect(facts.objects.join()).to.contain('session')
      expect(facts.objects.join()).not.to.contain('other')
      const config = JSON.parse(readFileSync(join(chain.root, 'interphase.config.json'), 'utf8')) as object
      chain.put({ '/interphase.config.json': JSON.stringify({ ...config, ignore: ['session'] }) })
      const engine = await openOn(url)
      await engine.buildFromSnapshot({ rows: true })
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
      expect(await execute(url, 'SELECT id FROM session')).to.deep.equal([{ id: 7 }])
    })

    it('takes everything back when the server refuses a statement', async () => {
      const url = await freshDatabase(server)
      // The name of an ignored object is in the way of one that the snapshot creates late.
      const taken =
        server === 'postgres'
          ? 'CREATE INDEX item_label ON session (id)'
          : 'ALTER TABLE session ADD CONSTRAINT item_kind FOREIGN KEY (up) REFERENCES session (id)'
      await execute(url, 'CREATE TABLE session (id int PRIMARY KEY, up int)', taken)
      const engine = await openOn(url)
      const { facts } = await rejected(engine.buildFromSnapshot({ rows: true }), 'snapshot.failed')
      expect([facts.isEmpty, facts.statement.includes(server === 'postgres' ? 'item_label' : 'item_kind')]).to.deep.equal([true, true])
      const status = await engine.status({ compareSchema: true })
      expect([status.exitCode, status.problems]).to.deep.equal([3, []])
      await execute(url, server === 'postgres' ? 'DROP INDEX item_label' : 'ALTER TABLE session DROP FOREIGN KEY item_kind')
      await engine.buildFromSnapshot({ rows: true })
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
    })

    if (server !== 'postgres')
      it('gives the default collation of the database to what has it in the chain', async () => {
        const url = await freshDatabase(server)
        await execute(url, 'ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_swedish_ci')
        const engine = await openOn(url)
        await engine.buildFromSnapshot()
        expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
        const columns = await execute(url, "SHOW FULL COLUMNS FROM kind LIKE 'name'")
        expect(columns[0]?.['Collation']).to.equal('latin1_swedish_ci')
      })

    it('names each object for which there is no SQL, and writes nothing', async () => {
      const own = await recordedOn(server, { 'r1/010-t.expand.sql': UNWRITABLE[server] ?? '' })
      const engine = await own.open()
      const { facts } = await rejected(engine.buildFromSnapshot(), 'snapshot.unwritable')
      expect(facts.objects.join()).to.match(server === 'postgres' ? /rule/ : /nightly/)
      expect((await engine.history())?.applied ?? []).to.deep.equal([])
      expect(await execute(own.url, TABLES[server] ?? '')).to.deep.equal([])
      await own.up()
    })

    it('continues, or begins again, after SIGKILL between any statements', async () => {
      for (const killAt of server === 'postgres' ? [4] : [1, 6]) {
        const url = await freshDatabase(server)
        await killed(chain.root, url, killAt)
        const engine = await openOn(url)
        if (server !== 'postgres') {
          expect((await engine.status()).problems.map(({ code }) => code)).to.include('snapshot.begun')
          await rejected(engine.upgrade({ confirmed: true }), 'snapshot.begun')
          await rejected(engine.buildFromSnapshot(), 'snapshot.changed')
        }
        await engine.buildFromSnapshot({ rows: true })
        expect((await engine.status({ compareSchema: true })).exitCode, `killed after statement ${killAt}`).to.equal(0)
        expect(await rowsOf(url)).to.deep.equal(await rowsOf(chain.url))
      }
    })
  })
})

const EVENT = `-- interphase: effect adds because nothing uses the table
CREATE TABLE t (id int PRIMARY KEY);
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM t;`
const UNWRITABLE: Readonly<Record<string, string>> = {
  'postgres': `-- interphase: effect adds because nothing uses the table
CREATE TABLE t (id int PRIMARY KEY);
CREATE RULE quiet AS ON DELETE TO t DO INSTEAD NOTHING;`,
  'mysql': EVENT,
  'mariadb': EVENT,
}
const OF_DATABASE = "SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND table_name = 't'"
const TABLES: Readonly<Record<string, string>> = {
  postgres: "SELECT 1 FROM information_schema.tables WHERE table_name = 't'",
  mysql: OF_DATABASE,
  mariadb: OF_DATABASE,
}

/** Runs the command in a process of its own, which kills itself after some statements. */
async function killed(directory: string, databaseUrl: string, killAt: number): Promise<void> {
  const child = fork(join(import.meta.dirname, 'snapshot-killed.mjs'), [moduleFile('index'), directory, databaseUrl, String(killAt)], {
    execArgv: [...LOADER],
  })
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  expect(signal).to.equal('SIGKILL')
}
