import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import type { DatabaseSession, Dialect } from '../../src/dialect/dialect.ts'
import { sql } from '../../src/dialect/sql.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { LedgerWriter, type PlanAndPolicyFingerprints } from '../../src/ledger/write.ts'
import { makeCursorAtSentStatement, makeCursorBeforeStatement } from '../../src/plan/cursor.ts'
import { migrationIn, release } from '../plan/made.ts'
import { rejected } from '../support/caught.ts'
import { dialectOfServer } from '../support/chain.ts'
import { onServers } from '../support/servers.ts'
import { leaseOf } from './lease.ts'

const WRITER = { project: 'shop', by: 'first@host', engine: '0' }
const GROUNDS: PlanAndPolicyFingerprints = { plan: 'p', policy: 'q', how: 'run' }
const R1 = release('r1', '010-running.expand', '020-new.expand', '030-nullable.expand')
const RUNNING = migrationIn(R1, '010-running.expand')
const NEW = migrationIn(R1, '020-new.expand')
const NULLABLE = migrationIn(R1, '030-nullable.expand')
const AT = new Date(0)

/** Total over what a run can write: a new write does not compile without a row. */
const WRITES: { readonly [M in keyof LedgerWriter]: (ledger: LedgerWriter) => Promise<unknown> } = {
  done: (ledger) => ledger.done(NEW, GROUNDS, AT, 0),
  begin: (ledger) => ledger.begin(NEW, GROUNDS, AT, makeCursorBeforeStatement(0, 1)),
  moveTo: (ledger) => ledger.moveTo(RUNNING, makeCursorBeforeStatement(1, 2), 5),
  undoing: (ledger) => ledger.undoing(RUNNING, makeCursorBeforeStatement(0, 1)),
  finish: (ledger) => ledger.finish(RUNNING),
  correct: (ledger) => ledger.correct(RUNNING, GROUNDS, makeCursorBeforeStatement(1, 2)),
  accept: (ledger) => ledger.accept(RUNNING),
  isOpen: (ledger) => ledger.isOpen(RUNNING),
  forget: (ledger) => ledger.forget(RUNNING, 'again'),
  withdraw: (ledger) => ledger.withdraw(RUNNING),
  note: (ledger) => ledger.note({ kind: 'again', fields: {} }, RUNNING.id),
  noteOnce: (ledger) => ledger.noteOnce({ kind: 'stopped', fields: { done: 1, characters: 9, digest: 'd' } }, RUNNING.id),
  claim: (ledger) => ledger.claim(['table:mine']),
  addAffected: (ledger) => ledger.addAffected(RUNNING, 5),
  writeWithEpoch: (ledger) =>
    ledger.writeWithEpoch((epoch) => sql`UPDATE interphase_migration SET affected = 7, epoch = ${epoch} WHERE project = 'shop'`),
  leave: (ledger) => ledger.leave(),
}

/** They only read, or change only rows of their own epoch: they end a run that has failed. */
const HARMLESS: readonly string[] = ['isOpen', 'withdraw', 'leave']

describe('a ledger that another run has taken over', () => {
  onServers(['postgres', 'mysql', 'mariadb'], (server, database) => {
    let dialect: Dialect
    let session: DatabaseSession
    let url: string

    beforeEach(async () => {
      dialect = await loadDialect(dialectOfServer(server))
      url = await database()
      session = await dialect.open({ url, purpose: 'a test' })
    })

    afterEach(() => session.close())

    it('accepts no write of the earlier run, and keeps what the later one wrote', async () => {
      const first = await writer()
      await first.begin(RUNNING, GROUNDS, AT, makeCursorBeforeStatement(0, 2))
      const second = await writer()
      await second.moveTo(RUNNING, makeCursorAtSentStatement(0, 2))
      const before = await ledger()
      for (const [name, write] of Object.entries(WRITES)) {
        if (HARMLESS.includes(name)) await write(first)
        else expect((await rejected(write(first), 'ledger.taken-over')).facts, name).to.include({ project: 'shop', epoch: '1' })
        expect(await ledger(), name).to.deep.equal(before)
      }
    })

    it('is distinguished from another error whose message mentions null', async () => {
      const only = await writer()
      await only.begin(NULLABLE, GROUNDS, AT, makeCursorBeforeStatement(0, 1))
      const { facts } = await rejected(only.begin(NULLABLE, GROUNDS, AT, makeCursorBeforeStatement(0, 1)), 'statement.failed')
      expect(`${facts.message} ${facts.detail ?? ''}`).to.include(NULLABLE.id)
    })

    async function writer(): Promise<LedgerWriter> {
      return new LedgerWriter(await leaseOf(session, dialect, url, WRITER), dialect, systemClock, WRITER, 0n)
    }

    async function ledger(): Promise<readonly unknown[]> {
      return [
        await session.query(sql`SELECT * FROM interphase_project`),
        await session.query(sql`SELECT * FROM interphase_migration ORDER BY id`),
        await session.query(sql`SELECT * FROM interphase_run ORDER BY place`),
        await session.query(sql`SELECT * FROM interphase_note ORDER BY place`),
      ]
    }
  })
})
