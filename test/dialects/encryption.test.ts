import { loadDialect } from '../../src/dialects/open.ts'
import { rejected } from '../support/caught.ts'

describe('a URL that asks for encryption in words that are not read', () => {
  for (const [dialect, url] of [
    ['postgres', 'postgres://nobody@127.0.0.1:1/db?ssl=true'],
    ['mysql', 'mysql://nobody@127.0.0.1:1/db?ssl-mode=REQUIRED'],
    ['mariadb', 'mariadb://nobody@127.0.0.1:1/db?useSsl=true'],
  ] as const) {
    it(`is refused before anything is sent, ${dialect}`, async () => {
      await rejected((await loadDialect(dialect)).open({ url, purpose: 'a test' }), 'database.bad-url')
    })
  }
})
