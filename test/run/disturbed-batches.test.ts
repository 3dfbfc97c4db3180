import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import type { CrashPoint } from '../../src/work/crash.ts'
import { rejected } from '../support/caught.ts'
import { type ChainOnServer, dialectOfServer, type Files, recordedAt } from '../support/chain.ts'
import { removeProjects } from '../support/project.ts'
import { onServers, type ServerName } from '../support/servers.ts'

const ROWS = 20
const STEP = 'r2/010-code.migrate'
const TABLE =
  'CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, code varchar(20), writes int DEFAULT 0 NOT NULL, old int);'

function files(table = TABLE, more: Files = {}): Files {
  return {
    'r1/010-item.expand.sql': table,
    'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (1, 'a'), (5, 'b');",
    [`${STEP}.sql`]:
      '-- interphase: batch item size 4\nUPDATE item SET code = upper(name), writes = writes + 1 WHERE :batch AND code IS NULL;',
    [`${STEP}.pending.sql`]: 'SELECT count(*) FROM item WHERE code IS NULL',
    'r2/020-old.contract.sql': 'ALTER TABLE item DROP COLUMN old;',
    ...more,
  }
}

async function filled(server: ServerName, chainFiles = files()): Promise<ChainOnServer> {
  const chain = await recordedAt(server, 'r1', chainFiles)
  const values = Array.from({ length: ROWS }, (_, index) => `(${(index + 1) * 10}, 'n${index}')`)
  await chain.sql(`INSERT INTO item (id, name) VALUES ${values.join(', ')}`)
  return chain
}

/** Sends statements of an application after the batch number `batch`, counted from 0. */
function afterBatch(chain: ChainOnServer, batch: number, ...statements: readonly string[]) {
  let isOver = false
  return async (point: CrashPoint, _: string, batches?: number) => {
    if (point !== 'after cursor' || batches !== batch || isOver) return
    isOver = true
    await chain.sql(...statements)
  }
}

const left = (chain: ChainOnServer) => chain.sql('SELECT id FROM item WHERE code IS NULL OR code <> upper(name) OR writes <> 1')

describe('a data step in batches beside an application', () => {
  after(removeProjects)

  onServers(['postgres', 'mariadb', 'mysql'], (server) => {
    const isPostgres = dialectOfServer(server) === 'postgres'

    it('ends when the table is truncated meanwhile, and writes the rows that come after that', async () => {
      const chain = await filled(server)
      const crash = afterBatch(chain, 1, 'TRUNCATE TABLE item', "INSERT INTO item (id, name) VALUES (5, 'new'), (90, 'new'), (500, 'new')")
      await (await chain.open({ crash })).upgrade({ only: 'migrate' })
      expect(await left(chain)).to.deep.equal([])
      expect(await chain.sql('SELECT id FROM item')).to.have.length(3)
      await chain.up()
    })

    it('ends when the table is truncated and stays empty', async () => {
      const chain = await filled(server)
      await (await chain.open({ crash: afterBatch(chain, 1, 'TRUNCATE TABLE item') })).upgrade({ only: 'migrate' })
      await chain.up()
    })

    it('writes a row once whose key changes: behind the last batch, or ahead of it', async () => {
      const chain = await filled(server)
      // The keys 10 to 40 are done, and 200 is the last one.
      const crash = afterBatch(
        chain,
        0,
        'UPDATE item SET id = 1 WHERE id = 150',
        'UPDATE item SET id = 155 WHERE id = 20',
        'UPDATE item SET id = 700 WHERE id = 160',
        'UPDATE item SET id = 800 WHERE id = 30',
      )
      await (await chain.open({ crash })).upgrade({ only: 'migrate' })
      expect(await left(chain)).to.deep.equal([])
      expect(await chain.sql('SELECT id FROM item')).to.have.length(ROWS)
    })

    it('ends while the application inserts a row before each batch and each range', async () => {
      const chain = await filled(server)
      let next = 1000
      let below = 201
      const crash = async (point: CrashPoint) => {
        if (point !== 'after begin' && point !== 'after verification') return
        await chain.sql(`INSERT INTO item (id, name) VALUES (${next++}, 'late'), (${below++}, 'late')`)
      }
      await (await chain.open({ crash })).upgrade({ only: 'migrate' })
      expect(next).to.be.above(1005)
      await rejected(chain.up({ only: 'contract' }), 'phase.held')
      await chain.up({ only: 'migrate' })
      expect(await left(chain)).to.deep.equal([])
      await chain.up()
    })

    it('stops when somebody alters the table meanwhile', async () => {
      const chain = await filled(server)
      let skippedMs = 0
      const altering = afterBatch(chain, 1, 'CREATE INDEX strange ON item (name)')
      const crash = async (point: CrashPoint, migration: string, batches?: number) => {
        await altering(point, migration, batches)
        if (point === 'after cursor' && batches === 1) skippedMs = 20_000
      }
      const clock = { ...systemClock, elapsedMs: () => systemClock.elapsedMs() + skippedMs }
      await rejected((await chain.open({ crash, clock })).upgrade({ only: 'migrate' }), 'schema.differs')
      expect(await chain.sql('SELECT id FROM item WHERE writes = 1')).to.have.length(8)
    })

    it('writes each row of a partitioned table once, with one session and with two', async () => {
      const columns =
        'id bigint NOT NULL, kind int NOT NULL, name varchar(20) NOT NULL, code varchar(20), writes int DEFAULT 0 NOT NULL, old int'
      const table = isPostgres
        ? `CREATE TABLE item (${columns}, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);\nCREATE TABLE item_a PARTITION OF item FOR VALUES IN (1);\nCREATE TABLE item_b PARTITION OF item FOR VALUES IN (2, 3);`
        : `CREATE TABLE item (${columns}, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind) (PARTITION a VALUES IN (1), PARTITION b VALUES IN (2, 3));`
      for (const workers of [undefined, 2]) {
        const rows = { 'r2/rows/item.sql': "INSERT INTO item (id, kind, name) VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 3, 'c');" }
        const chain = await recordedAt(server, 'r1', files(table, rows))
        const values = Array.from({ length: 60 }, (_, index) => `(${Math.floor(index / 3)}, ${(index % 3) + 1}, 'n')`)
        await chain.sql(`INSERT INTO item (id, kind, name) VALUES ${values.join(', ')}`)
        // A row that changes its partition is written once.
        const crash = afterBatch(chain, 0, 'UPDATE item SET kind = 2, id = 1000 WHERE id = 15 AND kind = 1')
        await (await chain.open({ crash })).upgrade({ only: 'migrate', ...(workers && { workers }) })
        expect(await left(chain)).to.deep.equal([])
        expect(await chain.sql('SELECT id FROM item')).to.have.length(60)
      }
    })

    it('finishes one partition after the other if the key begins with the partition key, and counts each row once', async () => {
      const columns =
        'kind int NOT NULL, id bigint NOT NULL, name varchar(20) NOT NULL, code varchar(20), writes int DEFAULT 0 NOT NULL, old int'
      const table = isPostgres
        ? `CREATE TABLE item (${columns}, PRIMARY KEY (kind, id)) PARTITION BY RANGE (kind);\n${[1, 2, 3].map((kind) => `CREATE TABLE item_${kind} PARTITION OF item FOR VALUES FROM (${kind}) TO (${kind + 1});`).join('\n')}`
        : `CREATE TABLE item (${columns}, PRIMARY KEY (kind, id)) PARTITION BY RANGE (kind) (${[1, 2, 3].map((kind) => `PARTITION p${kind} VALUES LESS THAN (${kind + 1})`).join(', ')});`
      const chain = await recordedAt(
        server,
        'r1',
        files(table, { 'r2/rows/item.sql': "INSERT INTO item (kind, id, name) VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c');" }),
      )
      const values = Array.from({ length: 60 }, (_, index) => `(${(index % 3) + 1}, ${Math.floor(index / 3)}, 'n')`)
      await chain.sql(`INSERT INTO item (kind, id, name) VALUES ${values.join(', ')}`, isPostgres ? 'ANALYZE item' : 'ANALYZE TABLE item')
      const begun: number[] = []
      const crash = async (point: CrashPoint) => {
        if (point !== 'after cursor') return
        const [row] = await chain.sql(
          'SELECT count(*) AS n FROM (SELECT kind FROM item GROUP BY kind HAVING sum(writes) BETWEEN 1 AND 19) AS begun',
        )
        begun.push(Number(row?.['n']))
      }
      await (await chain.open({ crash })).upgrade({ only: 'migrate' })
      expect(await left(chain)).to.deep.equal([])
      expect(begun).to.have.length.above(3)
      expect(Math.max(...begun)).to.equal(1)
      const counted = chain.events.flatMap((event) => (event.type === 'batch-done' ? [event.of] : []))
      expect(new Set(counted)).to.deep.equal(new Set([60]))
    })
  })
})
