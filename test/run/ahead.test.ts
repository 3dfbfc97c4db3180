import { expect } from 'chai'
import type { Event } from '../../src/event.ts'
import { rejected } from '../support/caught.ts'
import { recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

// More than are sent ahead of the answers.
const STATEMENTS = 100
const TABLES = 'CREATE TABLE thing (id integer PRIMARY KEY);\nCREATE TABLE said (place integer PRIMARY KEY, word text);\n'

/** A chain with two tables, and a data step of these statements, one in each line. */
function chainOf(server: 'postgres' | 'postgres-system', lineOf: (line: number) => string) {
  const lines = Array.from({ length: STATEMENTS }, (_, index) => `${lineOf(index + 1)};`)
  return recordedOn(server, { 'r1/010-tables.expand.sql': TABLES, 'r2/010-rows.migrate.sql': lines.join('\n') })
}

describe('statements that are sent ahead of the answers', () => {
  after(removeProjects)

  onServers(['postgres'], (server) => {
    const name = server as 'postgres' | 'postgres-system'

    it('fail with the error and the line of the first one that failed, and leave nothing', async () => {
      const chain = await chainOf(name, (line) => `INSERT INTO thing VALUES (${line})`)
      for (const failing of [1, 40, STATEMENTS]) {
        await chain.up({ to: 'r1' })
        await chain.sql('DELETE FROM thing', `INSERT INTO thing VALUES (${failing})`)
        chain.events.splice(0)
        const { facts } = await rejected(chain.up(), 'statement.failed')
        expect(facts).to.include({ line: failing, sqlState: '23505', statement: `INSERT INTO thing VALUES (${failing})` })
        expect(startedIn(chain.events)).to.deep.equal(Array.from({ length: failing }, (_, index) => index))
        expect(await chain.sql('SELECT id FROM thing')).to.deep.equal([{ id: failing }])
        expect((await chain.status()).next).to.include({ release: 'r2', phase: 'migrate' })
      }
      await chain.sql('DELETE FROM thing')
      await chain.up()
      expect(await chain.sql('SELECT count(*)::integer AS rows FROM thing')).to.deep.equal([{ rows: STATEMENTS }])
    })

    it('see the settings that a statement between them has made', async () => {
      const settings = [
        "SET shop.word = 'LINE'",
        "SELECT set_config('shop.word', 'LINE', true)",
        "DO $$ BEGIN SET shop.word = 'LINE'; END $$",
      ]
      const chain = await chainOf(name, (line) => {
        const setting = line % 7 === 1 ? settings[line % settings.length] : undefined
        return setting?.replace('LINE', `of ${line}`) ?? `INSERT INTO said VALUES (${line}, current_setting('shop.word'))`
      })
      await chain.up()
      const said = await chain.sql('SELECT place, word FROM said ORDER BY place')
      expect(said).to.deep.equal(
        Array.from({ length: STATEMENTS }, (_, index) => index + 1)
          .filter((line) => line % 7 !== 1)
          .map((line) => ({ place: line, word: `of ${line - ((line + 6) % 7)}` })),
      )
    })

    it('are cancelled when the run must stop', async () => {
      const slow = 50
      const chain = await chainOf(name, (line) =>
        line === slow
          ? 'INSERT INTO thing SELECT 0 FROM pg_sleep(CASE WHEN EXISTS (SELECT FROM said) THEN 3600 ELSE 0 END)'
          : `INSERT INTO thing VALUES (${line})`,
      )
      await chain.up({ to: 'r1' })
      await chain.sql("INSERT INTO said VALUES (1, 'slow')")
      const stop = new AbortController()
      const emit = (event: Event) => {
        if (event.type === 'statement-started' && event.statement === slow - 1) stop.abort('SIGTERM')
      }
      const engine = await chain.open({ emit, signal: stop.signal })
      await rejected(engine.upgrade({ confirmed: true }), 'run.stopped')
      expect(await chain.sql('SELECT id FROM thing')).to.deep.equal([])
    })
  })
})

function startedIn(events: readonly Event[]): readonly number[] {
  return events.flatMap((event) => (event.type === 'statement-started' ? [event.statement] : []))
}
