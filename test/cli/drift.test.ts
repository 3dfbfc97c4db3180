import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { loadFileReader } from '../../src/dialects/open.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { DriftReportShape } from '../../src/status/drift-report.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { execute, onServers } from '../support/servers.ts'
import { interphase } from './cli.ts'

const FILES = {
  'r1/010-item.expand.sql':
    'CREATE TABLE item (id int NOT NULL PRIMARY KEY, price int NOT NULL, note varchar(20)); CREATE INDEX item_note ON item (note);',
  'r2/010-label.expand.sql': 'ALTER TABLE item ADD COLUMN label varchar(20);',
}

// Each of these changes is one difference.
const CHANGES = [
  'ALTER TABLE item DROP COLUMN label',
  'ALTER TABLE item ADD COLUMN extra int',
  'ALTER TABLE item ADD CONSTRAINT priced CHECK (price > 0)',
]

describe('interphase drift', function () {
  this.timeout(120_000)
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    let chain: ChainOnServer
    const at = (...args: readonly string[]) => interphase(chain.root, args, { DATABASE_URL: chain.url })

    before(async () => {
      chain = await recordedOn(server, FILES)
      expect((await at('up', '--yes')).code).to.equal(0)
    })

    it('says that the schema is as planned', async () => {
      const equal = await at('drift')
      expect(equal.out).to.equal('The schema of the database is as planned.\n')
      expect(equal.code).to.equal(0)
    })

    it('lists each difference, and writes the SQL that takes the database back', async () => {
      await execute(
        chain.url,
        ...CHANGES,
        server === 'postgres' ? 'ALTER TABLE item ALTER price TYPE bigint' : 'ALTER TABLE item MODIFY price bigint NOT NULL',
      )
      const text = await at('drift')
      expect(text.code).to.equal(7)
      expect(text.out).to.include('Missing in the database:\n  column item.label')
      expect(text.out).to.include('column item.extra').and.include('check priced on item')
      expect(text.out).to.match(/column item\.price: type planned int(eger)?, found bigint/)
      const file = join(chain.root, 'back.sql')
      const json = await at('drift', '--json', '--draft-back', file)
      const report = DriftReportShape.parse(JSON.parse(json.out))
      expect(report.missing.map(({ id }) => id)).to.deep.equal(['column:item.label'])
      expect(report.extra.map(({ id }) => id)).to.deep.equal(['check:item.priced', 'column:item.extra'])
      expect(report.different.map(({ id, facts }) => [id, facts.map(({ fact }) => fact)])).to.deep.equal([['column:item.price', ['type']]])
      expect((await at('status', '--check')).code).to.equal(7)
      await runFile(server as DialectName, chain.url, file)
      const back = await at('drift')
      expect(back.out).to.equal('The schema of the database is as planned.\n')
      expect(back.code).to.equal(0)
    })
  })
})

/** Runs a draft as a person does after the review. */
async function runFile(dialect: DialectName, url: string, file: string): Promise<void> {
  const script = readFileSync(file, 'utf8')
  expect(script).to.include('-- This statement destroys rows.')
  const { statements } = await (await loadFileReader(dialect)).script({ file, text: script }, 'off')
  await execute(url, ...statements.map(({ text }) => text))
}
