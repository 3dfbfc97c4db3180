import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { interphase } from '../../scripts/corpus/command.ts'
import { readCorpus } from '../../scripts/corpus/corpus.ts'
import { assemble } from '../../scripts/corpus/project.ts'
import { walk } from '../../scripts/corpus/walk.ts'
import { dialectOfServer } from '../support/chain.ts'
import { project, removeProjects } from '../support/project.ts'
import { onServers, serverUrl } from '../support/servers.ts'

describe('the walk of a corpus', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    it('loads the rows of a later release right before it, and gives the proof all rows', async () => {
      const sql = 'SELECT n FROM a ORDER BY id'
      const directory = project({
        [`before.${server}.sql`]: 'CREATE TABLE a (id int PRIMARY KEY, n int)',
        [`seed.${server}.sql`]: 'INSERT INTO a VALUES (1, NULL)',
        [`seed.02-two.${server}.sql`]: 'INSERT INTO a VALUES (2, NULL)',
        [`rows/02-two/010-more.${server}.sql`]: 'INSERT INTO a VALUES (3, NULL)',
        [`releases/01-one/010-n.migrate.${server}.sql`]: 'UPDATE a SET n = 1 WHERE n IS NULL',
        [`releases/02-two/010-n.migrate.${server}.sql`]: 'UPDATE a SET n = 2 WHERE n IS NULL',
        'checks.json': JSON.stringify([
          { after: '01-one/010-n.migrate', sql, expect: [['1']] },
          { after: '02-two/010-n.migrate', sql, expect: [['1'], ['2']] },
        ]),
      })
      const url = (await serverUrl(server)) ?? ''
      const corpus = readCorpus(directory, dialectOfServer(server))
      const root = assemble(corpus, url)
      try {
        const rows = (release: string) =>
          readdirSync(join(root, 'releases', release, 'rows')).map((file) =>
            readFileSync(join(root, 'releases', release, 'rows', file), 'utf8'),
          )
        expect(rows('01-one')).to.deep.equal(['INSERT INTO a VALUES (1, NULL)'])
        expect(rows('02-two')).to.deep.equal(['INSERT INTO a VALUES (2, NULL)', 'INSERT INTO a VALUES (3, NULL)'])
        await interphase(root, url, ['record'], 0)
        const walked = await walk(corpus, root, { name: server, url }, 'run')
        expect(walked).to.deep.equal({ held: 2, failures: [], unseen: [] })
      } finally {
        rmSync(root, { recursive: true, force: true })
      }
    })
  })
})
