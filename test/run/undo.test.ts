import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { rejected } from '../support/caught.ts'
import { imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers, serverUrl } from '../support/servers.ts'
import { recordedProject, undoProject } from './undo-project.ts'

const ROWS = "INSERT INTO item (id, name) VALUES (1, 'cup'), (2, 'jug')"
const IN_REVERSE = ['030-find.migrate', '010-price.migrate', '020-label.expand', '010-price.expand'].map((name) => `2-price/${name}`)

describe('undo', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (name, database) => {
    const dialect = name as DialectName
    let directory: string

    before(async () => {
      directory = await recordedProject(dialect, await shadow())
    })

    it('takes a release back that was expanded and migrated, and it can be expanded again to the same end', async () => {
      const { url, engine, before } = await atBase()
      await engine.upgrade({ phase: 'migrate' })
      const migrated = await imageOf(dialect, url)
      const undone = await engine.undo({ confirmed: true })
      expect(undone.migrations.map(({ migration }) => migration)).to.deep.equal(IN_REVERSE)
      expect(undone.destroys).to.deep.equal(['table label (0 rows)', 'column item.currency (0 values)', 'column item.price (2 values)'])
      expect(await imageOf(dialect, url)).to.deep.equal(before)
      const status = await engine.status({ compareSchema: true })
      expect(status).to.include({ schema: 'as planned', exitCode: 3 })
      expect(status.next).to.include({ release: '2-price', phase: 'expand', command: 'interphase expand' })
      const notes = ((await engine.history())?.notes ?? []).filter(({ kind }) => kind === 'undone')
      expect(notes.map(({ subject }) => subject)).to.deep.equal(IN_REVERSE)
      expect(notes[1]?.fields).to.deep.equal({})
      await engine.upgrade({ phase: 'migrate' })
      expect(await imageOf(dialect, url)).to.deep.equal(migrated)
    })

    it('undoes the applied migrations only; then there is nothing to undo', async () => {
      const { url, engine, before } = await atBase()
      await engine.upgrade({ only: 'expand' })
      expect((await engine.undo({ confirmed: true })).migrations).to.have.lengthOf(2)
      expect(await engine.undo({ confirmed: true })).to.deep.equal({ migrations: [], destroys: [], reported: [] })
      expect(await imageOf(dialect, url)).to.deep.equal(before)
    })

    it('changes nothing without consent, and nothing in a dry run', async () => {
      const { url, engine } = await atBase()
      await engine.upgrade({ phase: 'migrate' })
      const before = await imageOf(dialect, url)
      const { facts, exitCode } = await rejected(engine.undo(), 'phase.unconfirmed')
      expect(exitCode).to.equal(6)
      expect(facts.destroys).to.include('column item.price (2 values)')
      const { release, migrations, destroys } = await engine.undo({ dryRun: true })
      expect({ release, destroys }).to.deep.equal({ release: '2-price', destroys: facts.destroys })
      expect(migrations[1]).to.deep.equal({ migration: '2-price/010-price.migrate' })
      expect(migrations[3]?.file).to.equal('releases/2-price/010-price.expand.undo.sql')
      expect(await imageOf(dialect, url)).to.deep.equal(before)
    })

    it('is refused once contract has begun, with the reasons of the policies', async () => {
      const { url, engine } = await atBase()
      await engine.upgrade({ confirmed: true })
      const before = await imageOf(dialect, url)
      const { facts, exitCode } = await rejected(engine.undo({ release: '2-price', confirmed: true }), 'undo.refused')
      expect(exitCode).to.equal(6)
      expect(facts.reasons[0]).to.match(/^contract has begun\. Contract removes objects that the old version needs/)
      const [first] = (await rejected(engine.undo({ release: '1-base' }), 'undo.refused')).facts.reasons
      expect(first).to.match(/^the later release 2-price has begun, and cannot be undone: contract has begun\. Contract removes/)
      expect(await imageOf(dialect, url)).to.deep.equal(before)
    })

    it('takes a finished release without a contract back only by its name', async () => {
      const { url, engine } = await atBase()
      expect(await engine.undo({ confirmed: true })).to.deep.equal({ migrations: [], destroys: [], reported: [] })
      expect((await engine.undo({ release: '1-base', confirmed: true })).destroys).to.deep.equal(['table item (2 rows)'])
      expect(await imageOf(dialect, url)).to.deep.include({ rows: {}, ledger: [] })
    })

    it('names every file that is missing before anything runs', async () => {
      const without = {
        '2-price/010-price.expand.undo.sql': null,
        '2-price/030-find.migrate.undo.postgres.sql': null,
        '2-price/030-find.migrate.undo.mysql.sql': null,
      }
      const { url, engine } = await atBase(await recordedProject(dialect, await shadow(), without))
      await engine.upgrade({ phase: 'migrate' })
      const before = await imageOf(dialect, url)
      const { facts, exitCode } = await rejected(engine.undo({ confirmed: true }), 'undo.missing')
      expect(exitCode).to.equal(2)
      const kind = dialect === 'postgres' ? 'postgres' : 'mysql'
      expect(facts.missing).to.deep.equal([`releases/2-price/030-find.migrate.${kind}.sql`, 'releases/2-price/010-price.expand.sql'])
      expect(await imageOf(dialect, url)).to.deep.equal(before)
    })

    it('stops before anything when the schema is not as planned', async () => {
      const { url, engine } = await atBase()
      await engine.upgrade({ only: 'expand' })
      await execute(url, 'ALTER TABLE item ADD COLUMN stray integer')
      const before = await imageOf(dialect, url)
      const { facts } = await rejected(engine.undo({ confirmed: true }), 'schema.differs')
      expect(facts.differences.join()).to.contain('item.stray')
      expect(await imageOf(dialect, url)).to.deep.equal(before)
    })

    it('is found by the guard when an undo leaves something else than when it was tried, and can be repeated', async () => {
      const { url, engine, before } = await atBase()
      await engine.upgrade({ only: 'expand' })
      process.env['UNDO_TEST_DOES_NOTHING'] = 'yes'
      const { exitCode, facts } = await rejected(engine.undo({ confirmed: true }), 'schema.differs')
      delete process.env['UNDO_TEST_DOES_NOTHING']
      expect(exitCode).to.equal(7)
      expect(facts.differences.join()).to.contain('table label')
      expect((await engine.undo({ confirmed: true })).migrations).to.have.lengthOf(2)
      expect(await imageOf(dialect, url)).to.deep.equal(before)
    })

    it('is refused by record if an undo does not restore the state, with the file and the difference', async () => {
      const wrong = undoProject(dialect, await shadow(), { '2-price/010-price.expand.undo.sql': 'ALTER TABLE item DROP COLUMN price;' })
      const { facts } = await rejected((await Interphase.open({ directory: wrong })).record([dialect]), 'record.undo')
      expect(facts).to.include({ migration: '2-price/010-price.expand', file: 'releases/2-price/010-price.expand.undo.sql' })
      expect(facts.problems.join()).to.contain('item.currency')
      const broken = undoProject(dialect, await shadow(), { '2-price/010-price.expand.undo.sql': 'ALTER TABLE item DROP COLUMN prize;' })
      const { facts: told } = await rejected((await Interphase.open({ directory: broken })).record([dialect]), 'record.undo')
      expect(told.problems.join()).to.contain('prize')
    })

    async function shadow(): Promise<string> {
      return (await serverUrl(name)) ?? ''
    }

    async function atBase(where = directory) {
      const url = await database()
      const engine = await Interphase.open({ directory: where, databaseUrl: url })
      await engine.upgrade({ to: '1-base' })
      await execute(url, ROWS)
      return { url, engine, before: await imageOf(dialect, url) }
    }
  })
})
