import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import { readLedgerHistory } from '../../src/ledger/read.ts'
import { LedgerWriter } from '../../src/ledger/write.ts'
import { dialectOfServer } from '../support/chain.ts'
import { onServers } from '../support/servers.ts'
import { leaseOf } from './lease.ts'

describe('what a project has in a database', () => {
  onServers(['postgres', 'mysql', 'mariadb'], (server, database) => {
    it('may be ten thousand tables', async () => {
      const dialect = await loadDialect(dialectOfServer(server))
      const url = await database()
      const session = await dialect.open({ url, purpose: 'a test' })
      const writer = { project: 'large', by: 'me', engine: '0' }
      try {
        const ledger = new LedgerWriter(await leaseOf(session, dialect, url, writer), dialect, systemClock, writer, 0n)
        const groups = Array.from({ length: 10_000 }, (_, index) => `table:a_table_whose_number_is_${10_000 + index}`)
        await ledger.claim(groups)
        expect((await readLedgerHistory(session, dialect, 'large'))?.groups).to.deep.equal(groups)
      } finally {
        await session.close()
      }
    })
  })
})
