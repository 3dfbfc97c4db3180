import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import { dialectOf } from '../../src/dialects/open.ts'
import { readHistory } from '../../src/ledger/read.ts'
import { beginEpoch, LedgerWriter, prepareLedger } from '../../src/ledger/write.ts'
import { dialectOfServer } from '../support/chain.ts'
import { onServers } from '../support/servers.ts'

describe('what a project has in a database', () => {
  onServers(['postgres', 'mysql', 'mariadb'], (server, database) => {
    it('may be ten thousand tables', async () => {
      const dialect = await dialectOf(dialectOfServer(server))
      const session = await dialect.open({ url: await database(), purpose: 'a test' })
      const writer = { project: 'large', by: 'me', engine: '0' }
      try {
        await prepareLedger(session, dialect, 'large')
        const ledger = new LedgerWriter(session, dialect, systemClock, writer, await beginEpoch(session, systemClock, writer), 0n)
        const groups = Array.from({ length: 10_000 }, (_, index) => `table:a_table_whose_number_is_${10_000 + index}`)
        await ledger.claim(groups)
        expect((await readHistory(session, dialect, 'large'))?.groups).to.deep.equal(groups)
      } finally {
        await session.close()
      }
    })
  })
})
