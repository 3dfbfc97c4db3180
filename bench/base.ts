import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Interphase } from '../src/index.ts'
import type { DialectName } from '../src/schema/object.ts'
import { obtainServer } from '../test/support/server.ts'
import { median, runProgram, timed } from './measure.ts'
import { type Bound, bound } from './report.ts'
import type { Server } from './server.ts'

export interface BaseMeasured {
  readonly samples: { readonly [measure in string]: readonly number[] }
  readonly bounds: readonly Bound[]
  /** Servers and programs that were not there, each with what was not measured. */
  readonly missing: readonly string[]
}

const TABLES = 150
// What a person waits for after every edit of a new release, in seconds.
const SECONDS: { readonly [D in DialectName]: number } = { postgres: 2, mariadb: 4, mysql: 6 }
// Of the first recording of the base; PostgreSQL's first one takes a second or two itself.
const OF_THE_FIRST = 0.4

/** `record` of a release of one column over a recorded base of many tables, as a process, on every server that is there. */
export async function measureBase(within: string, cli: string, rounds: number): Promise<BaseMeasured> {
  const samples: Record<string, number[]> = {}
  const bounds: Bound[] = []
  const missing: string[] = []
  for (const dialect of ['postgres', 'mariadb', 'mysql'] as const) {
    // PostgreSQL is recorded on the embedded server, which keeps what it has made.
    const server = dialect === 'postgres' ? undefined : await obtainServer(dialect)
    if (server && !server.found) {
      missing.push(`record over a base on ${dialect}: ${server.why}`)
      continue
    }
    try {
      const { first, later } = await recordings(join(within, `base-${dialect}`), dialect, server?.url, cli, rounds)
      const what = `record of one column over ${TABLES} tables on ${dialect}`
      samples[`record of ${TABLES} tables on ${dialect}`] = [first]
      samples[what] = [...later]
      bounds.push(bound(what, median(later) / 1000, SECONDS[dialect], 's'))
      if (dialect !== 'postgres') bounds.push(bound(`${what} : first record`, median(later) / first, OF_THE_FIRST, 'times'))
    } finally {
      if (server) await server.stop()
    }
  }
  return { samples, bounds, missing }
}

async function recordings(root: string, dialect: DialectName, url: string | undefined, cli: string, rounds: number) {
  const tables = Array.from({ length: TABLES }, (_, at) => tableOf(at))
  await put(root, 'releases/00-base/010-base.expand.sql', tables.join('\n'))
  const shadow = url === undefined ? {} : { [dialect]: { url } }
  await put(root, 'interphase.config.json', JSON.stringify({ project: 'bench', dialects: [dialect], shadow }))
  const record = async () => (await runProgram(root, [cli, 'record'])).elapsedMs
  const first = await record()
  const later: number[] = []
  for (let round = 0; round < rounds; round++) {
    await put(root, 'releases/01-column/010-column.expand.sql', `ALTER TABLE thing_${round} ADD COLUMN extra integer;`)
    later.push(await record())
  }
  return { first, later }
}

function tableOf(at: number): string {
  const [name, parent] = [`thing_${at}`, `thing_${Math.max(0, at - 1)}`]
  return `CREATE TABLE ${name} (id integer NOT NULL PRIMARY KEY, kind integer, label varchar(40), parent integer, CONSTRAINT ${name}_parent FOREIGN KEY (parent) REFERENCES ${parent} (id));
CREATE INDEX ${name}_kind ON ${name} (kind);
CREATE INDEX ${name}_label ON ${name} (label);`
}

const [FEW, MANY] = [10, 120]

/** `up` of one new release over many contracted ones, beside the same over a few. */
export async function measureChain(within: string, server: Server, cli: string, rounds: number): Promise<BaseMeasured> {
  const projects = [await contracted(within, server, FEW), await contracted(within, server, MANY)] as const
  const samples: Record<string, number[]> = { [`up over ${FEW} releases`]: [], [`up over ${MANY} releases`]: [] }
  for (let round = 0; round < rounds; round++) {
    for (const { root, releases } of projects) {
      const url = await server.copyOf(`bench_chain_${releases}`, `bench_chain_${releases}_run`)
      const { elapsedMs } = await runProgram(root, [cli, 'up', '--database-url', url])
      samples[`up over ${releases} releases`]?.push(elapsedMs)
    }
  }
  const [few, many] = [median(samples[`up over ${FEW} releases`] ?? []), median(samples[`up over ${MANY} releases`] ?? [])]
  return { samples, bounds: [bound(`up over ${MANY} : ${FEW} releases`, many / few, 1.5, 'times')], missing: [] }
}

/** A project with so many releases that are contracted in the database `bench_chain_<releases>`, and a new one. */
async function contracted(within: string, server: Server, releases: number) {
  const root = join(within, `chain-${releases}`)
  const config = { project: 'bench', dialects: ['postgres'], shadow: { postgres: { url: server.url } } }
  await put(root, 'interphase.config.json', JSON.stringify(config))
  for (let at = 0; at <= releases; at++) {
    const release = `${String(at).padStart(4, '0')}-release`
    const column =
      at === 0 ? 'CREATE TABLE thing (id integer PRIMARY KEY, old integer);' : `ALTER TABLE thing ADD COLUMN value_${at} integer;`
    await put(root, `releases/${release}/010-value.expand.sql`, column)
  }
  const engine = await Interphase.open({ directory: root, databaseUrl: await server.emptyDatabase(`bench_chain_${releases}`) })
  await engine.record()
  await engine.upgrade({ to: `${String(releases - 1).padStart(4, '0')}-release`, confirmed: true })
  return { root, releases }
}

const STATEMENTS = 10_000

/** One file of ten thousand statements, beside psql with the same file. */
export async function measureDump(within: string, server: Server, rounds: number): Promise<BaseMeasured> {
  const root = join(within, 'dump')
  const file = 'releases/00-dump/010-dump.expand.sql'
  await put(root, file, Array.from({ length: STATEMENTS / 2 }, (_, at) => pairOf(at)).join('\n'))
  const config = { project: 'bench', dialects: ['postgres'], shadow: { postgres: { url: server.url } } }
  await put(root, 'interphase.config.json', JSON.stringify(config))
  const run = promisify(execFile)
  const samples: Record<string, number[]> = {
    'psql -1 -f, 10,000 statements': [],
    'record, 10,000 statements': [],
    'up, 10,000 statements': [],
  }
  for (let round = 0; round < rounds; round++) {
    const url = await server.emptyDatabase('bench_psql')
    try {
      samples['psql -1 -f, 10,000 statements']?.push(await timed(() => run('psql', ['-q', '-1', '-f', join(root, file), url])))
    } catch (error) {
      return {
        samples: {},
        bounds: [],
        missing: [`a file of 10,000 statements: ${error instanceof Error ? error.message : String(error)}`],
      }
    }
    const engine = await Interphase.open({ directory: root, databaseUrl: await server.emptyDatabase('bench_dump') })
    samples['record, 10,000 statements']?.push(await timed(() => engine.record(['postgres'], true)))
    samples['up, 10,000 statements']?.push(await timed(() => engine.upgrade({ confirmed: true })))
  }
  const [psql = Number.NaN, record = Number.NaN, up = Number.NaN] = Object.values(samples).map(median)
  const bounds = [
    bound('record : psql, 10,000 statements', record / psql, 3, 'times'),
    bound('up : psql, 10,000 statements', up / psql, 2, 'times'),
  ]
  return { samples, bounds, missing: [] }
}

function pairOf(at: number): string {
  return `CREATE TABLE thing_${at} (id integer NOT NULL, label varchar(40));
COMMENT ON TABLE thing_${at} IS 'thing ${at}';`
}

async function put(root: string, path: string, text: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), `${text}\n`)
}
