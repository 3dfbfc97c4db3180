import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { rejected } from '../support/caught.ts'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onServers } from '../support/servers.ts'

const FILES = {
  'r1/010-kind.expand.sql':
    'CREATE TABLE kind (id int NOT NULL PRIMARY KEY, name varchar(50) NOT NULL); CREATE TABLE item (id int NOT NULL PRIMARY KEY);',
}

/** A script of PostgreSQL that changes each new table of this name, as an extension for audits does. */
const MEDDLING = [
  'CREATE SCHEMA audit',
  `CREATE FUNCTION audit.more() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
     IF EXISTS (SELECT 1 FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.kind') THEN
       ALTER TABLE public.kind ADD COLUMN seen int;
     END IF; END $$`,
  "CREATE EVENT TRIGGER more ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION audit.more()",
]

describe('up --from-snapshot is refused', function () {
  this.timeout(120_000)
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('if the server makes another schema than the recorded one, and takes it back', async () => {
      const chain = await recordedOn(server, FILES)
      const url = await freshDatabase(server)
      if (server === 'postgres') await execute(url, ...MEDDLING)
      let sent = 0
      const engine = await Interphase.open({
        directory: chain.root,
        databaseUrl: url,
        // Another session changes a table that the command has just made. PostgreSQL shows it to nobody before the end.
        crash: async () => {
          if (server !== 'postgres' && ++sent === 2) await execute(url, 'ALTER TABLE kind ADD COLUMN seen int')
        },
      })
      const { facts, message } = await rejected(engine.buildFromSnapshot(), 'snapshot.differs')
      expect(facts.isEmpty).to.equal(true)
      expect(facts.differences.join()).to.match(/kind\.seen/)
      expect(message).to.contain('The command left the database unchanged.')
      expect((await engine.history())?.applied ?? []).to.deep.equal([])
      if (server === 'postgres') await execute(url, 'DROP EVENT TRIGGER more')
      const again = await Interphase.open({ directory: chain.root, databaseUrl: url })
      await again.upgrade({ confirmed: true })
      expect((await again.status({ compareSchema: true })).exitCode).to.equal(0)
    })

    if (server !== 'postgres')
      it('but keeps the rows that another session wrote meanwhile', async () => {
        const chain = await recordedOn(server, FILES)
        const url = await freshDatabase(server)
        let sent = 0
        const engine = await Interphase.open({
          directory: chain.root,
          databaseUrl: url,
          crash: async () => {
            if (++sent === 2) await execute(url, 'ALTER TABLE kind ADD COLUMN seen int', "INSERT INTO kind VALUES (1, 'kept', 2)")
          },
        })
        const { facts, message } = await rejected(engine.buildFromSnapshot(), 'snapshot.differs')
        expect(facts.isEmpty).to.equal(false)
        expect(message).to.contain('The database now contains a part of the schema.')
        expect(await execute(url, 'SELECT name, seen FROM kind')).to.deep.equal([{ name: 'kept', seen: 2 }])
        expect((await (await Interphase.open({ directory: chain.root, databaseUrl: url })).status()).exitCode).to.equal(8)
      })

    it('with --rows if a table has more rows than a recording keeps, and works without', async () => {
      const values = Array.from({ length: 2001 }, (_, id) => `(${id}, 'x')`).join(', ')
      const long = 'x'.repeat(1000)
      const many = await recordedOn(server, { ...FILES, 'r1/020-kinds.migrate.sql': `INSERT INTO kind (id, name) VALUES ${values};` })
      const large = await recordedOn(server, {
        'r1/010-kind.expand.sql': 'CREATE TABLE kind (id int NOT NULL PRIMARY KEY, name varchar(1000) NOT NULL);',
        'r1/020-kinds.migrate.sql': `INSERT INTO kind (id, name) VALUES ${Array.from({ length: 501 }, (_, id) => `(${id}, '${long}')`).join(', ')};`,
      })
      for (const [chain, count] of [
        [many, 2001],
        [large, 501],
      ] as const) {
        const url = await freshDatabase(server)
        const engine = await Interphase.open({ directory: chain.root, databaseUrl: url })
        const { facts } = await rejected(engine.buildFromSnapshot({ rows: true }), 'snapshot.rows')
        expect(facts.again).to.equal(false)
        expect(facts.problems.join()).to.contain('kind').and.contain(String(count))
        // The first remedy: without --rows.
        expect((await engine.buildFromSnapshot()).rows).to.deep.equal([{ table: 'kind', count, loaded: false }])
        // The second remedy: with the migrations.
        const other = await freshDatabase(server)
        await (await Interphase.open({ directory: chain.root, databaseUrl: other })).upgrade({ confirmed: true })
        expect(await execute(other, 'SELECT id FROM kind WHERE id >= 0')).to.have.length(count)
      }
    })
  })
})
