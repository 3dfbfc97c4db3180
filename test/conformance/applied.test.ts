import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { TINY } from '../support/tiny.ts'

describe('files, states and ledger that do not agree', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('walk through the phases, and status names the next one each time', async () => {
      const chain = await recordedOn(server, TINY)
      const seen = [(await chain.status()).exitCode]
      await chain.up({ to: 'r1' })
      await chain.sql("INSERT INTO item (id, name) VALUES (1, 'flange')")
      for (const only of ['expand', 'migrate', 'contract'] as const) {
        seen.push((await chain.status()).exitCode)
        await chain.up({ only })
      }
      const { exitCode, schema, problems, next } = await chain.status()
      expect([...seen, exitCode]).to.deep.equal([3, 3, 4, 5, 0])
      expect({ schema, problems, next }).to.deep.equal({ schema: 'as planned', problems: [], next: undefined })
      expect((await chain.up()).ran).to.deep.equal([])
    })

    it('refuse an applied file that changed', async () => {
      const chain = await upTo(server, 'expand')
      chain.put({ 'r2/010-price.expand.sql': 'ALTER TABLE item ADD COLUMN price bigint;' })
      const { message } = await rejected(chain.up(), 'ledger.changed')
      expect(message).to.include('releases/r2/010-price.expand.sql')
      await refusedByStatus(chain, 'ledger.changed', 7)
      // A recording would not help, so no line may ask for one.
      expect((await chain.status()).next?.held).to.deep.equal([])
    })

    it('refuse an applied file that is gone', async () => {
      const chain = await upTo(server, 'expand')
      chain.remove('r2/010-price.expand.sql')
      const { message } = await rejected(chain.up(), 'ledger.vanished')
      expect(message).to.include('r2/010-price.expand')
      await refusedByStatus(chain, 'ledger.vanished', 7)
    })

    it('refuse a file that appears before an applied one', async () => {
      const chain = await upTo(server, 'expand')
      chain.put({ 'r2/005-late.expand.sql': 'ALTER TABLE item ADD COLUMN late int;' })
      const { message } = await rejected(chain.up(), 'ledger.early')
      expect(message).to.include('releases/r2/005-late.expand.sql').and.to.include('before r2/010-price.expand')
      await refusedByStatus(chain, 'ledger.early', 7)
    })

    it('refuse a file that appears in a release that is done', async () => {
      const chain = await upTo(server, 'expand')
      chain.put({ 'r1/020-late.expand.sql': 'ALTER TABLE item ADD COLUMN late int;' })
      const { message } = await rejected(chain.up(), 'ledger.early')
      expect(message).to.include('releases/r1/020-late.expand.sql')
    })

    it('refuse a database that is ahead of the files', async () => {
      const chain = await upTo(server, 'expand')
      chain.remove('r2')
      const { message } = await rejected(chain.up(), 'ledger.ahead')
      expect(message).to.include('r2')
      await refusedByStatus(chain, 'ledger.ahead', 7)
    })

    it('refuse a ledger that a newer engine wrote', async () => {
      const chain = await upTo(server, 'expand')
      await chain.sql('UPDATE interphase_project SET format = 99')
      const { exitCode, message } = await rejected(chain.up(), 'ledger.newer')
      expect({ exitCode, says: message.includes('99') }).to.deep.equal({ exitCode: 2, says: true })
      await rejected(chain.status(), 'ledger.newer')
      expect(await chain.sql('SELECT format, held_by FROM interphase_project')).to.deep.equal([{ format: 99, held_by: null }])
    })

    it('begin no project beside one whose engine was newer', async () => {
      const chain = await recordedOn(server, TINY)
      await chain.up({ to: 'r1' })
      await chain.sql("UPDATE interphase_project SET format = 99, project = 'other'")
      await rejected(chain.up(), 'ledger.newer')
      expect(await chain.sql('SELECT project FROM interphase_project')).to.deep.equal([{ project: 'other' }])
    })

    it('refuse to run without recorded states, and leave the database alone', async () => {
      const chain = await upTo(server, 'nothing')
      chain.remove('r2/states')
      const { message } = await rejected(chain.up(), 'states.missing')
      expect(message).to.include('r2')
      expect(await ledgerOf(chain)).to.deep.equal(['r1/010-item.expand done'])
      expect(await chain.status()).to.include({ exitCode: 6, schema: 'not compared' })
    })

    it('refuse to run on stale states', async () => {
      const chain = await upTo(server, 'expand')
      chain.put({ 'r2/010-price.migrate.sql': 'UPDATE item SET price = 1 WHERE price IS NULL;' })
      const { message, remedy } = await rejected(chain.up(), 'states.stale')
      expect(message).to.include('releases/r2/010-price.migrate.sql has changed')
      expect(remedy).to.include('has not run in any database: run interphase record').and.include('restore its file from version control')
      expect(await ledgerOf(chain)).to.have.length(2)
      expect((await (await chain.open()).check()).findings.map(({ code }) => code)).to.deep.equal(['states.stale'])
      expect(await chain.status()).to.include({ exitCode: 6, schema: 'not compared' })
    })

    it('refuse an unsound release at run time, for it has no states', async () => {
      const chain = await recordedOn(server, TINY)
      await chain.up()
      chain.put({
        'r3/010-gross.contract.sql': 'ALTER TABLE item ADD COLUMN gross int;',
        'r3/020-names.migrate.sql': "UPDATE item SET name = 'dear' WHERE gross > 100;",
      })
      await rejected(chain.record(), 'release.not-sound')
      expect(chain.has('r3/states')).to.equal(false)
      const { facts } = await rejected(chain.up(), 'states.missing')
      expect(facts.release).to.equal('r3')
      expect(await ledgerOf(chain)).to.have.length(4)
    })

    it('refuse a live schema that is not as planned, and status says the same', async () => {
      const chain = await upTo(server, 'nothing')
      await chain.sql('ALTER TABLE item ADD COLUMN colour int')
      const { facts } = await rejected(chain.up(), 'schema.differs')
      expect(facts.differences.join()).to.match(/column item\.colour int.*not planned, but found/)
      await refusedByStatus(chain, 'schema.differs', 7)
      expect((await chain.status({ compareSchema: false })).exitCode).to.equal(3)
    })

    it('run once more when rows come that a done data step did not see', async () => {
      const chain = await upTo(server, 'migrate')
      await chain.sql("INSERT INTO item (id, name) VALUES (9, 'late')")
      const { exitCode, problems } = await chain.status()
      expect({ exitCode, codes: problems.map(({ code }) => code) }).to.deep.equal({ exitCode: 8, codes: ['pending.not-rerunnable'] })
      const { message } = await rejected(chain.up({ only: 'contract' }), 'phase.held')
      expect(message).to.include('r2/010-price.migrate still has 1 row to change')
      await rejected(chain.up({ only: 'migrate' }), 'pending.not-rerunnable')
      await chain.up({ only: 'migrate', again: new Set(['r2/010-price.migrate']) })
      expect((await chain.status()).exitCode).to.equal(5)
    })

    it('do not meet when they are of two projects in one database', async () => {
      const mine = await upTo(server, 'expand')
      const theirs = await recordedOn(
        server,
        { 'r1/010-other.expand.sql': 'CREATE TABLE other (id int NOT NULL PRIMARY KEY);' },
        { project: 'other' },
      )
      const engine = await theirs.open({ databaseUrl: mine.url })
      expect((await engine.status({ compareSchema: false })).exitCode).to.equal(3)
      await engine.upgrade({ confirmed: true })
      await mine.up()
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
      expect((await mine.status()).exitCode).to.equal(0)
    })
  })
})

async function upTo(server: ServerName, phase: 'nothing' | 'expand' | 'migrate'): Promise<ChainOnServer> {
  const chain = await recordedOn(server, TINY)
  await chain.up({ to: 'r1' })
  await chain.sql("INSERT INTO item (id, name) VALUES (1, 'flange')")
  if (phase !== 'nothing') await chain.up({ only: 'expand' })
  if (phase === 'migrate') await chain.up({ only: 'migrate' })
  return chain
}

async function refusedByStatus(chain: ChainOnServer, code: string, exitCode: number): Promise<void> {
  const status = await chain.status()
  expect({ codes: status.problems.map((problem) => problem.code), exitCode: status.exitCode }).to.deep.equal({ codes: [code], exitCode })
}

async function ledgerOf(chain: ChainOnServer): Promise<readonly string[]> {
  const rows = await chain.sql("SELECT id, run_state FROM interphase_migration WHERE project = 'shop' ORDER BY place")
  return rows.map((row) => `${String(row['id'])} ${String(row['run_state'])}`)
}
