import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import { dialectOf } from '../../src/dialects/open.ts'
import { lastPlace, readHistory } from '../../src/ledger/read.ts'
import { beginEpoch, LedgerWriter, prepareLedger } from '../../src/ledger/write.ts'
import { migrationIn, release } from '../plan/made.ts'
import { dialectOfServer } from '../support/chain.ts'
import { onServers } from '../support/servers.ts'

const RELEASE = release('r1', '010-a.migrate', '020-b.migrate', '030-c.migrate')
const GROUNDS = { plan: 'p', policy: 'p', how: 'run' } as const
const AT = new Date('2015-04-30T16:45:00Z')

describe('the rows of a ledger', () => {
  onServers(['postgres', 'mysql', 'mariadb'], (server, database) => {
    it('stand in the order in which they were written, whatever was run again before', async () => {
      const dialect = await dialectOf(dialectOfServer(server))
      const session = await dialect.open({ url: await database(), purpose: 'a test' })
      const writer = { project: 'shop', by: 'me', engine: '0' }
      const begin = async () => {
        const epoch = await beginEpoch(session, systemClock, writer)
        return new LedgerWriter(session, dialect, systemClock, writer, epoch, await lastPlace(session, 'shop'))
      }
      const write = async (ledger: LedgerWriter, id: string) => {
        await ledger.forget(migrationIn(RELEASE, id), 'again')
        await ledger.done(migrationIn(RELEASE, id), GROUNDS, AT, 1, 0)
      }
      try {
        await prepareLedger(session, dialect, 'shop')
        const first = await begin()
        for (const id of ['010-a.migrate', '020-b.migrate', '010-a.migrate', '020-b.migrate']) await write(first, id)
        await write(await begin(), '030-c.migrate')
        const ids = (await readHistory(session, dialect, 'shop'))?.applied.map(({ id }) => id)
        expect(ids).to.deep.equal(['r1/010-a.migrate', 'r1/020-b.migrate', 'r1/030-c.migrate'])
      } finally {
        await session.close()
      }
    })
  })
})
