import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onServers } from '../support/servers.ts'

const FILES = {
  '1-base/010-kind.expand.sql': `CREATE TABLE kind (id int NOT NULL PRIMARY KEY, name varchar(50) NOT NULL, old varchar(5) NULL);
CREATE TABLE item (id int NOT NULL PRIMARY KEY, kind_id int NULL, CONSTRAINT item_kind FOREIGN KEY (kind_id) REFERENCES kind (id));`,
  '1-base/020-kinds.migrate.sql': "INSERT INTO kind (id, name) VALUES (1, 'it''s'), (2, 'two');",
  '2-more/010-size.expand.sql': 'ALTER TABLE kind ADD COLUMN size int NULL;',
  '2-more/010-size.migrate.sql': 'UPDATE kind SET size = 3 WHERE size IS NULL;',
  '2-more/010-size.contract.sql': 'ALTER TABLE kind DROP COLUMN old;',
  '3-next/010-label.expand.sql': 'ALTER TABLE item ADD COLUMN label varchar(20) NULL;',
  '3-next/010-label.migrate.sql': "UPDATE item SET label = 'none' WHERE label IS NULL;",
}
const ROWS = [
  { id: 1, name: "it's", size: 3 },
  { id: 2, name: 'two', size: 3 },
]

describe('squash', function () {
  this.timeout(180_000)
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    let chain: ChainOnServer
    const urls = { through: '', end: '', inside: '', none: '' }
    const openOn = (databaseUrl: string, directory = chain.root) => Interphase.open({ directory, databaseUrl })

    before(async () => {
      chain = await recordedOn(server, FILES)
      for (const name of ['through', 'end', 'inside', 'none'] as const) urls[name] = await freshDatabase(server)
      await (await openOn(urls.through)).upgrade({ to: '2-more', confirmed: true })
      await (await openOn(urls.end)).upgrade({ confirmed: true })
      await (await openOn(urls.inside)).upgrade({ to: '2-more', phase: 'expand', confirmed: true })
      const squashed = await (await openOn(urls.none)).squash('2-more')
      expect(squashed.replaced).to.deep.equal(['1-base', '2-more'])
      expect(squashed.files[0]).to.equal('squashed/2-more')
    })

    it('leaves a project that passes check, whose later releases are recorded as before', async () => {
      const report = await (await openOn(urls.none)).check()
      expect(report.findings.filter(({ severity }) => severity === 'error')).to.deep.equal([])
      const [recorded] = await (await openOn(urls.none)).record()
      expect(recorded?.releases.map(({ release, fresh }) => [release, fresh])).to.deep.equal([
        ['2-more', true],
        ['3-next', true],
      ])
    })

    it('builds an empty database with the same schema and rows', async () => {
      const engine = await openOn(urls.none)
      await engine.upgrade({ confirmed: true })
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
      expect(await execute(urls.none, 'SELECT id, name, size FROM kind ORDER BY id')).to.deep.equal(ROWS)
      const direct = await openOn(await freshDatabase(server))
      await direct.buildFromSnapshot({ rows: true })
      expect((await direct.status({ compareSchema: true })).exitCode).to.equal(0)
    })

    it('counts as done in databases that ran the old releases, which keep their log', async () => {
      const [through, end] = [await openOn(urls.through), await openOn(urls.end)]
      expect((await through.status({ compareSchema: true })).exitCode).to.equal(3)
      expect((await end.status({ compareSchema: true })).exitCode).to.equal(0)
      expect((await end.runs('2-more')).exitCode).to.equal(0)
      for (const only of ['expand', 'migrate'] as const) await through.upgrade({ only })
      expect((await through.status({ compareSchema: true })).exitCode).to.equal(0)
      const history = await through.history()
      expect(history?.applied.map(({ id }) => id))
        .to.include('1-base/020-kinds.migrate')
        .and.include('3-next/010-label.migrate')
      expect(history?.notes.filter(({ kind }) => kind === 'squashed').map(({ subject }) => subject)).to.deep.equal(['2-more'])
      expect((await through.verifyLog()).exitCode).to.equal(0)
      expect((await through.diagnose()).findings.filter(({ good }) => !good)).to.deep.equal([])
    })

    it('sends a database inside the old releases to the old files, and continues afterwards', async () => {
      const engine = await openOn(urls.inside)
      const { problems, exitCode } = await engine.status()
      expect([problems.map(({ code }) => code), exitCode]).to.deep.equal([['squash.inside'], 7])
      const { facts } = await rejected(engine.upgrade({ confirmed: true }), 'squash.inside')
      expect([facts.at, facts.files]).to.deep.equal(['2-more/010-size.expand', 'squashed/2-more'])
      await (await openOn(urls.inside, join(chain.root, facts.files))).upgrade({ confirmed: true })
      await engine.upgrade({ confirmed: true })
      expect((await engine.status({ compareSchema: true })).exitCode).to.equal(0)
    })

    it('may be squashed again, and still knows the first releases', async () => {
      const url = await freshDatabase(server)
      const engine = await openOn(url)
      await engine.upgrade({ confirmed: true })
      await engine.squash('3-next')
      for (const one of [url, urls.end, urls.through])
        expect((await (await openOn(one)).status({ compareSchema: true })).exitCode).to.equal(0)
      expect(await rejected(engine.squash('3-next'), 'squash.refused')).to.have.property('code', 'squash.refused')
    })

    it('reports a new first release that ends in another state', async () => {
      const file = join(chain.root, `releases/3-next/010-squashed.expand.${chain.dialect}.sql`)
      const text = readFileSync(file, 'utf8')
      writeFileSync(file, `${text}\nCREATE INDEX more ON item (label);\n`)
      const engine = await openOn(urls.none)
      await engine.record()
      const reported = async () => (await engine.check()).findings.find(({ code }) => code === 'squash.ends-elsewhere')
      expect(await reported())
        .to.have.nested.property('facts.differences')
        .that.has.length(1)
      expect((await reported())?.says).to.match(/the releases that it replaces:\s.*more/)
      // The old files may be deleted when no database needs them any more.
      rmSync(join(chain.root, 'squashed/3-next'), { recursive: true })
      expect((await reported())?.says).to.match(/\(state s1:\w+ instead of s1:\w+\)/)
      rmSync(file)
      writeFileSync(file, text)
    })
  })
})
