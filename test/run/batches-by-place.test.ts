import { expect } from 'chai'
import type { Event } from '../../src/event.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, type Files, recordedOn } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers } from '../support/servers.ts'

const SKIP = 'code IS DISTINCT FROM upper(name)'
const PENDING: Files = { 'r2/010-code.migrate.pending.sql': `SELECT count(*) FROM item WHERE ${SKIP}` }

const FILES: Files = {
  'r1/010-item.expand.sql': 'CREATE TABLE item (name text NOT NULL, code text, writes int DEFAULT 0 NOT NULL);',
  'r2/rows/item.sql': "INSERT INTO item (name) VALUES ('a'), ('b'), ('c');",
  'r2/010-code.migrate.sql': `-- interphase: batch item by (ctid) size 20
UPDATE item SET code = upper(name), writes = writes + 1 WHERE :batch AND ${SKIP};`,
}

const ROWS = 300

describe('a data step in batches on a table without a key', () => {
  after(removeProjects)

  onServers(['postgres', 'postgres-system'], (server) => {
    const expanded = async (): Promise<ChainOnServer> => {
      const chain = await recordedOn(server, { ...FILES, ...PENDING })
      await chain.up({ to: 'r1' })
      await chain.sql(`INSERT INTO item (name) SELECT repeat('x', 90) || i FROM generate_series(1, ${ROWS}) AS s (i)`)
      await chain.up({ only: 'expand' })
      return chain
    }

    it('writes each row once', async () => {
      const chain = await expanded()
      await chain.up({ only: 'migrate' })
      expect(await chain.sql('SELECT writes, count(*)::int AS rows FROM item GROUP BY writes')).to.deep.equal([{ writes: 1, rows: ROWS }])
    })

    it('stops and resumes', async () => {
      const chain = await expanded()
      await rejected(chain.up({ only: 'migrate', maxRows: 70 }), 'run.limit')
      const [left] = await chain.sql('SELECT count(*)::int AS rows FROM item WHERE writes = 0')
      // A row that was written can be read again at its new place.
      expect(left?.['rows']).to.be.within(ROWS - 70, ROWS - 1)
      await chain.up({ only: 'migrate' })
      expect(await chain.sql('SELECT writes, count(*)::int AS rows FROM item GROUP BY writes')).to.deep.equal([{ writes: 1, rows: ROWS }])
    })

    it('repeats itself for the rows that the application moves behind it', async () => {
      const chain = await expanded()
      let isMoved = false
      // A row of a full block moves into the first block, which has become empty.
      const crash = async (point: string) => {
        if (point !== 'after cursor' || isMoved) return
        isMoved = true
        await chain.sql("DELETE FROM item WHERE ctid < '(1,0)'")
        await chain.sql('VACUUM item')
        await chain.sql(`UPDATE item SET name = name || '!' WHERE name LIKE '%x${ROWS / 2}'`)
        expect(await chain.sql("SELECT name FROM item WHERE ctid < '(1,0)'")).to.have.length(1)
      }
      const events: Event[] = []
      await (await chain.open({ crash, emit: (event) => void events.push(event) })).upgrade({ only: 'migrate' })
      const left = events.flatMap((event) => (event.type === 'data-left' ? [event.rows] : []))
      expect(left).to.deep.equal(['1'])
      expect(await chain.sql("SELECT code = upper(name) AS done FROM item WHERE name LIKE '%!'")).to.deep.equal([{ done: true }])
      expect(await chain.sql(`SELECT name FROM item WHERE ${SKIP} OR writes <> 1`)).to.deep.equal([])
    })

    it('needs a pending query, because it misses rows that the application moves', async () => {
      const error = await rejected(recordedOn(server, FILES), 'batch.key')
      expect(error.message).to.include('Give the step a pending query')
    })
  })
})
