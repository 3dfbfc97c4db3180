import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { loadFileAnalyzer } from '../../src/dialects/open.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { DriftReportShape } from '../../src/status/reports/drift-report.ts'
import { type ChainOnServer, recordedOn } from '../support/chain.ts'
import { put, removeProjects } from '../support/project.ts'
import { recordOnce } from '../support/recordings.ts'
import { execute, freshDatabase, onServers } from '../support/servers.ts'
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
      for (const way of ['--draft-back back.sql', '--draft-forward <name of a new release>', '`ignore`']) expect(text.out).to.include(way)
      const file = join(chain.root, 'back.sql')
      const written = await at('drift', '--draft-back', file)
      expect([written.code, written.out]).to.satisfy(([, out]: [number, string]) => out.includes(`Wrote ${file} with `))
      expect(written.out).to.include(`review ${file}, execute it in the database, and run: interphase status --check`)
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

    it('writes the change as a release, which counts as done in this database and runs in another', async () => {
      const other = await freshDatabase(server)
      expect((await interphase(chain.root, ['up', '--yes'], { DATABASE_URL: other })).code).to.equal(0)
      await execute(
        chain.url,
        'CREATE INDEX item_label ON item (label)',
        'ALTER TABLE item ADD COLUMN extra int',
        'ALTER TABLE item DROP COLUMN note',
      )
      const early = await at('adopt', '--at', 'r2')
      expect([early.code, early.err]).to.satisfy(([code, err]: [number, string]) => code === 7 && err.includes('(adopt.no-match)'))
      const drafted = await at('drift', '--draft-forward', 'r3', '--not-renamed', 'item.note')
      expect(drafted.out).to.include('wrote releases/r3/110-additions.expand.sql').and.include('interphase adopt --at r3')
      expect(drafted.code, drafted.err).to.equal(7)
      removeQuestions(join(chain.root, 'releases/r3'))
      await recordOnce(chain.root, server)
      const wrong = await interphase(chain.root, ['adopt', '--at', 'r3'], { DATABASE_URL: other })
      expect([wrong.code, wrong.err]).to.satisfy(([code, err]: [number, string]) => code === 7 && err.includes('(adopt.no-match)'))
      const adopted = await at('adopt', '--at', 'r3')
      expect(adopted.code, adopted.err).to.equal(0)
      expect((await at('adopt', '--at', 'r3')).err).to.include('(adopt.already)')
      expect((await interphase(chain.root, ['up', '--yes'], { DATABASE_URL: other })).code).to.equal(0)
      for (const url of [chain.url, other]) {
        const { code, out, err } = await interphase(chain.root, ['status', '--check'], { DATABASE_URL: url })
        expect(code, out + err).to.equal(0)
        expect((await interphase(chain.root, ['drift'], { DATABASE_URL: url })).code).to.equal(0)
      }
    })

    it('writes no release while another one waits', async () => {
      put(chain.root, { 'releases/r4/010-more.expand.sql': 'ALTER TABLE item ADD COLUMN more int;' })
      await recordOnce(chain.root, server)
      const { code, err } = await at('drift', '--draft-forward', 'r5')
      expect(code).to.equal(7)
      expect(err).to.include('expand of r4 has not run').and.include('(drift.before-end)')
      expect(existsSync(join(chain.root, 'releases/r5'))).to.equal(false)
      // The remedy: back to the planned schema, and the waiting release runs.
      await execute(chain.url, 'ALTER TABLE item ADD COLUMN stray int')
      const file = join(chain.root, 'back-again.sql')
      expect((await at('drift', '--draft-back', file)).code).to.equal(7)
      await runFile(server as DialectName, chain.url, file)
      expect((await at('up', '--yes')).code).to.equal(0)
      expect((await at('status', '--check')).code).to.equal(0)
    })
  })
})

/** Answers every question of a release by leaving its statements as they are. */
function removeQuestions(directory: string): void {
  for (const name of readdirSync(directory)) {
    const file = join(directory, name)
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/^-- interphase: question .*\n/gm, ''))
  }
}

/** Runs a draft as a person does after the review. */
async function runFile(dialect: DialectName, url: string, file: string): Promise<void> {
  const script = readFileSync(file, 'utf8')
  expect(script).to.include('-- This statement destroys rows.')
  const { statements } = await (await loadFileAnalyzer(dialect)).script({ file, text: script }, 'off')
  await execute(url, ...statements.map(({ text }) => text))
}
