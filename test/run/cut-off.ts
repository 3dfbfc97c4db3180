import { once } from 'node:events'
import { expect } from 'chai'
import { Interphase } from '../../src/engine.ts'
import { formatWorkCursor, WorkCursorShape } from '../../src/plan/cursor.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { rejected } from '../support/caught.ts'
import { type Image, imageOf } from '../support/image.ts'
import { removeProjects } from '../support/project.ts'
import { execute, freshDatabase, serverUrl } from '../support/servers.ts'
import { type Walk, Walks } from '../support/walk.ts'
import { closeTransactions, endConnection, openTransaction, untilBlocked } from './blocker.ts'
import { thingsProject } from './things.ts'

const ROWS = "INSERT INTO thing (id, name) VALUES (1, 'cup'), (2, 'jug'), (3, 'pot')"

/** A statement that is at work inside the server when its run is cut off. */
interface Case {
  readonly name: string
  readonly before: string
  readonly to: string
  /** What the application holds open so that the statement has to wait. */
  readonly holds: string
}

const DDL: Case = { name: 'an ALTER TABLE', before: '1-base', to: '2-columns', holds: 'SELECT * FROM thing' }
const DATA: Case = { name: 'a data step', before: '2-columns', to: '3-fill', holds: 'SELECT * FROM thing WHERE id = 2 FOR UPDATE' }
const INDEX: Case = { name: 'an index being built', before: '3-fill', to: '4-index', holds: 'UPDATE thing SET size = 2 WHERE id = 3' }

/** Runs that are cut off while a statement is at work, each on one server. */
export function cutOff(dialect: DialectName): void {
  describe(`a run that is cut off, ${dialect}`, function () {
    let directory: string
    let hasty: string
    let walks: Walks

    before(async function () {
      const server = await serverUrl(dialect)
      if (server === undefined) return this.skip()
      walks = new Walks()
      const projects = await thingsProject(dialect, server)
      directory = projects.patient
      hasty = projects.hasty
    })

    afterEach(closeTransactions)

    after(() => {
      walks?.close()
      removeProjects()
    })

    for (const one of [DDL, DATA, INDEX]) {
      it(`SIGKILL during ${one.name}`, async () => {
        const { url, walk, blocker } = await blocked(one)
        walk.process.kill('SIGKILL')
        expect(await walk.ended).to.deep.equal([{ type: 'lost' }])
        const restarted = upgrade(url, one.to)
        await blocker.rollback()
        await blocker.close()
        await restarted
        await expectWhole(url, one)
      })

      it(`the connection ends during ${one.name}`, async () => {
        const { url, walk, blocker, id } = await blocked(one)
        await endConnection(dialect, url, id)
        expect((await walk.ended)[0]).to.include({ type: 'failed', code: 'database.lost', exitCode: 8 })
        await blocker.rollback()
        await blocker.close()
        await upgrade(url, one.to)
        await expectWhole(url, one)
      })

      it(`SIGTERM during ${one.name}`, async () => {
        const { url, walk, blocker } = await blocked(one)
        walk.process.kill('SIGTERM')
        // What a rollback undoes ends though its lock is never given; what commits by itself is waited for.
        const isUndone = one === DATA || (one === DDL && dialect === 'postgres')
        if (isUndone) await walk.ended
        await blocker.rollback()
        expect((await walk.ended)[0]).to.include({ type: 'failed', code: 'run.stopped', exitCode: 10 })
        expect(await openRows(url)).to.deep.equal(isUndone ? [] : ['1/2'])
        await blocker.close()
        await upgrade(url, one.to)
        await expectWhole(url, one)
      })
    }

    it('a lock that is not given in the middle of a script: held, with the blocker named, and a plain rerun goes on', async () => {
      const url = await at('1-base')
      const blocker = await openTransaction(dialect, url, 'SELECT * FROM thing')
      const { exitCode, facts } = await rejected(upgrade(url, '2-columns', { directory: hasty }), 'statement.lock-timeout')
      expect(exitCode).to.equal(6)
      expect(facts.attempts).to.equal(2)
      expect(facts.blockers).to.have.lengthOf(1)
      await blocker.rollback()
      await blocker.close()
      await upgrade(url, '2-columns', { directory: hasty })
      await expectWhole(url, DDL)
    })

    it('a unique index that finds duplicates leaves nothing, and is built once they are gone', async () => {
      const url = await at('4-index')
      await execute(url, "INSERT INTO thing (id, name, colour) VALUES (4, 'pot', 'red')")
      expect((await rejected(upgrade(url, '5-unique'), 'statement.failed')).exitCode).to.equal(1)
      if (dialect === 'postgres') expect(await execute(url, 'SELECT 1 FROM pg_index WHERE NOT indisvalid')).to.deep.equal([])
      await execute(url, "UPDATE thing SET name = 'pan' WHERE id = 4")
      expect((await upgrade(url, '5-unique')).ran).to.have.lengthOf(1)
      expect(await openRows(url)).to.deep.equal([])
    })

    it('a function is run whole or left to a person', async () => {
      const url = await at('5-unique')
      const dieAt = ['6-function/010-weight.expand statement 0 after statement', '6-function/010-weight.expand after statement']
      const [ending] = await walks.begin({ directory, databases: [{ url, dieAt }] }).ended
      expect(ending).to.include({ type: 'killed' })
      if (dialect === 'postgres') await upgrade(url, '6-function')
      else expect((await rejected(upgrade(url, '6-function'), 'ledger.unfinished')).exitCode).to.equal(8)
      const rows = await execute(url, 'SELECT DISTINCT weight FROM thing')
      expect(rows.map((row) => Number(row['weight']))).to.deep.equal([1])
    })

    if (dialect !== 'postgres') {
      it('a data step that the server rolls back to end a deadlock is tried again', async () => {
        const url = await at('2-columns')
        // The server ends the transaction that has written less.
        const rows = Array.from({ length: 50 }, (_, index) => `(${100 + index}, 'cup')`).join()
        const blocker = await openTransaction(
          dialect,
          url,
          `INSERT INTO thing (id, name) VALUES ${rows}`,
          'UPDATE thing SET size = 7 WHERE id = 2',
        )
        const run = upgrade(url, '3-fill')
        await untilBlocked(dialect, url)
        await blocker.execute('UPDATE thing SET size = 8 WHERE id = 1', { file: 'test', line: 1 })
        await blocker.rollback()
        await blocker.close()
        expect((await run).ran).to.have.lengthOf(1)
        await expectWhole(url, DATA)
      })
    }

    it("ends the connection of an earlier run that is still there, and nobody's that was given its number", async () => {
      const url = await at('1-base')
      const other = await openTransaction(dialect, url)
      const heldBy = (backend: string) =>
        execute(url, `UPDATE interphase_project SET backend = '${backend}', held_by = 'an earlier run', held_since = ''`)
      await heldBy(other.backend.replace(/\/.*/, '/1'))
      await upgrade(url, '2-columns')
      expect(other.lost.aborted).to.equal(false)
      await heldBy(other.backend)
      const isLost = once(other.lost, 'abort')
      await upgrade(url, '3-fill')
      await isLost
      const notes = await execute(url, "SELECT fields FROM interphase_note WHERE kind = 'taken over'")
      expect(notes).to.deep.equal([{ fields: '{"from":"an earlier run"}' }])
    })

    /** A database that has come so far, with rows. */
    async function at(release: string): Promise<string> {
      const url = await freshDatabase(dialect)
      await upgrade(url, '1-base')
      await execute(url, ROWS)
      if (release !== '1-base') await upgrade(url, release)
      return url
    }

    async function blocked({ before, to, holds }: Case) {
      const url = await at(before)
      const blocker = await openTransaction(dialect, url, holds)
      const walk: Walk = walks.begin({ directory, to, databases: [{ url }] })
      await walk.until((event) => event.type === 'statement-started')
      return { url, walk, blocker, id: await untilBlocked(dialect, url) }
    }

    async function upgrade(url: string, to: string, options: { readonly directory?: string } = {}) {
      const interphase = await Interphase.open({ directory, databaseUrl: url, ...options })
      return interphase.upgrade({ to, confirmed: true, waitMs: 60_000 })
    }

    const whole = new Map<string, Promise<Image>>()

    /** It ended as a run ends that nobody cut off. */
    async function expectWhole(url: string, { to }: Case): Promise<void> {
      const known = whole.get(to) ?? at(to).then((undisturbed) => imageOf(dialect, undisturbed))
      whole.set(to, known)
      expect(await imageOf(dialect, url)).to.deep.equal(await known)
    }

    async function openRows(url: string): Promise<readonly string[]> {
      const rows = await execute(url, "SELECT run_cursor FROM interphase_migration WHERE run_state <> 'done'")
      return rows
        .map((row) => WorkCursorShape.parse(JSON.parse(String(row['run_cursor']))))
        .map((cursor) => (cursor.kind === 'statement' ? `${cursor.next}/${cursor.of}` : formatWorkCursor(cursor)))
    }
  })
}
