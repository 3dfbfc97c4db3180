import { expect } from 'chai'
import { closeTransactions, openTransaction } from '../run/blocker.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const FILES = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, name varchar(10));\nCREATE VIEW named AS SELECT name FROM item;',
  'r2/010-note.expand.sql': 'ALTER TABLE item ADD COLUMN note varchar(10);',
  'r2/010-note.migrate.sql': 'UPDATE item SET note = name;',
  'r2/010-note.migrate.pending.sql': 'SELECT count(*) FROM item WHERE note IS NULL AND name IS NOT NULL;',
  'r2/010-note.contract.sql': 'DROP VIEW named;',
}

// The application holds its lock for longer than this, so a command that waits for the lock exceeds the limit.
const WAITS_MS = 60_000

describe('somebody holds a lock that reading waits for', () => {
  after(removeProjects)
  afterEach(closeTransactions)

  onServers(['postgres'], (server) => {
    it('doctor, status and plan say so and name the holder', async () => {
      const chain = await migrated(server)
      await openTransaction(chain.dialect, chain.url, 'ALTER TABLE item ADD COLUMN other int')
      const engine = await chain.open()
      const started = performance.now()
      const { findings } = await engine.diagnose()
      const schema = findings.find(({ about }) => about === 'schema')
      expect(schema).to.include({ good: false })
      expect(schema?.says)
        .to.match(/could not read the schema within/)
        .and.to.include('an application')
        .and.to.include('ALTER TABLE item')
      const status = await chain.status()
      expect(status).to.include({ exitCode: 6, schema: 'not compared' })
      expect(status.problems.map(({ code }) => code)).to.include('database.locked')
      expect(status.problems.map(({ says }) => says).join()).to.include('an application')
      expect(status.releases.map(({ release }) => release)).to.deep.equal(['r1', 'r2'])
      // What asks no table that is locked answers.
      expect((await engine.history())?.applied).to.have.lengthOf(3)
      const { exitCode, facts } = await rejected(engine.planAndStatus(), 'database.locked')
      expect(exitCode).to.equal(6)
      expect(facts.blockers.join()).to.include('an application').and.include('ALTER TABLE item')
      expect(performance.now() - started).to.be.below(WAITS_MS)
    })

    it('and where the ledger itself is locked', async () => {
      const chain = await migrated(server)
      await openTransaction(chain.dialect, chain.url, 'LOCK TABLE interphase_project')
      const engine = await chain.open()
      for (const read of [() => engine.status(), () => engine.plan(), () => engine.history()]) {
        const { exitCode, facts } = await rejected<'database.locked'>(read(), 'database.locked')
        expect({ exitCode, blockers: facts.blockers.length }).to.deep.equal({ exitCode: 6, blockers: 1 })
      }
      expect((await engine.diagnose()).findings.find(({ about }) => about === 'ledger')?.says).to.include('an application')
    })
  })

  onServers(['mysql', 'mariadb'], (server) => {
    it('status says so, and answers the rest', async () => {
      const chain = await migrated(server)
      await openTransaction(chain.dialect, chain.url, 'LOCK TABLES item WRITE')
      const status = await chain.status()
      expect(status).to.include({ exitCode: 6 })
      expect(status.problems.map(({ code }) => code)).to.include('database.locked')
      const { findings } = await (await chain.open()).diagnose()
      expect(findings.find(({ about }) => about === 'server')).to.include({ good: true })
      // LOCK TABLES delays no query of the catalog.
      expect(findings.find(({ about }) => about === 'schema')).to.include({ good: true })
    })

    it('and where the ledger itself is locked', async () => {
      const chain = await migrated(server)
      await openTransaction(chain.dialect, chain.url, 'LOCK TABLES interphase_project WRITE')
      const engine = await chain.open()
      for (const read of [() => engine.status(), () => engine.plan(), () => engine.history()]) {
        expect((await rejected<'database.locked'>(read(), 'database.locked')).exitCode).to.equal(6)
      }
      expect((await engine.diagnose()).findings.find(({ about }) => about === 'ledger')).to.include({ good: false })
    })
  })
})

async function migrated(server: ServerName): Promise<ChainOnServer> {
  const chain = await recordedOn(server, FILES)
  await chain.up({ to: 'r1' })
  await chain.sql("INSERT INTO item (id, name) VALUES (1, 'cup')")
  await chain.up({ phase: 'migrate' })
  return chain
}
