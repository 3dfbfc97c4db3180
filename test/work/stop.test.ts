import { expect } from 'chai'
import { loadDialect } from '../../src/dialects/open.ts'
import { runWithStatementCancellation } from '../../src/work/stop.ts'
import { rejected } from '../support/caught.ts'
import { dialectOfServer } from '../support/chain.ts'
import { onEveryServer } from '../support/servers.ts'

describe('work that must stop', () => {
  onEveryServer((server, database) => {
    it('is cancelled although the first request to cancel arrives between two statements', async () => {
      const dialect = await loadDialect(dialectOfServer(server))
      const session = await dialect.open({ url: await database(), purpose: 'a test' })
      try {
        const stop = new AbortController()
        const requests: Promise<void>[] = []
        const cancel = () => {
          const request = session.cancel()
          requests.push(request)
          return request
        }
        const sleep = dialect.name === 'postgres' ? 'SELECT pg_sleep(3600)' : 'SELECT 1 FROM (SELECT 1 AS one) t WHERE SLEEP(3600) = one'
        const work = runWithStatementCancellation({ lost: session.lost, cancel }, stop.signal, 'the test', async () => {
          stop.abort('SIGTERM')
          await requests[0]
          await session.execute(sleep, { file: 'test.sql', line: 1 })
        })
        await rejected(work, 'run.stopped')
        expect(requests.length).to.be.greaterThan(1)
        expect(await session.execute('SELECT 1 AS one', { file: 'test.sql', line: 2 }))
          .to.have.property('rows')
          .of.length(1)
      } finally {
        await session.close()
      }
    })
  })
})
