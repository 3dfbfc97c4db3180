import { expect } from 'chai'
import type { DatabaseSession, Dialect } from '../../../src/dialect/dialect.ts'
import type { RowWalkKey, RowWalkKeyRange, RowWalkKeyValue } from '../../../src/dialect/ranges.ts'
import { sql } from '../../../src/dialect/sql.ts'
import { loadDialect } from '../../../src/dialects/open.ts'
import { dialectOfServer } from '../../support/chain.ts'
import { onEveryServer } from '../../support/servers.ts'

const AT = { file: 'releases/1/020-a.migrate.sql', line: 1 }
const ROWS = 20_000
const SIZE = 100
// A row is read in the index and in the table. MySQL and MariaDB read the end of a range in one interval for each column of the key.
const READ_AT_MOST = 10 * SIZE

/** The keys of the table `t`, for the row number `i`. */
const KEYS = [
  { title: 'one column', columns: 'a bigint', key: 'a', values: 'i' },
  { title: 'a first column with few values', columns: 'a int, b bigint', key: 'a, b', values: 'i % 3, i' },
  { title: 'a first column with many values', columns: 'a int, b int', key: 'a, b', values: 'i / 10, i % 10' },
  { title: 'three columns', columns: 'a int, b int, c bigint', key: 'a, b, c', values: 'i % 2, i % 5, i' },
  { title: 'a descending index', columns: 'a int NOT NULL, b bigint NOT NULL', key: 'a DESC, b DESC', values: 'i % 3, i' },
] as const

describe('a range of a key', () => {
  onEveryServer((server, database) => {
    for (const { title, columns, key, values } of KEYS) {
      for (const isAnalyzed of [true, false]) {
        it(`reads only its own rows: ${title}${isAnalyzed ? '' : ', without statistics'}`, async () => {
          const dialect = await loadDialect(dialectOfServer(server))
          const session = await dialect.open({ url: await database(), purpose: 'interphase test' })
          try {
            const run = (text: string) => session.execute(text, AT)
            await run(`CREATE TABLE t (n int NOT NULL, pad char(100) NOT NULL, ${columns})`)
            await run(key.includes('DESC') ? `CREATE UNIQUE INDEX t_pkey ON t (${key})` : `ALTER TABLE t ADD PRIMARY KEY (${key})`)
            await run(filling(dialect, values.replaceAll('i / 10', dialect.name === 'postgres' ? 'i / 10' : 'i DIV 10')))
            if (isAnalyzed) await run(dialect.name === 'postgres' ? 'ANALYZE t' : 'ANALYZE TABLE t')
            // Both starts are just before the next value of a first column with few values.
            for (const start of [ROWS / 3, ROWS / 2]) await expectFewReads(dialect, session, Math.floor(start) - SIZE / 2)
            // Without statistics, the planner of PostgreSQL expects a third of the table before the end of the first range.
            if (isAnalyzed || dialect.name !== 'postgres') await expectFewReadsAtFirst(dialect, session)
          } finally {
            await session.close()
          }
        })
      }
    }
  })
})

async function expectFewReads(dialect: Dialect, session: DatabaseSession, start: number): Promise<void> {
  const { ranges } = dialect
  const { key, upTo } = await walkOf(dialect, session)
  let after = await ranges.endOf(session, key, { upTo }, start)
  let end = after
  // From the second call on, PostgreSQL keeps a plan that does not know the values.
  for (let call = 0; call < 4; call += 1) {
    const read = async () => {
      end = await ranges.endOf(session, key, { after, upTo }, SIZE)
    }
    expect(await readsOf(dialect, session, read), 'rows read for the end of the range').to.be.lessThan(READ_AT_MOST)
    const range = { after, upTo: end }
    const reads = await readsOf(dialect, session, () => update(dialect, session, key, range))
    expect(reads, 'rows read by the update').to.be.lessThan(READ_AT_MOST)
    after = end
  }
}

async function expectFewReadsAtFirst(dialect: Dialect, session: DatabaseSession): Promise<void> {
  const { key, upTo } = await walkOf(dialect, session)
  const end = await dialect.ranges.endOf(session, key, { upTo }, SIZE)
  const reads = await readsOf(dialect, session, () => update(dialect, session, key, { upTo: end }))
  expect(reads, 'rows read by the first update').to.be.lessThan(READ_AT_MOST)
}

async function walkOf(
  { ranges, catalog }: Dialect,
  session: DatabaseSession,
): Promise<{ readonly key: RowWalkKey; readonly upTo: RowWalkKeyValue }> {
  const key = ranges.keyOf((await catalog.read(session, 'whole')).state, 't')
  if ('problem' in key) expect.fail(key.problem)
  const upTo = await ranges.last(session, key)
  return { key, upTo: upTo ?? expect.fail('the table is empty') }
}

async function update({ ranges }: Dialect, session: DatabaseSession, key: RowWalkKey, range: RowWalkKeyRange): Promise<void> {
  const { text, values } = ranges.limit(['UPDATE t SET n = n + 1 WHERE ', ''], key, range, 't')
  expect((await session.execute(text, AT, values)).affected).to.equal(SIZE)
}

function readsOf({ name }: Dialect, session: DatabaseSession, work: () => Promise<void>): Promise<number> {
  return name === 'postgres' ? tuplesRead(session, work) : handlerReads(session, work)
}

function filling({ name }: Dialect, values: string): string {
  if (name === 'postgres') return `INSERT INTO t SELECT i, 'x', ${values} FROM generate_series(1, ${ROWS}) AS s (i)`
  const digits =
    '(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)'
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((alias) => `${digits} AS ${alias}_`)
  const ones = `(SELECT 0 AS d UNION SELECT 1) AS e_`
  return `INSERT INTO t SELECT i, 'x', ${values} FROM (SELECT 1 + a_.d + 10 * b_.d + 100 * c_.d + 1000 * d_.d + 10000 * e_.d AS i FROM ${[a, b, c, d, ones].join(', ')}) AS s`
}

async function tuplesRead(session: DatabaseSession, work: () => Promise<void>): Promise<number> {
  await session.begin()
  const before = await countersOf(session)
  await work()
  const after = await countersOf(session)
  await session.commit()
  return Math.max(...after.map((counter, index) => counter - (before[index] ?? 0)))
}

/** The rows and index entries that the session has read and not yet reported. It reports them between transactions. */
async function countersOf(session: DatabaseSession): Promise<readonly number[]> {
  const rows = await session.query<{ readonly read: string }>(sql`
    SELECT pg_stat_get_xact_tuples_returned(oid) AS read FROM pg_class WHERE relname IN ('t', 't_pkey')
    UNION ALL SELECT pg_stat_get_xact_tuples_fetched(oid) FROM pg_class WHERE relname = 't'`)
  return rows.map(({ read }) => Number(read))
}

async function handlerReads(session: DatabaseSession, work: () => Promise<void>): Promise<number> {
  await session.query(sql`FLUSH STATUS`)
  await work()
  const rows = await session.query<{ readonly Value: string }>(sql`SHOW SESSION STATUS LIKE 'Handler_read%'`)
  return rows.reduce((sum, row) => sum + Number(row.Value), 0)
}
