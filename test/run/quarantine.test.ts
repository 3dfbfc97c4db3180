import { expect } from 'chai'
import type { Event } from '../../src/event.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, dialectOfServer, type Files, recordedAt } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'
import { openTransaction, untilBlocked } from './blocker.ts'

const STEP = 'r2/010-code.migrate'
const CONTRACT = { 'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;' }

function files(step: string, more: Files = {}): Files {
  return {
    'r1/010-item.expand.sql':
      'CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, name varchar(40) NOT NULL, code varchar(20), number int, writes int DEFAULT 0 NOT NULL, old int);',
    'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, '1'), (5, '5');",
    'r2/010-code.expand.sql': 'ALTER TABLE item ADD COLUMN more int;',
    'r2/010-code.migrate.sql': step,
    ...CONTRACT,
    ...more,
  }
}

const ROWS = 23

async function expanded(server: ServerName, chainFiles: Files, names: readonly string[]): Promise<ChainOnServer> {
  const chain = await recordedAt(server, 'r1', chainFiles)
  await chain.sql(...names.map((name, index) => `INSERT INTO item (id, name) VALUES (${index + 1}, '${name}')`))
  await chain.up({ only: 'expand' })
  return chain
}

/** Rows named by their numbers. The rows of `bad` have a name of 25 characters. */
function names(bad: readonly number[]): readonly string[] {
  return Array.from({ length: ROWS }, (_, index) => (bad.includes(index + 1) ? 'x'.repeat(25) : String(index + 1)))
}

const FILL = (quarantine: number, size = 10) =>
  `-- interphase: batch item size ${size} quarantine ${quarantine}\nUPDATE item SET code = name, writes = writes + 1 WHERE :batch AND code IS NULL;\n`

/** Steps that fail for the rows with a long name, each with another kind of error. */
const FAILING: readonly {
  readonly title: string
  readonly set: string
  readonly before?: { readonly postgres: readonly string[]; readonly mysql: readonly string[] }
}[] = [
  { title: 'a value that is too long', set: 'code = name' },
  { title: 'a cast', set: 'number = CAST' },
  {
    title: 'a constraint',
    set: 'number = length(name)',
    before: {
      postgres: ['ALTER TABLE item ADD CONSTRAINT small CHECK (number < 10)'],
      mysql: ['ALTER TABLE item ADD CONSTRAINT small CHECK (number < 10)'],
    },
  },
  {
    title: 'an exception of a trigger',
    set: "code = 'ok'",
    before: {
      postgres: [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF length(NEW.name) > 20 THEN RAISE EXCEPTION 'a long name'; END IF; RETURN NEW; END $$",
        'CREATE TRIGGER refuse BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION refuse()',
      ],
      mysql: [
        "CREATE TRIGGER refuse BEFORE UPDATE ON item FOR EACH ROW BEGIN IF length(NEW.name) > 20 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a long name'; END IF; END",
      ],
    },
  },
]

async function state(chain: ChainOnServer): Promise<readonly [readonly number[], readonly number[]]> {
  const rows = await chain.sql('SELECT id, writes FROM item ORDER BY id')
  const ids = (writes: number) => rows.filter((row) => Number(row['writes']) === writes).map(({ id }) => Number(id))
  return [ids(0), ids(1)]
}

describe('a row that fails alone', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    const isPostgres = dialectOfServer(server) === 'postgres'

    for (const { title, set, before } of FAILING) {
      it(`is put into quarantine, and the walk continues: ${title}`, async () => {
        const cast = isPostgres ? 'number = name::int' : 'number = CAST(concat(name, 0) AS DECIMAL(65))'
        const assigned = set === 'number = CAST' ? cast : set
        const step = `-- interphase: batch item size 10 quarantine 3\nUPDATE item SET ${assigned}, writes = writes + 1 WHERE :batch AND writes = 0;\n`
        const rules = (isPostgres ? before?.postgres : before?.mysql) ?? []
        const added =
          rules.length === 0
            ? {}
            : { 'r1/020-rule.expand.sql': isPostgres ? `${rules.join(';\n')};\n` : `DELIMITER //\n${rules.join('//\n')}//\nDELIMITER ;\n` }
        const chain = await expanded(server, files(step, added), names([3, 4, 17]))
        await chain.up({ only: 'migrate' })
        expect((await state(chain))[0]).to.deep.equal([3, 4, 17])
        const listed = await (await chain.open()).quarantine()
        expect(listed.map(({ migration, table, by, key }) => ({ migration, table, by, key }))).to.deep.equal(
          ['3', '4', '17'].map((id) => ({ migration: STEP, table: 'item', by: ['id'], key: [id] })),
        )
        for (const { problem } of listed) expect(problem).not.to.equal('')
        await chain.sql(`UPDATE item SET name = '7', writes = 0 WHERE id IN (3, 4, 17)`).catch(() => undefined)
      })
    }

    it('holds contract until the quarantine is empty, and retry writes the corrected rows', async () => {
      const chain = await expanded(server, files(FILL(5)), names([2, 21]))
      await chain.up({ only: 'migrate' })
      const checked = await chain.status()
      expect(checked.next?.held.join('\n')).to.include(`${STEP} has 2 rows in quarantine`)
      expect(checked.exitCode).to.equal(6)
      const step = checked.releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations)).find(({ id }) => id === STEP)
      expect(step).to.include({ state: 'done', quarantined: 2 })
      const { facts } = await rejected(chain.up({ only: 'contract' }), 'phase.held')
      expect(facts.reasons).to.deep.equal(checked.next?.held)
      expect((await (await chain.open()).planAndStatus()).status.next?.held).to.deep.equal(checked.next?.held)
      await rejected(chain.up(), 'phase.held')

      await chain.sql("UPDATE item SET name = 'short' WHERE id = 21")
      const first = await (await chain.open()).retryQuarantine()
      expect([first.done, first.left].map((rows) => rows.map(({ key }) => key))).to.deep.equal([[['21']], [['2']]])
      await chain.sql('DELETE FROM item WHERE id = 2')
      const second = await (await chain.open()).retryQuarantine()
      expect([second.done.length, second.left.length]).to.deep.equal([1, 0])
      expect((await state(chain))[0]).to.deep.equal([])
      expect(await chain.sql("SELECT id FROM item WHERE code = 'short'")).to.have.length(1)
      await chain.up({ only: 'contract' })
    })

    it('is given up with a reason, which the log keeps', async () => {
      const chain = await expanded(server, files(FILL(5)), names([2, 21]))
      await chain.up({ only: 'migrate' })
      const engine = await chain.open({ by: 'anna@host' })
      await rejected(engine.discardQuarantine({ key: 'id = 3' }, 'a mistake'), 'quarantine.unknown')
      await engine.discardQuarantine({ migration: STEP, key: 'id = 2' }, 'a test row')
      expect((await engine.quarantine()).map(({ key }) => key)).to.deep.equal([['21']])
      const note = (await engine.history())?.notes.find(({ kind }) => kind === 'discarded')
      expect(note).to.include({ subject: STEP })
      expect(note?.by).to.match(/^anna@host as /)
      expect(note?.fields).to.include({ table: 'item', key: 'id = 2', because: 'a test row' })
      await rejected(chain.up({ only: 'contract' }), 'phase.held')
      await engine.discardQuarantine({}, 'all of them')
      await chain.up({ only: 'contract' })
    })

    it('ends the step above the limit, and the step resumes before that row', async () => {
      const chain = await expanded(server, files(FILL(1)), names([2, 9, 21]))
      const full = await rejected(chain.up({ only: 'migrate' }), 'batch.quarantine-full')
      expect(full.facts).to.include({ key: 'id = 9', limit: 1 })
      expect((await (await chain.open()).quarantine()).map(({ key }) => key)).to.deep.equal([['2']])
      await chain.sql("UPDATE item SET name = 'short' WHERE id IN (2, 9)")
      await (await chain.open()).retryQuarantine()
      await chain.up({ only: 'migrate' })
      expect((await state(chain))[0]).to.deep.equal([21])
    })

    it('counts towards the limit in whichever worker it fails', async () => {
      const chain = await expanded(server, files(FILL(1, 2)), names(Array.from({ length: ROWS }, (_, index) => index + 1)))
      // The first worker commits its row when another worker has put a row into quarantine too, or waits for the first one.
      let arrivals = 0
      const crash = async (point: string) => {
        if (point !== 'in quarantine' || ++arrivals > 1) return
        await untilBlocked(chain.dialect, chain.url, () => arrivals > 1)
      }
      const full = await rejected((await chain.open({ crash })).upgrade({ only: 'migrate', workers: 2 }), 'batch.quarantine-full')
      expect(full.facts.limit).to.equal(1)
      expect(await (await chain.open()).quarantine()).to.have.length(1)
    })

    it('counts towards the number of rows after which the workers stop', async () => {
      const chain = await expanded(server, files(FILL(ROWS, 2)), names(Array.from({ length: ROWS }, (_, index) => index + 1)))
      await rejected(chain.up({ only: 'migrate', workers: 2, maxRows: 5 }), 'run.limit')
      expect(await (await chain.open()).quarantine()).to.have.length(5)
    })

    it('waits for the lock of another session on the quarantine, and is put there once', async () => {
      const chain = await expanded(server, files(FILL(5)), names([2, 21]))
      const blocker = await openTransaction(chain.dialect, chain.url)
      const hold = isPostgres ? 'LOCK TABLE interphase_quarantine IN ACCESS EXCLUSIVE MODE' : 'LOCK TABLES interphase_quarantine WRITE'
      let isHeld = false
      const crash = async (point: string) => {
        if (point !== 'after begin' || isHeld) return
        isHeld = true
        await blocker.execute(hold, { file: 'test', line: 1 })
      }
      const released: Promise<unknown>[] = []
      const emit = (event: Event) => {
        if (event.type === 'lock-timeout') released.push(blocker.close())
      }
      await (await chain.open({ crash, emit })).upgrade({ only: 'migrate' })
      expect(released).to.have.length.above(0)
      await Promise.all(released)
      expect((await (await chain.open()).quarantine()).map(({ key }) => key)).to.deep.equal([['2'], ['21']])
      expect((await state(chain))[0]).to.deep.equal([2, 21])
    })

    it('stops the step without the word quarantine', async () => {
      const chain = await expanded(server, files(FILL(0)), names([9]))
      const { facts } = await rejected(chain.up({ only: 'migrate' }), 'batch.row')
      expect(facts).to.include({ key: 'id = 9' })
      expect(await (await chain.open()).quarantine()).to.deep.equal([])
    })

    it('stays in quarantine although the pending query counts it', async () => {
      const pending = { 'r2/010-code.migrate.pending.sql': 'SELECT count(*) FROM item WHERE code IS NULL' }
      const chain = await expanded(server, files(FILL(5), pending), names([2, 21]))
      await chain.up({ only: 'migrate' })
      expect((await chain.status()).next).to.include({ phase: 'contract' })
      expect((await chain.up({ only: 'migrate' })).ran).to.deep.equal([])
      await rejected(chain.up({ only: 'contract' }), 'phase.held')
      // The row is given up, but the pending query still counts it.
      await (await chain.open()).discardQuarantine({ key: 'id = 2' }, 'a test row')
      await chain.sql("UPDATE item SET name = 'short' WHERE id = 21")
      await (await chain.open()).retryQuarantine()
      await rejected(chain.up({ only: 'contract' }), 'phase.held')
      await chain.sql("UPDATE item SET name = 'short' WHERE id = 2")
      await chain.up({ only: 'migrate' })
      await chain.up({ only: 'contract' })
      expect(await chain.sql('SELECT id FROM item WHERE code IS NULL')).to.deep.equal([])
    })

    it('leaves the quarantine with the undo of the step', async () => {
      const undo = {
        'r2/010-code.expand.undo.sql': 'ALTER TABLE item DROP COLUMN more;',
        'r2/010-code.migrate.undo.sql': 'UPDATE item SET code = NULL, writes = 0;',
      }
      const chain = await expanded(server, files(FILL(5), undo), names([2, 21]))
      await chain.up({ only: 'migrate' })
      await (await chain.open()).undo({ confirmed: true })
      expect(await (await chain.open()).quarantine()).to.deep.equal([])
    })

    it('is in quarantine exactly once, wherever the connection ends', async () => {
      const points: string[] = []
      const whole = await expanded(server, files(FILL(5)), names([2, 21]))
      await (await whole.open({ crash: (point, _, at) => void points.push(`${point} ${at}`) })).upgrade({ only: 'migrate' })
      const cuts = points.filter((point) => point.startsWith('in quarantine'))
      expect(cuts).to.have.length(2)
      for (const cut of cuts) {
        const chain = await expanded(server, files(FILL(5)), names([2, 21]))
        let isCut = false
        const crash = async (point: string, _: string, at?: number) => {
          if (isCut || `${point} ${at}` !== cut) return
          isCut = true
          throw new Error('the process ends here')
        }
        await (await chain.open({ crash })).upgrade({ only: 'migrate' }).catch(() => undefined)
        await chain.up({ only: 'migrate' })
        expect(
          (await (await chain.open()).quarantine()).map(({ key }) => key),
          cut,
        ).to.deep.equal([['2'], ['21']])
        expect((await state(chain))[0], cut).to.deep.equal([2, 21])
      }
    })

    it('is retried by code that reaches no object outside the project', async () => {
      const code = (more: string) => `import { migrate } from 'interphase'
export default migrate({ table: 'item', quarantine: 5, size: 10, batch: async ({ rows, query }) => {
  for (const row of rows) {
    if (String(row.name).length > 20) throw new Error('a long name')
    ${more}
    await query\`UPDATE item SET code = \${row.name} WHERE id = \${row.id}\`
  }
} })`
      const { 'r2/010-code.migrate.sql': _, ...others } = files('')
      for (const more of ['', "if (row.name === 'short') await query`UPDATE stranger SET x = 1`"]) {
        const chain = await expanded(server, { ...others, 'r2/010-code.migrate.ts': code(more) }, names([2, 21]))
        await chain.up({ only: 'migrate' })
        await chain.sql('CREATE TABLE stranger (x int)', 'INSERT INTO stranger VALUES (0)')
        await chain.sql("UPDATE item SET name = 'short' WHERE id IN (2, 21)")
        const engine = await chain.open()
        if (more === '') expect((await engine.retryQuarantine()).done).to.have.length(2)
        else await rejected(engine.retryQuarantine(), 'statement.stranger')
        expect((await chain.sql('SELECT x FROM stranger')).map(({ x }) => Number(x))).to.deep.equal([0])
        expect(await engine.quarantine()).to.have.length(more === '' ? 0 : 2)
      }
    })

    it('has a key of several columns, of texts and of large numbers', async () => {
      const text = isPostgres ? 'text' : 'varchar(40)'
      const step = `-- interphase: batch part size 3 quarantine 9\nUPDATE part SET code = name WHERE :batch AND code IS NULL;\n`
      const chain = await recordedAt(server, 'r1', {
        'r1/010-part.expand.sql': `CREATE TABLE part (a ${text} NOT NULL, b bigint NOT NULL, name varchar(40), code varchar(5), old int, PRIMARY KEY (a, b));`,
        'r2/rows/part.sql': "INSERT INTO part (a, b, name) VALUES ('x', 1, 'n');",
        'r2/010-code.expand.sql': 'ALTER TABLE part ADD COLUMN more int;',
        'r2/010-code.migrate.sql': step,
        'r2/020-old.contract.sql': 'ALTER TABLE part DROP COLUMN old;',
      })
      await chain.sql(
        "INSERT INTO part (a, b, name) VALUES ('Ä, \"q\" = ''1''', 9007199254740993, 'too long'), ('', -1, 'too long'), ('b', 2, 'ok')",
      )
      await chain.up({ only: 'expand' })
      await chain.up({ only: 'migrate' })
      const rows = await (await chain.open()).quarantine()
      expect(rows.map(({ key }) => key)).to.have.deep.members([
        ['', '-1'],
        ['Ä, "q" = \'1\'', '9007199254740993'],
      ])
      await chain.sql("UPDATE part SET name = 'ok'")
      expect((await (await chain.open()).retryQuarantine()).done).to.have.length(2)
      expect(await chain.sql('SELECT a FROM part WHERE code IS NULL')).to.deep.equal([])
    })
  })
})
