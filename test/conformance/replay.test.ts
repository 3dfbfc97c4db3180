import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeFileWithDigest } from '../../src/project/file-with-digest.ts'
import { type ChainOnServer, recordedOn, statesOf } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const BASE = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY, name varchar(20));\nCREATE INDEX item_name ON item (name);',
  'r1/010-item.migrate.sql': "INSERT INTO item VALUES (1, 'cup');",
  'r2/010-part.expand.sql': 'CREATE TABLE part (id int PRIMARY KEY, item int);',
}
const NEXT = { 'r3/010-colour.expand.sql': 'ALTER TABLE part ADD COLUMN colour varchar(10);' }

const recordedIn = ({ events }: ChainOnServer) => events.flatMap((event) => (event.type === 'release-recorded' ? [event.release] : []))

describe('a new release over recorded ones', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    it('is recorded alone, to the same states as with all others', async () => {
      const chain = await recordedOn(server, BASE)
      chain.events.length = 0
      chain.put(NEXT)
      await chain.record()
      expect(recordedIn(chain)).to.deep.equal(['r3'])
      const alone = statesOf(chain)
      await (await chain.open()).record([chain.dialect], true)
      expect(recordedIn(chain)).to.deep.equal(['r3', 'r1', 'r2', 'r3'])
      const all = statesOf(chain)
      for (const [path, text] of Object.entries(alone)) if (path.startsWith('r3/')) expect(all[path], path).to.equal(text)
    })

    it('has all of them recorded again where they do not end as recorded', async () => {
      const chain = await recordedOn(server, BASE)
      const file = join(chain.root, `releases/r2/states/${chain.dialect}/_release.json`)
      const { digest: _, ...head } = JSON.parse(readFileSync(file, 'utf8'))
      writeFileSync(file, makeFileWithDigest({ ...head, end: `s1:${'0'.repeat(32)}` }).text)
      chain.events.length = 0
      chain.put(NEXT)
      await chain.record()
      expect(recordedIn(chain)).to.deep.equal(['r1', 'r2', 'r3'])
      expect((await (await chain.open()).check()).findings).to.deep.equal([])
    })
  })
})
