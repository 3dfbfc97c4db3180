import { expect } from 'chai'
import fc from 'fast-check'
import type { DatabaseSession, Dialect } from '../../../src/dialect/dialect.ts'
import type { RowWalkKey, RowWalkKeyValue } from '../../../src/dialect/ranges.ts'
import { loadDialect } from '../../../src/dialects/open.ts'
import { dialectOfServer } from '../../support/chain.ts'
import { onServers } from '../../support/servers.ts'
import { KINDS_OF_KEY, type KindOfKey } from './kinds.ts'

const AT = { file: 'releases/1/020-a.migrate.sql', line: 1 }
const RUNS = 5

/** The rows of one run, by their SQL, and what happens between two batches. */
const RUN = ({ keys }: KindOfKey) =>
  fc.record({
    rows: fc.array(keys, { maxLength: 40 }),
    sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
    inserted: fc.array(keys, { maxLength: 30 }),
    deleted: fc.array(fc.nat(39), { maxLength: 10 }),
  })

describe('a walk over the rows of a table in ranges of its key', () => {
  onServers(['postgres', 'mariadb', 'mysql'], (server, database) => {
    for (const kind of KINDS_OF_KEY[server]) {
      it(`finds every row by its key: ${kind.title}`, async () => {
        const walked = await prepare(await loadDialect(dialectOfServer(server)), await database(), kind)
        try {
          const runs = fc.asyncProperty(RUN(kind), async ({ rows }) => {
            await walked.fill(rows)
            await walked.single()
            const found = await walked.run('SELECT hits FROM t')
            expect(found.map(({ hits }) => Number(hits))).to.deep.equal(found.map(() => 1))
          })
          await fc.assert(runs, { numRuns: RUNS, endOnFailure: true, includeErrorInReport: true })
        } finally {
          await walked.close()
        }
      })

      it(`updates every row exactly once: ${kind.title}`, async () => {
        const walked = await prepare(await loadDialect(dialectOfServer(server)), await database(), kind)
        try {
          const runs = fc.asyncProperty(RUN(kind), async ({ rows, sizes, inserted, deleted }) => {
            await walked.fill(rows)
            await walked.walk(sizes)
            await expectBatches(walked, sizes)
            await walked.fill(rows)
            await walked.walk(sizes, async (batch) => {
              await walked.insert(inserted.slice(batch, batch + 1), 1000 + batch)
              await walked.run(`DELETE FROM t WHERE n = ${deleted[batch] ?? -1}`)
            })
            await expectOnce(walked)
          })
          await fc.assert(runs, { numRuns: RUNS, endOnFailure: true, includeErrorInReport: true })
        } finally {
          await walked.close()
        }
      })
    }
  })
})

interface Walked {
  /** The columns of the key, quoted. */
  readonly order: readonly string[]
  /** Replaces all rows. Rows with equal keys are left out. */
  readonly fill: (rows: readonly (readonly string[])[]) => Promise<void>
  readonly insert: (rows: readonly (readonly string[])[], from: number) => Promise<void>
  readonly run: (text: string) => Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Walks all rows that the table has now, in batches of these sizes in turn. */
  readonly walk: (sizes: readonly number[], between?: (batch: number) => Promise<void>) => Promise<void>
  /** Updates the rows one by one, each by its key alone. */
  readonly single: () => Promise<void>
  readonly close: () => Promise<void>
}

async function prepare(dialect: Dialect, url: string, kind: KindOfKey): Promise<Walked> {
  const writer = await dialect.open({ url, purpose: 'interphase test' })
  const session = await dialect.open({ url, purpose: 'interphase test' })
  const isPostgres = dialect.name === 'postgres'
  const run = async (text: string) => (await writer.execute(text, AT)).rows
  const insert = async (rows: readonly (readonly string[])[], from: number) => {
    if (rows.length === 0) return
    const [verb, end] = isPostgres ? ['INSERT', ' ON CONFLICT DO NOTHING'] : ['INSERT IGNORE', '']
    const lines = rows.map((row, index) => `(${from + index}, 0, NULL, ${row.join(', ')})`)
    await run(`${verb} INTO t VALUES ${lines.join(', ')}${end}`)
  }
  // Zero dates are in tables that an older application filled.
  if (!isPostgres) await run("SET sql_mode = ''")
  for (const statement of kind.before ?? []) await run(statement)
  await run(
    `CREATE TABLE t (${['n int NOT NULL', 'hits int NOT NULL', 'batch int', ...kind.columns, kind.key].filter((part) => part !== '').join(', ')}) ${kind.options ?? ''}`,
  )
  if (kind.index !== undefined) await run(kind.index)
  const key = dialect.ranges.keyOf((await dialect.catalog.read(session, 'whole')).state, 't')
  if ('problem' in key) expect.fail(key.problem)
  return {
    order: kind.columns.map((column) => /^(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|\w+)/.exec(column)?.[0] ?? ''),
    run,
    insert,
    fill: async (rows) => {
      await run('DELETE FROM t')
      await insert(rows, 0)
    },
    single: () => single(dialect, session, key),
    walk: (sizes, between) => walk(dialect, session, key, sizes, between),
    close: async () => {
      await Promise.all([session.close(), writer.close()])
    },
  }
}

async function walk(
  { ranges }: Dialect,
  session: DatabaseSession,
  key: RowWalkKey,
  sizes: readonly number[],
  between: (batch: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const upTo = await ranges.last(session, key)
  if (!upTo) return
  let after: RowWalkKeyValue | undefined
  for (let batch = 0; after === undefined || !isEqual(after, upTo); batch += 1) {
    expect(batch, 'more batches than rows').to.be.lessThan(100)
    const range = { ...(after && { after }), upTo }
    const size = sizes[batch % sizes.length] ?? 1
    const end = await ranges.endOf(session, key, range, size)
    const { text, values } = ranges.limit(
      [`UPDATE t AS s SET hits = hits + 1, batch = ${batch} WHERE `, ''],
      key,
      { ...range, upTo: end },
      's',
    )
    const { affected } = await session.execute(text, AT, values)
    if (isEqual(end, upTo)) expect(affected).to.be.at.most(size)
    else expect(affected).to.equal(size)
    await between(batch)
    after = end
  }
}

async function single({ ranges }: Dialect, session: DatabaseSession, key: RowWalkKey): Promise<void> {
  const upTo = await ranges.last(session, key)
  for (let after: RowWalkKeyValue | undefined; upTo && !(after && isEqual(after, upTo)); ) {
    const only: RowWalkKeyValue = await ranges.endOf(session, key, { ...(after && { after }), upTo }, 1)
    // The ledger stores keys as JSON.
    const stored = JSON.parse(JSON.stringify(only)) as RowWalkKeyValue
    const { text, values } = ranges.limit(['UPDATE t AS s SET hits = hits + 1 WHERE ', ''], key, { only: stored }, 's')
    expect((await session.execute(text, AT, values)).affected, only.join(', ')).to.equal(1)
    after = only
  }
}

function isEqual(one: RowWalkKeyValue, other: RowWalkKeyValue): boolean {
  return one.every((text, index) => text === other[index])
}

/** Without other writers, the batches cut the rows in the order of the key into pieces of the sizes. */
async function expectBatches({ order, run }: Walked, sizes: readonly number[]): Promise<void> {
  const rows = await run(`SELECT hits, batch FROM t ORDER BY ${order.join(', ')}`)
  const expected: number[] = []
  for (let batch = 0; expected.length < rows.length; batch += 1) {
    for (let row = 0; row < (sizes[batch % sizes.length] ?? 1); row += 1) expected.push(batch)
  }
  expect(rows.map(({ hits, batch }) => [Number(hits), Number(batch)])).to.deep.equal(
    expected.slice(0, rows.length).map((batch) => [1, batch]),
  )
}

/** A row that existed from beginning to end is in exactly one batch, and every other row in at most one. */
async function expectOnce({ run }: Walked): Promise<void> {
  const rows = await run('SELECT n, hits FROM t ORDER BY n')
  const wrong = rows.filter(({ n, hits }) => (Number(n) < 1000 ? Number(hits) !== 1 : Number(hits) > 1))
  expect(wrong).to.deep.equal([])
}
