import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { readLedgerHistory } from '../../src/ledger/read.ts'
import { LedgerWriter } from '../../src/ledger/write.ts'
import { migrationIn, release } from '../plan/made.ts'
import { dialectOfServer } from '../support/chain.ts'
import { onServers } from '../support/servers.ts'
import { leaseOf } from './lease.ts'

const RELEASE = release('r1', '010-a.migrate', '020-b.migrate', '030-c.migrate')
const GROUNDS = { plan: 'p', policy: 'p', how: 'run' } as const
const AT = new Date('2015-04-30T16:45:00Z')

describe('the rows of a ledger', () => {
  onServers(['postgres', 'mysql', 'mariadb'], (server, database) => {
    it('stand in the order in which they were written, whatever was run again before', async () => {
      const dialect = await loadDialect(dialectOfServer(server))
      const url = await database()
      const session = await dialect.open({ url, purpose: 'a test' })
      const writer = { project: 'shop', by: 'me', engine: '0' }
      const begin = async () => {
        const lease = await leaseOf(session, dialect, url, writer)
        return new LedgerWriter(lease, dialect, systemClock, writer, lease.ledger.lastPlace)
      }
      const write = async (ledger: LedgerWriter, id: string) => {
        await ledger.forget(migrationIn(RELEASE, id), 'again')
        await ledger.done(migrationIn(RELEASE, id), GROUNDS, AT, 0)
      }
      try {
        const first = await begin()
        for (const id of ['010-a.migrate', '020-b.migrate', '010-a.migrate', '020-b.migrate']) await write(first, id)
        await write(await begin(), '030-c.migrate')
        const ids = (await readLedgerHistory(session, dialect, 'shop'))?.applied.map(({ id }) => id)
        expect(ids).to.deep.equal(['r1/010-a.migrate', 'r1/020-b.migrate', 'r1/030-c.migrate'])
      } finally {
        await session.close()
      }
    })
  })
})
