import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, chainOverFirst } from '../support/chain.ts'
import { put, removeProjects } from '../support/project.ts'
import { execute, freshDatabase, onServers } from '../support/servers.ts'
import { interphase } from './cli.ts'

const WANTED = 'CREATE TABLE customer (id int PRIMARY KEY, name varchar(40) NOT NULL, level int NOT NULL);'
const RELEASE = 'releases/r2-level'

describe('interphase draft on the command line', function () {
  this.timeout(60_000)
  after(removeProjects)

  onServers(['postgres'], (server) => {
    let chain: ChainOnServer
    const draft = (...args: readonly string[]) => interphase(chain.root, ['draft', ...args])

    before(async () => {
      chain = await chainOverFirst(server, {
        'r1/010-customer.expand.sql': 'CREATE TABLE customer (id int PRIMARY KEY, name varchar(40) NOT NULL);',
      })
      put(chain.root, { 'schema.sql': WANTED })
    })

    it('writes the release and prints its questions, and record refuses it until they are answered', async () => {
      const { code, out, err } = await draft('--from', 'schema.sql', '--release', 'r2-level')
      expect(code, err).to.equal(0)
      const step = `${RELEASE}/210-customer-level.migrate.sql`
      expect(out).to.include(`wrote ${RELEASE}/110-additions.expand.sql`).and.include(`wrote ${RELEASE}/310-customer-level.contract.sql`)
      expect(out).to.include('1 question to answer in the files of r2-level:').and.include(`${step}:1: Which value do existing rows get`)
      const refused = await interphase(chain.root, ['record'])
      expect(refused.code).to.equal(2)
      expect(refused.err).to.include(`${step}:1: the file contains a question that is not answered`)
      const path = join(chain.root, step)
      const text = readFileSync(path, 'utf8')
      // A value that nobody filled in does not pass either.
      writeFileSync(path, text.replace(/^-- interphase: question.*\n/, ''))
      expect((await rejected(chain.record(), 'record.failed')).message).to.include('value_to_fill_in')
      writeFileSync(path, text.replace(/^-- interphase: question.*\n/, '').replace('value_to_fill_in', '1'))
      await chain.record()
      const again = await draft('--from', 'schema.sql', '--json')
      expect(JSON.parse(again.out)).to.deep.equal({
        format: 1,
        release: 'r2-level-draft',
        dialect: 'postgres',
        files: [],
        questions: [],
        unwritten: [],
      })
    })

    it('refuses an existing release, a name before the last one, a missing source and a broken file', async () => {
      const exists = await draft('--from', 'schema.sql', '--release', 'r1')
      expect(exists.code).to.equal(2)
      expect(exists.err).to.include('releases/r1')
      const early = await draft('--from', 'schema.sql', '--release', 'a')
      expect(early.err).to.include('would precede the last release')
      expect((await draft()).err).to.include('the wanted schema is missing')
      expect((await draft('--from', 'none.sql', '--release', 'r9')).err).to.include('none.sql')
      put(chain.root, { 'broken.sql': 'CREATE TABLE a (id int);\nCREATE TABLE a (id int);' })
      const broken = await draft('--from', 'broken.sql', '--release', 'r9')
      expect(broken.code).to.equal(1)
      expect(broken.err)
        .to.include('the wanted schema in broken.sql failed on a shadow (a scratch database) of postgres')
        .and.include('already exists')
    })
  })

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    it('reads the wanted schema from another database, and changes nothing there', async () => {
      const chain = await chainOverFirst(server, {
        'r1/010-customer.expand.sql': 'CREATE TABLE customer (id int PRIMARY KEY, name varchar(40) NOT NULL);',
      })
      const url = await freshDatabase(server)
      await execute(url, WANTED, 'ALTER TABLE customer ADD COLUMN born date')
      put(chain.root, { 'url.txt': url })
      const { code, out, err } = await interphase(chain.root, ['draft', '--from-url-file', 'url.txt', '--release', 'r3'])
      expect(code, err).to.equal(0)
      expect(out.match(/^wrote .*/gm)).to.deep.equal([
        'wrote releases/r3/110-additions.expand.sql',
        'wrote releases/r3/110-additions.expand.undo.sql',
        'wrote releases/r3/210-customer-level.migrate.sql',
        'wrote releases/r3/210-customer-level.migrate.pending.sql',
        'wrote releases/r3/310-customer-level.contract.sql',
      ])
      expect(readFileSync(join(chain.root, 'releases/r3/110-additions.expand.sql'), 'utf8')).to.match(/ADD COLUMN ["`]born["`] date/)
      const own = server === 'postgres' ? 'current_schema()' : 'database()'
      const tables = await execute(url, `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${own}`)
      expect(tables).to.deep.equal([{ name: 'customer' }])
    })
  })
})
