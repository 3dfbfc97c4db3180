import { expect } from 'chai'
import type { Interphase } from '../../src/engine.ts'
import { type ChainOnServer, type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { statementsSent } from '../support/sent.ts'
import { execute, freshDatabase, onServers, type ServerName } from '../support/servers.ts'

const FILES: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (id int PRIMARY KEY);',
  'r2/010-note.expand.sql': 'ALTER TABLE item ADD COLUMN note int;',
}

/**
 * The number of statements on the ledger from the connection to the first statement of a migration. A further read raises the number.
 * The note about the beginning of the run takes three. MySQL and MariaDB record the beginning of the migration, because DDL commits
 * implicitly.
 */
const ON_LEDGER: { readonly [S in ServerName]?: number } = { postgres: 10, mysql: 13, mariadb: 13 }

const LEDGER = /\binterphase_(project|migration|run|note)\b/

// Before the lock is safe, a run reads this row for the last holder. At the beginning of its epoch, it reads the row again.
const ROW_OF_PROJECT = /^SELECT \* FROM interphase_project\b/

const READS: { readonly [name: string]: (engine: Interphase) => Promise<unknown> } = {
  'status': (engine) => engine.status(),
  'status --check': (engine) => engine.status({ compareSchema: true }),
  'plan': (engine) => engine.planAndStatus(),
  'log': (engine) => engine.history(),
  'undo --dry-run': (engine) => engine.undo({ dryRun: true }),
}

describe('the reads of the ledger', () => {
  after(removeProjects)

  onServers(['postgres', 'mysql', 'mariadb'], (server) => {
    let chain: ChainOnServer

    before(async () => {
      chain = await recordedOn(server, FILES)
      await chain.up({ to: 'r1' })
    })

    it('happen once before the first statement of a migration', async () => {
      const sent = await statementsSent(() => chain.up())
      const before = sent.slice(0, firstOf(sent, 'ADD COLUMN note'))
      expect(twice(before)).to.deep.equal(['SELECT * FROM interphase_project'])
      expect(before.filter((text) => LEDGER.test(text))).to.have.lengthOf(ON_LEDGER[server] ?? 0)
    })

    for (const [name, read] of Object.entries(READS)) {
      it(`happen once in ${name}`, async () => {
        const engine = await chain.open()
        const sent = await statementsSent(() => read(engine))
        expect(sent.some((text) => text.includes('interphase_migration'))).to.equal(true)
        expect(twice(sent)).to.deep.equal([])
      })
    }

    it('happen once in adopt, under its lock', async () => {
      const url = await freshDatabase(server)
      await execute(url, 'CREATE TABLE item (id int PRIMARY KEY)')
      const engine = await chain.open({ databaseUrl: url })
      const sent = await statementsSent(() => engine.adopt())
      expect(sent.filter((text) => /^SELECT\b.*\binterphase_migration\b/s.test(text))).to.have.lengthOf(1)
    })
  })
})

function firstOf(sent: readonly string[], words: string): number {
  const first = sent.findIndex((text) => text.includes(words))
  expect(first, words).to.be.greaterThan(0)
  return first
}

/** The statements that read the ledger and were sent more than once. */
function twice(sent: readonly string[]): readonly string[] {
  const reads = sent.filter((text) => /^SELECT\b.*\bFROM interphase_/s.test(text))
  const repeated = new Set(reads.filter((text, index) => reads.indexOf(text) !== index))
  return [...repeated].map((text) => ROW_OF_PROJECT.exec(text)?.[0] ?? text)
}
