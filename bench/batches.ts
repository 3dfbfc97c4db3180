import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Interphase } from '../src/index.ts'
import type { DialectName } from '../src/schema/object.ts'
import { type ApplicationDatabase, connectTo } from '../test/support/application.ts'
import { obtainServer } from '../test/support/server.ts'
import type { PointUpdates } from './application.ts'
import type { BaseMeasured } from './base.ts'
import { median, runProgram, timed } from './measure.ts'
import { type Bound, bound } from './report.ts'

const MEMORY_MB = 150
const TARGET_MS = 500
/** The rows of the batch in the loop that users copy. */
const LOOP_ROWS = 1000
/** How long the application is observed where no data step ends the observation. */
const IDLE_MS = 3000
/** How often each kind of work is timed. One time alone differs from the next by up to a third. */
const ROUNDS = 3

const SKIP = {
  postgres: 'code IS DISTINCT FROM upper(name)',
  mysql: 'NOT (code <=> upper(name))',
  mariadb: 'NOT (code <=> upper(name))',
} as const

const WHOLE = 'UPDATE item SET code = upper(name)'

/** A data step in batches beside one UPDATE of the whole table and beside the loop that users copy, and what the application notices. */
export async function measureBatches(within: string, cli: string, rows: number): Promise<BaseMeasured> {
  const samples: Record<string, readonly number[]> = {}
  const bounds: Bound[] = []
  const missing: string[] = []
  for (const dialect of ['postgres', 'mariadb', 'mysql'] as const) {
    const server = await obtainServer(dialect)
    if (!server.found) {
      missing.push(`data steps in batches on ${dialect}: ${server.why}`)
      continue
    }
    try {
      const measured = await onServer(join(within, `batches-${dialect}`), dialect, server.url, cli, rows)
      Object.assign(samples, measured.samples)
      bounds.push(...measured.bounds)
    } finally {
      await server.stop()
    }
  }
  return { samples, bounds, missing }
}

async function onServer(root: string, dialect: DialectName, serverUrl: string, cli: string, rows: number) {
  const project = await projectIn(root, dialect, serverUrl)
  const fresh = async () => {
    const connection = await connectTo(dialect, serverUrl, 'bench_batches')
    const engine = await Interphase.open({ directory: project, databaseUrl: connection.url })
    await engine.upgrade({ phase: 'expand' })
    await fill(connection, dialect, rows)
    return { dialect, connection, engine }
  }
  const whole = await besideApplication(fresh, WORK.whole)
  const step = await besideApplication(fresh, WORK.step)
  const two = await besideApplication(fresh, WORK.two)
  const times = await timedByTurns(fresh)
  const { connection } = await fresh()
  const idle = await pointUpdates(dialect, connection.url, rows, () => delay(IDLE_MS))
  const reading = await pointUpdates(dialect, connection.url, rows, () => readAgainAndAgain(connection))
  const { peakMb } = await runProgram(project, [cli, 'migrate', '--database-url', connection.url], true)
  await connection.end()
  const name = `${dialect}, ${rows.toLocaleString('en')} rows`
  return {
    samples: {
      [`one UPDATE, ${name}`]: times.whole,
      [`the loop that users copy, ${name}`]: times.loop,
      [`data step in batches, ${name}`]: times.step,
      [`data step with two workers, ${name}`]: times.two,
      [`two sessions with one UPDATE of half the table each, ${name}`]: times.halves,
      [`p99 of point updates, idle, ${dialect}`]: [idle.p99],
      [`p99 of point updates, beside a session that only reads, ${dialect}`]: [reading.p99],
      [`p99 of point updates, one UPDATE, ${dialect}`]: [whole.p99],
      [`p99 of point updates, data step in batches, ${dialect}`]: [step.p99],
      [`p99 of point updates, data step with two workers, ${dialect}`]: [two.p99],
      [`longest point update, one UPDATE, ${dialect}`]: [whole.longest],
      [`longest point update, data step in batches, ${dialect}`]: [step.longest],
    },
    bounds: [
      bound(`data step in batches : one UPDATE, ${dialect}`, medianRatio(times.step, times.whole), 1, 'times'),
      bound(`two workers : one UPDATE, ${dialect}`, medianRatio(times.two, times.whole), 1 / 1.3, 'times'),
      bound(`data step in batches : loop, ${dialect}`, medianRatio(times.step, times.loop), 1 / 1.2, 'times'),
      bound(`p99 during the step : idle, ${dialect}`, step.p99 / idle.p99, 2, 'times'),
      bound(`longest row lock of the step, ${dialect}`, step.longest / 1000, (2 * TARGET_MS) / 1000, 's'),
      bound(`peak of migrate in batches, ${dialect}`, peakMb, MEMORY_MB, 'MB'),
    ],
  }
}

interface Fresh {
  readonly dialect: DialectName
  readonly connection: ApplicationDatabase
  readonly engine: Interphase
}

/** The kinds of work that are compared. Each changes all rows of a fresh table. */
const WORK = {
  whole: ({ connection }: Fresh) => connection.run(WHOLE),
  step: ({ engine }: Fresh) => engine.upgrade({ only: 'migrate' }),
  loop: ({ connection, dialect }: Fresh) => copiedLoop(connection, dialect),
  two: ({ engine }: Fresh) => engine.upgrade({ only: 'migrate', workers: 2 }),
  halves: ({ connection }: Fresh) => twoHalves(connection),
} as const

type Times = { readonly [Work in keyof typeof WORK]: readonly number[] }

/** Times each kind of work alone in every round, so that what disturbs the machine disturbs all of them. The times are in milliseconds. */
async function timedByTurns(fresh: () => Promise<Fresh>): Promise<Times> {
  const times: { [Work in keyof typeof WORK]: number[] } = { whole: [], step: [], loop: [], two: [], halves: [] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of Object.keys(WORK) as (keyof typeof WORK)[]) {
      const on = await fresh()
      times[name].push(await timed(() => WORK[name](on)))
      await on.connection.end()
    }
  }
  return times
}

/** The median over the rounds of the time of one kind of work, divided by the time of another in the same round. */
function medianRatio(of: readonly number[], to: readonly number[]): number {
  return median(of.map((ms, round) => ms / (to[round] ?? Number.NaN)))
}

/** Runs the work on a fresh table beside an application. Gives the delays that the application notices. */
async function besideApplication(fresh: () => Promise<Fresh>, work: (on: Fresh) => Promise<unknown>) {
  const on = await fresh()
  const delays = await pointUpdates(on.dialect, on.connection.url, await on.connection.count(), () => work(on))
  await on.connection.end()
  return delays
}

/**
 * Runs the work while an application in a process of its own updates single rows at a steady rate. Gives the delays that the
 * application noticed, in milliseconds.
 */
async function pointUpdates(dialect: DialectName, url: string, rows: number, work: () => Promise<unknown>): Promise<PointUpdates> {
  const application = fork(join(import.meta.dirname, 'application.ts'), [dialect, url, String(rows)], { execArgv: ['--import', 'tsx'] })
  await once(application, 'message')
  await work()
  application.send('end')
  const [delays] = (await once(application, 'message')) as [PointUpdates]
  await once(application, 'exit')
  return delays
}

/** What two sessions gain on this server at best: no ledger, no cursor and no condition that skips rows. */
async function twoHalves({ beside, count }: ApplicationDatabase): Promise<void> {
  const half = Math.floor((await count()) / 2)
  await Promise.all(
    [`id <= ${half}`, `id > ${half}`].map(async (condition) => {
      const session = await beside()
      await session.run(`${WHOLE} WHERE ${condition}`)
      await session.end()
    }),
  )
}

/** A session that keeps one processor busy and locks no row: what the application notices of any other load. */
async function readAgainAndAgain({ beside }: ApplicationDatabase): Promise<void> {
  const session = await beside()
  for (const startedMs = performance.now(); performance.now() - startedMs < IDLE_MS; )
    await session.run("SELECT count(*) AS found FROM item WHERE upper(name) < 'THE'")
  await session.end()
}

/** The loop of many answers on the web: the next rows in the order of the key, and the last key in a variable of the program. */
async function copiedLoop(connection: ApplicationDatabase, dialect: DialectName): Promise<void> {
  for (let last = 0; ; ) {
    const rows =
      dialect === 'postgres'
        ? await connection.run(
            `WITH batch AS (SELECT id FROM item WHERE id > ${last} AND ${SKIP[dialect]} ORDER BY id LIMIT ${LOOP_ROWS} FOR UPDATE), done AS (UPDATE item SET code = upper(name) FROM batch WHERE item.id = batch.id RETURNING item.id) SELECT max(id) AS last FROM done`,
          )
        : await mysqlRound(connection, last)
    const found = rows[0]?.['last']
    if (found === null || found === undefined) return
    last = Number(found)
  }
}

async function mysqlRound(connection: ApplicationDatabase, last: number) {
  const rows = await connection.run(
    `SELECT max(id) AS last FROM (SELECT id FROM item WHERE id > ${last} AND ${SKIP.mysql} ORDER BY id LIMIT ${LOOP_ROWS} FOR UPDATE) AS batch`,
  )
  const end = rows[0]?.['last']
  if (end !== null && end !== undefined)
    await connection.run(`UPDATE item SET code = upper(name) WHERE id > ${last} AND id <= ${Number(end)} AND ${SKIP.mysql}`)
  return rows
}

async function fill({ run }: ApplicationDatabase, dialect: DialectName, rows: number): Promise<void> {
  const name = "concat('the name of number ', n)"
  if (dialect === 'postgres') {
    // VACUUM marks pages as visible to all only after their commit is in the log, which a server without synchronous commits writes later.
    await run('SET synchronous_commit = on')
    await run(`INSERT INTO item (id, name, filler) SELECT n, ${name}, repeat('x', 80) FROM generate_series(1, ${rows}) n`)
    await run('VACUUM ANALYZE item')
    await run('RESET synchronous_commit')
    await run('CHECKPOINT')
    return
  }
  await run(`INSERT INTO item (id, name, filler) VALUES (1, 'the name of number 1', repeat('x', 80))`)
  for (let have = 1; have < rows; have *= 2) {
    await run(
      `INSERT INTO item (id, name, filler) SELECT id + ${have}, concat('the name of number ', id + ${have}), filler FROM item WHERE id + ${have} <= ${rows}`,
    )
  }
  await run('ANALYZE TABLE item')
}

async function projectIn(root: string, dialect: DialectName, url: string): Promise<string> {
  await put(root, 'interphase.config.json', JSON.stringify({ project: 'bench', dialects: [dialect], shadow: { [dialect]: { url } } }))
  await put(
    root,
    'releases/00/010-item.expand.sql',
    `CREATE TABLE item (id bigint NOT NULL PRIMARY KEY, name varchar(60) NOT NULL, filler varchar(100), touched int DEFAULT 0 NOT NULL, kind int);
CREATE INDEX item_kind ON item (kind);`,
  )
  await put(root, 'releases/01/rows/010.sql', "INSERT INTO item (id, name) VALUES (1, 'a'), (2, 'b'), (4, 'c');")
  await put(root, 'releases/01/020-code.expand.sql', 'ALTER TABLE item ADD COLUMN code varchar(60);')
  await put(root, 'releases/01/020-code.migrate.sql', `-- interphase: batch item\n${WHOLE} WHERE :batch AND ${SKIP[dialect]};`)
  const engine = await Interphase.open({ directory: root })
  await engine.record()
  return root
}

async function put(root: string, path: string, text: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), `${text}\n`)
}
