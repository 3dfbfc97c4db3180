import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { chainOn, type Files } from '../support/chain.ts'
import type { StartedServer } from '../support/process.ts'
import { removeProjects } from '../support/project.ts'
import { startMariaDb } from '../support/server-mariadb.ts'
import { startMySql } from '../support/server-mysql.ts'
import { execute, onServers, serverUrl, withDatabase } from '../support/servers.ts'

const CAPITALS: Files = {
  'r1/010-base.expand.sql': `CREATE TABLE Customer (id int PRIMARY KEY);
CREATE TABLE \`Order\` (id int PRIMARY KEY, customer int, CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES Customer (id));
CREATE VIEW Latest AS SELECT id FROM \`Order\`;`,
  'r2/010-more.expand.sql': 'CREATE TABLE more (id int PRIMARY KEY);',
}
const SMALL: Files = {
  'r1/010-base.expand.sql':
    "CREATE TABLE customer (id int PRIMARY KEY, Name varchar(9) DEFAULT 'A');\nCREATE VIEW latest AS SELECT ID, Name FROM customer;",
}

describe('a server that stores the names of tables in lower case', () => {
  onServers(['mariadb', 'mysql'], (server) => {
    let folding: StartedServer | undefined
    const shadowAt = (url: string) => ({ shadow: { [server]: { url } } })

    before(async () => {
      const settings = ['--lower-case-table-names=1']
      folding = await (server === 'mysql' ? startMySql(settings) : startMariaDb(settings))
    })
    after(removeProjects)
    after(() => folding?.stop())

    async function freshTarget(): Promise<string> {
      const url = folding?.url ?? ''
      await execute(url, 'DROP DATABASE IF EXISTS target', 'CREATE DATABASE target')
      return withDatabase(url, 'target')
    }

    it('is refused before anything runs when the states have capital letters, and accepted after the remedy', async () => {
      const chain = await chainOn(server, CAPITALS)
      await chain.record()
      const databaseUrl = await freshTarget()
      for (const command of ['upgrade', 'status', 'adopt'] as const) {
        const engine = await chain.open({ databaseUrl })
        const run = command === 'upgrade' ? engine.upgrade({ confirmed: true }) : command === 'status' ? engine.status() : engine.adopt()
        const { facts } = await rejected(run, 'states.name-case')
        expect(facts, command).to.include({ recorded: 0, found: 1 })
      }
      expect(await execute(databaseUrl, 'SHOW FULL TABLES WHERE Table_type = "VIEW"')).to.deep.equal([])
      chain.put({
        '/interphase.config.json': JSON.stringify({ project: 'shop', dialects: [server], ...shadowAt(folding?.url ?? '') }),
      })
      await (await chain.open()).record(undefined, true)
      await (await chain.open({ databaseUrl })).upgrade({ confirmed: true })
      expect((await (await chain.open({ databaseUrl })).status({ compareSchema: true })).schema).to.equal('as planned')
      // And the other way round: these states do not fit a server that keeps capital letters.
      const { facts } = await rejected(chain.up(), 'states.name-case')
      expect(facts).to.include({ recorded: 1, found: 0 })
      expect(await chain.sql("SHOW TABLES LIKE '%ustomer'")).to.deep.equal([])
    })

    it('is a target, and a shadow, for names without capital letters', async () => {
      const chain = await chainOn(server, SMALL)
      await chain.record()
      const databaseUrl = await freshTarget()
      await (await chain.open({ databaseUrl })).upgrade({ confirmed: true })
      const other = await chainOn(server, SMALL, shadowAt(folding?.url ?? ''))
      await other.record()
      await other.up()
      expect((await other.status()).schema).to.equal('as planned')
      expect(await serverUrl(server)).not.to.equal(folding?.url)
    })
  })
})
