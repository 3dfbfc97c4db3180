import { expect } from 'chai'
import fc from 'fast-check'
import type { DatabaseSession, Dialect } from '../../../src/dialect/dialect.ts'
import type { RowWalkKeyValue } from '../../../src/dialect/ranges.ts'
import { sql } from '../../../src/dialect/sql.ts'
import { postgresDialect } from '../../../src/dialects/postgres/postgres.ts'
import { splitPostgresAtBatchPlaceholder } from '../../../src/dialects/postgres/text/batch.ts'
import { onServers } from '../../support/servers.ts'

const AT = { file: 'releases/1/020-a.migrate.sql', line: 1 }
const RUNS = 10

const TABLES = {
  'a table': ['CREATE TABLE t (n int, hits int, pad text)'],
  'a partitioned table': [
    'CREATE TABLE t (n int, hits int, pad text) PARTITION BY LIST ((n % 3))',
    'CREATE TABLE t_0 PARTITION OF t FOR VALUES IN (0)',
    'CREATE TABLE t_1 PARTITION OF t DEFAULT',
  ],
  'a table in another schema with a name in quotes': [
    'CREATE SCHEMA "My app"',
    'CREATE TABLE "My app"."my t" (n int, hits int, pad text)',
    'CREATE VIEW t AS SELECT * FROM "My app"."my t"',
  ],
} as const

describe('a walk by the place of the rows', () => {
  onServers(['postgres', 'postgres-system'], (_, database) => {
    const walked = async (statements: readonly string[], work: (session: DatabaseSession) => Promise<void>) => {
      const session = await postgresDialect.open({ url: await database(), purpose: 'interphase test' })
      try {
        for (const statement of statements) await session.execute(statement, AT)
        await work(session)
      } finally {
        await session.close()
      }
    }

    for (const [title, statements] of Object.entries(TABLES)) {
      it(`updates every row once: ${title}`, () =>
        walked(statements, async (session) => {
          const table = title.includes('schema') ? 'My app.my t' : 't'
          const [name, alias] = table === 't' ? ['t', 't'] : ['"My app"."my t"', 'my t']
          const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 })
          const run = fc.asyncProperty(
            fc.integer({ min: 0, max: 200 }),
            fc.integer({ min: 1, max: 900 }),
            sizes,
            async (rows, width, list) => {
              await session.execute(`TRUNCATE ${name}`, AT)
              await session.execute(
                `INSERT INTO ${name} SELECT i, 0, repeat('x', i % ${width}) FROM generate_series(1, ${rows}) AS s (i)`,
                AT,
              )
              await session.execute(`DELETE FROM ${name} WHERE n % 7 = 0`, AT)
              await walk(postgresDialect, session, table, alias, `UPDATE ${name} SET hits = hits + 1 WHERE :batch AND hits = 0`, list)
              expect((await session.execute(`SELECT n FROM ${name} WHERE hits <> 1`, AT)).rows).to.deep.equal([])
            },
          )
          await fc.assert(run, { numRuns: RUNS, endOnFailure: true, includeErrorInReport: true })
        }))
    }

    it('reads only the rows of a range', () =>
      walked(
        [
          'CREATE TABLE t (n int, pad text)',
          "INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS s (i)",
          'ANALYZE t',
        ],
        async (session) => {
          const { ranges, catalog } = postgresDialect
          const key = ranges.keyOf((await catalog.read(session, 'whole')).state, 't', ['ctid'])
          if ('problem' in key) expect.fail(key.problem)
          const upTo = (await ranges.last(session, key)) ?? expect.fail('the table is empty')
          let after: RowWalkKeyValue = ['(150,0)']
          // From the second call on, the server keeps a plan that does not know the values.
          for (let call = 0; call < 4; call += 1) {
            await session.begin()
            const before = await rowsRead(session)
            const end = await ranges.endOf(session, key, { after, upTo }, 100)
            const { text, values } = ranges.limit(
              splitPostgresAtBatchPlaceholder('UPDATE t SET n = n WHERE :batch'),
              key,
              { after, upTo: end },
              't',
            )
            expect((await session.execute(text, AT, values)).affected).to.equal(100)
            expect((await rowsRead(session)) - before).to.be.lessThan(1000)
            await session.commit()
            after = end
          }
        },
      ))
  })
})

async function rowsRead(session: DatabaseSession): Promise<number> {
  const [row] = await session.query<{ readonly read: string }>(sql`SELECT pg_stat_get_xact_tuples_returned('t'::regclass) AS read`)
  return Number(row?.read)
}

async function walk(
  { ranges, catalog }: Dialect,
  session: DatabaseSession,
  table: string,
  alias: string,
  statement: string,
  sizes: readonly number[],
): Promise<void> {
  const key = ranges.keyOf((await catalog.read(session, 'whole')).state, table, ['ctid'])
  if ('problem' in key) expect.fail(key.problem)
  const upTo = await ranges.last(session, key)
  let after: RowWalkKeyValue | undefined
  for (let batch = 0; upTo && after?.[0] !== upTo[0]; batch += 1) {
    const range = { ...(after && { after }), upTo }
    const end = await ranges.endOf(session, key, range, sizes[batch % sizes.length] ?? 1)
    const { text, values } = ranges.limit(splitPostgresAtBatchPlaceholder(statement), key, { ...range, upTo: end }, alias)
    await session.execute(text, AT, values)
    after = end
  }
}
