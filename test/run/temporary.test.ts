import { expect } from 'chai'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

describe('a temporary table', () => {
  after(removeProjects)

  onServers(['mariadb', 'mysql'], (server) => {
    it('with a name of its own, or one that it has given up, is no obstacle', async () => {
      const chain = await recordedOn(server, {
        'r1/010-base.expand.sql': `CREATE TEMPORARY TABLE item (id int);
DROP TEMPORARY TABLE item;
CREATE TABLE item (id int PRIMARY KEY, n int);
CREATE TEMPORARY TABLE other AS SELECT 1 AS id;
INSERT INTO item (id) SELECT id FROM other;`,
        'r2/010-more.expand.sql': 'CREATE TABLE other (id int PRIMARY KEY);',
      })
      await chain.up()
      expect((await chain.status()).schema).to.equal('as planned')
    })
  })
})
