import { expect } from 'chai'
import { execute, freshDatabase, onEveryServer, postgresUrls, type ServerName, serverUrl } from './servers.ts'

const VERSION: { readonly [N in ServerName]: RegExp } = {
  'postgres': /^PostgreSQL 1[4-9]/,
  'postgres-system': /^PostgreSQL \d+/,
  'mariadb': /MariaDB/,
  'mysql': /^[89]\.\d+\.\d+(?!.*MariaDB)/,
}

describe('servers', () => {
  onEveryServer((name) => {
    it('says what it is', async () => {
      const url = (await serverUrl(name)) ?? ''
      const [row] = await execute(url, 'SELECT version() AS version')
      expect(row?.['version']).to.match(VERSION[name])
    })

    it('gives databases that are empty and do not meet', async () => {
      const [one, two] = [await freshDatabase(name), await freshDatabase(name)]
      await execute(one, 'CREATE TABLE only_here (id integer PRIMARY KEY)')
      const tables = "SELECT table_name FROM information_schema.tables WHERE table_name = 'only_here' AND table_schema IN "
      const here = name.startsWith('postgres') ? "('public')" : '(database())'
      expect(await execute(one, tables + here)).to.have.length(1)
      expect(await execute(two, tables + here)).to.have.length(0)
    })
  })

  it('knows every PostgreSQL', async () => {
    const urls = await postgresUrls()
    expect(urls).to.include(await serverUrl('postgres'))
    expect(new Set(urls)).to.have.lengthOf(urls.length)
  })
})
