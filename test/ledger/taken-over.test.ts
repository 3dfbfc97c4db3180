import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import type { Dialect, Session } from '../../src/dialect/dialect.ts'
import { sql } from '../../src/dialect/sql.ts'
import { dialectOf } from '../../src/dialects/open.ts'
import { beginEpoch, type Grounds, LedgerWriter, prepareLedger } from '../../src/ledger/write.ts'
import { migrationIn, release } from '../plan/made.ts'
import { rejected } from '../support/caught.ts'
import { dialectOfServer } from '../support/chain.ts'
import { onServers } from '../support/servers.ts'

const WRITER = { project: 'shop', by: 'first@host', engine: '0' }
const GROUNDS: Grounds = { plan: 'p', policy: 'q', how: 'run' }
const R1 = release('r1', '010-running.expand', '020-new.expand', '030-nullable.expand')
const RUNNING = migrationIn(R1, '010-running.expand')
const NEW = migrationIn(R1, '020-new.expand')
const NULLABLE = migrationIn(R1, '030-nullable.expand')
const AT = new Date(0)

/** Total over what a run can write: a new write does not compile without a row. */
const WRITES: { readonly [M in keyof Omit<LedgerWriter, 'epoch'>]: (ledger: LedgerWriter) => Promise<unknown> } = {
  done: (ledger) => ledger.done(NEW, GROUNDS, AT, 1, 0),
  begin: (ledger) => ledger.begin(NEW, GROUNDS, AT, 1),
  sending: (ledger) => ledger.sending(RUNNING, 1),
  passed: (ledger) => ledger.passed(RUNNING, 1, 5),
  undoing: (ledger) => ledger.undoing(RUNNING, 1),
  finish: (ledger) => ledger.finish(RUNNING),
  correct: (ledger) => ledger.correct(RUNNING, GROUNDS, 2),
  accept: (ledger) => ledger.accept(RUNNING),
  isOpen: (ledger) => ledger.isOpen(RUNNING),
  forget: (ledger) => ledger.forget(RUNNING, 'again'),
  withdraw: (ledger) => ledger.withdraw(RUNNING),
  note: (ledger) => ledger.note('confirmed', 'r1', 'all of it'),
  noteOnce: (ledger) => ledger.noteOnce('stopped', RUNNING.id, 'once'),
  claim: (ledger) => ledger.claim(['table:mine']),
  leave: (ledger) => ledger.leave(),
}

/** They only read, or change only rows of their own epoch: they end a run that has failed. */
const HARMLESS: readonly string[] = ['isOpen', 'withdraw', 'leave']

describe('a ledger that another run has taken over', () => {
  onServers(['postgres', 'mysql', 'mariadb'], (server, database) => {
    let dialect: Dialect
    let session: Session

    beforeEach(async () => {
      dialect = await dialectOf(dialectOfServer(server))
      session = await dialect.open({ url: await database(), purpose: 'a test' })
      await prepareLedger(session, dialect, WRITER.project)
    })

    afterEach(() => session.close())

    it('accepts no write of the earlier run, and keeps what the later one wrote', async () => {
      const first = await writer()
      await first.begin(RUNNING, GROUNDS, AT, 2)
      const second = await writer()
      await second.sending(RUNNING, 0)
      const before = await ledger()
      for (const [name, write] of Object.entries(WRITES)) {
        if (HARMLESS.includes(name)) await write(first)
        else expect((await rejected(write(first), 'ledger.taken-over')).facts, name).to.include({ project: 'shop', epoch: '1' })
        expect(await ledger(), name).to.deep.equal(before)
      }
    })

    it('is told from another error whose message mentions null', async () => {
      const only = await writer()
      await only.begin(NULLABLE, GROUNDS, AT, 1)
      const { facts } = await rejected(only.begin(NULLABLE, GROUNDS, AT, 1), 'statement.failed')
      expect(`${facts.message} ${facts.detail ?? ''}`).to.include(NULLABLE.id)
    })

    async function writer(): Promise<LedgerWriter> {
      return new LedgerWriter(session, dialect, systemClock, WRITER, await beginEpoch(session, systemClock, WRITER), 0n)
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
