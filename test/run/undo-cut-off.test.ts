import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { rejected } from '../support/caught.ts'
import { copyOfDatabase } from '../support/copy.ts'
import { type Image, imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onServers, serverUrl } from '../support/servers.ts'
import { pointsWithOwnState, Walks } from '../support/walk.ts'
import { closeTransactions, openTransaction, untilBlocked } from './blocker.ts'
import { recordedProject } from './undo-project.ts'

describe('an undo that is cut off', () => {
  let walks: Walks

  before(() => {
    walks = new Walks()
  })

  afterEach(closeTransactions)

  after(() => {
    walks.close()
    removeProjects()
  })

  onServers(['postgres', 'mysql', 'mariadb'], (name) => {
    const dialect = name as DialectName
    let directory: string
    let points: readonly string[]
    let base: Image
    let original: string

    before(async () => {
      directory = await recordedProject(dialect, (await serverUrl(name)) ?? '')
      original = await freshDatabase(name)
      const engine = await open(original)
      await engine.upgrade({ to: '1-base' })
      await execute(original, "INSERT INTO item (id, name) VALUES (1, 'cup'), (2, 'jug')")
      await engine.upgrade({ phase: 'migrate' })
      const url = await migrated()
      const walk = walks.begin({ directory, undo: true, databases: [{ url }] })
      expect((await walk.ended)[0]).to.deep.equal({ type: 'done', phases: 4 })
      points = pointsWithOwnState(walk.passed)
      base = await imageOf(dialect, url)
    })

    it('SIGKILL at every point: the next undo completes it, as without an interruption', async () => {
      expect(points).to.have.length.above(8)
      const urls = await Promise.all(points.map(() => migrated()))
      const databases = points.map((point, index) => ({ url: urls[index] ?? '', dieAt: [point] }))
      const endings = await walks.begin({ directory, undo: true, databases }).ended
      expect(endings).to.deep.equal(points.map((at) => ({ type: 'killed', at })))
      const again = await walks.begin({ directory, undo: true, databases: urls.map((url) => ({ url })) }).ended
      expect(again.map(({ type }) => type)).to.deep.equal(points.map(() => 'done'))
      for (const [index, url] of urls.entries()) expect(await imageOf(dialect, url), points[index]).to.deep.equal(base)
      const [url = ''] = urls
      await (await open(url)).upgrade({ confirmed: true })
      expect(await execute(url, 'SELECT price FROM item')).to.deep.equal([{ price: 5 }, { price: 5 }])
    })

    it('holds everything else, and status says what to do', async () => {
      const url = await cutOff()
      const engine = await open(url)
      expect((await rejected(engine.upgrade({ only: 'expand' }), 'undo.begun')).exitCode).to.equal(8)
      expect((await rejected(engine.upgrade({ confirmed: true }), 'undo.begun')).remedy).to.contain('interphase undo')
      const status = await engine.status({ compareSchema: true })
      expect(status).to.include({ exitCode: 8 })
      expect(status.next).to.include({ command: 'interphase undo' })
      expect(status.problems.map(({ code }) => code)).to.deep.equal(['undo.begun'])
      expect((await engine.undo({ confirmed: true })).migrations).to.have.lengthOf(4)
      expect(await imageOf(dialect, url)).to.deep.equal(base)
    })

    it('requires a person if the table has changed since, and continues after the change is reversed', async () => {
      const url = await cutOff()
      const engine = await open(url)
      await execute(url, 'ALTER TABLE item ADD COLUMN stray integer')
      const { exitCode, facts } = await rejected(engine.undo({ confirmed: true }), 'ledger.unfinished')
      expect(exitCode).to.equal(8)
      expect(facts.differences.join()).to.contain('item.stray')
      await execute(url, 'ALTER TABLE item DROP COLUMN stray')
      await engine.undo({ confirmed: true })
      expect(await imageOf(dialect, url)).to.deep.equal(base)
    })

    it('can be stamped, one way or the other, where the schema agrees', async () => {
      const url = await cutOff()
      const engine = await open(url)
      const at = '2-price/030-find.migrate'
      await rejected(engine.stamp(at, 'done'), 'schema.differs')
      await engine.stamp(at, 'not-done')
      expect((await engine.history())?.applied.map(({ id }) => id)).to.not.include(at)
      await engine.undo({ confirmed: true })
      expect(await imageOf(dialect, url)).to.deep.equal(base)
    })

    it('gives up behind another session, stops on request, and is continued by the next undo', async () => {
      const url = await migrated()
      const blocker = await openTransaction(dialect, url, 'SELECT * FROM item')
      const walk = walks.begin({ directory, undo: true, databases: [{ url }] })
      await (dialect === 'postgres' ? untilBlocked(dialect, url) : walk.until((event) => event.type === 'lock-timeout'))
      walk.process.kill('SIGTERM')
      if (dialect === 'postgres') await blocker.rollback()
      expect((await walk.ended)[0]).to.include({ type: 'failed', code: 'run.stopped', exitCode: 10 })
      if (dialect !== 'postgres') await blocker.rollback()
      await blocker.close()
      await (await open(url)).undo({ confirmed: true })
      expect(await imageOf(dialect, url)).to.deep.equal(base)
    })

    function migrated(): Promise<string> {
      return copyOfDatabase(name, original)
    }

    /** The index is gone and the ledger has only the intent: it commits by itself on every server. */
    async function cutOff(): Promise<string> {
      const url = await migrated()
      const dieAt = ['2-price/030-find.migrate statement 0 after statement']
      expect((await walks.begin({ directory, undo: true, databases: [{ url, dieAt }] }).ended)[0]).to.include({ type: 'killed' })
      return url
    }

    function open(url: string): Promise<Interphase> {
      return Interphase.open({ directory, databaseUrl: url })
    }
  })
})
