import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Interphase } from '../src/index.ts'
import { measureBase, measureChain, measureDump } from './base.ts'
import { measureBatches } from './batches.ts'
import { measureCheck } from './check.ts'
import { measureExplanation, told } from './explanation.ts'
import { measureGates } from './gates.ts'
import { median, runProgram, timed } from './measure.ts'
import { migrationsOf, type OneStatement } from './migrations.ts'
import { interphaseProject, knexProject } from './projects.ts'
import { measureRecognition } from './recognition.ts'
import { type Bound, bound, printed, type Report } from './report.ts'
import { bareLoop, type Server, startServer } from './server.ts'

const USAGE = `npm run bench -- [--quick] [--migrations 1000] [--rounds 5] [--json [FILE]]

Measures what the engine costs beside a bare loop and beside knex, and prints a table and a line of JSON; with --json, JSON
alone; with --json FILE, the JSON into that file. Ends with 1 when a bound is broken.
`

const CLI = join(import.meta.dirname, '..', 'dist', 'cli', 'main.js')
const KNEX = createRequire(import.meta.url).resolve('knex/bin/cli.js')

const PLACE = join(import.meta.dirname, '..', '.interphase', 'bench')

const MEMORY_MB = 200

// Each takes half a minute.
const DUMP_ROUNDS = 3

interface Options {
  readonly migrations: number
  readonly rounds: number
  /** The rows of the table that a data step in batches changes. */
  readonly rows: number
  /** Where the JSON goes: a file, or '-' for the standard output. */
  readonly json: string | undefined
}

function optionsOf(args: readonly string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      migrations: { type: 'string' },
      rounds: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help || positionals.length > (values.json ? 1 : 0)) return undefined
  const [migrations, rounds, rows] = values.quick ? [200, 3, 200_000] : [1000, 5, 2_000_000]
  return {
    migrations: Number(values.migrations ?? migrations),
    rounds: Number(values.rounds ?? rounds),
    rows,
    json: values.json ? (positionals[0] ?? '-') : undefined,
  }
}

type Samples = { readonly [Measure in 'bare loop' | 'up' | 'up without guards' | 'record, per order']: number[] }

/** The measures by turns, so that what disturbs the machine disturbs all of them. */
async function measureEngine(server: Server, project: string, migrations: readonly OneStatement[], rounds: number): Promise<Samples> {
  const samples: Samples = { 'bare loop': [], 'up': [], 'up without guards': [], 'record, per order': [] }
  const up = async (guards: boolean) => {
    const engine = await Interphase.open({ directory: project, databaseUrl: await server.emptyDatabase('bench_up'), guards })
    return timed(() => engine.upgrade({ confirmed: true }))
  }
  for (let round = 0; round < rounds; round++) {
    samples['record, per order'].push(await recordOnce(project))
    const bare = await server.emptyDatabase('bench_bare')
    samples['bare loop'].push(await timed(() => bareLoop(bare, migrations)))
    samples['up'].push(await up(true))
    samples['up without guards'].push(await up(false))
  }
  return samples
}

async function recordOnce(directory: string): Promise<number> {
  let orders = 0
  const engine = await Interphase.open({
    directory,
    emit: (event) => {
      if (event.type === 'release-recorded') orders += event.orders
    },
  })
  return (await timed(() => engine.record(['postgres'], true))) / orders
}

interface Processes {
  readonly status: number[]
  readonly knex: number[]
  readonly memory: readonly Bound[]
}

/** `status` and knex's `migrate:latest` as processes with nothing to do, and the memory of processes that do something. */
async function measureProcesses(project: string, knex: string, databases: Databases, rounds: number): Promise<Processes> {
  const record = await runProgram(project, [CLI, 'record', '--all'], true)
  const up = await runProgram(project, [CLI, 'up', '--yes', '--database-url', databases.interphase], true)
  const knexfile = ['--knexfile', join(knex, 'knexfile.cjs')]
  await runProgram(knex, [KNEX, 'migrate:latest', ...knexfile])
  const samples: { status: number[]; knex: number[] } = { status: [], knex: [] }
  for (let round = 0; round < rounds; round++) {
    samples.knex.push((await runProgram(knex, [KNEX, 'migrate:latest', ...knexfile])).elapsedMs)
    samples.status.push((await runProgram(project, [CLI, 'status', '--database-url', databases.interphase])).elapsedMs)
  }
  const memory = [bound('peak of up', up.peakMb, MEMORY_MB, 'MB'), bound('peak of record', record.peakMb, MEMORY_MB, 'MB')]
  return { ...samples, memory }
}

interface Databases {
  readonly interphase: string
  readonly knex: string
}

async function executor({ migrations: count, rounds, rows }: Options, within: string, server: Server): Promise<Report> {
  const migrations = migrationsOf(count)
  const databases: Databases = { interphase: await server.emptyDatabase('bench_status'), knex: await server.emptyDatabase('bench_knex') }
  const project = await interphaseProject(within, migrations, server.url)
  const knex = await knexProject(within, migrations, databases.knex)
  const engine = await measureEngine(server, project, migrations, rounds)
  const ratio = (of: keyof Samples, to: keyof Samples) => median(engine[of]) / median(engine[to])
  const bounds = [
    bound('up : bare loop', ratio('up', 'bare loop'), 3, 'times'),
    bound('up : up without guards', ratio('up', 'up without guards'), 2, 'times'),
    bound('record, per order : bare loop', ratio('record, per order', 'bare loop'), 3, 'times'),
  ]
  const about = { node: process.version, server: server.version, migrations: migrations.length, rounds }
  const { status, knex: latest, memory } = await measureProcesses(project, knex, databases, rounds)
  const check = await measureCheck(within, server.url, CLI, count / 2, rounds)
  const chain = await measureChain(within, server, CLI, rounds)
  const dump = await measureDump(within, server, Math.min(rounds, DUMP_ROUNDS))
  const base = await measureBase(within, CLI, rounds)
  const recognition = await measureRecognition(server, rounds)
  const batches = await measureBatches(within, CLI, rows)
  const gates = await measureGates(within, server, rounds)
  return {
    ...about,
    samples: {
      ...engine,
      status,
      'knex migrate:latest': latest,
      ...check.samples,
      ...chain.samples,
      ...dump.samples,
      ...base.samples,
      ...batches.samples,
      ...recognition.samples,
      ...gates.samples,
    },
    bounds: [
      ...bounds,
      bound('status : knex migrate:latest', median(status) / median(latest), 1, 'times'),
      ...memory,
      ...check.bounds,
      ...chain.bounds,
      ...dump.bounds,
      ...base.bounds,
      ...batches.bounds,
      ...recognition.bounds,
      ...gates.bounds,
    ],
    missing: [...dump.missing, ...base.missing, ...batches.missing],
    explained: await measureExplanation(server.url, count / 5),
  }
}

async function stopAll(server: Server, within: string): Promise<void> {
  await server.stop()
  await rm(within, { recursive: true, force: true })
}

const options = optionsOf(process.argv.slice(2))
if (!options) {
  process.stderr.write(USAGE)
  process.exitCode = 2
} else {
  await mkdir(PLACE, { recursive: true })
  const within = await mkdtemp(join(PLACE, 'projects-'))
  const server = await startServer()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stopAll(server, within).then(() => process.exit(1)))
  try {
    const report = await executor(options, within, server)
    const json = `${JSON.stringify(report)}\n`
    if (options.json !== '-') process.stdout.write(`${printed(report)}\n${told(report.explained)}\n`)
    if (options.json === undefined || options.json === '-') process.stdout.write(json)
    else await writeFile(options.json, json)
    if (report.bounds.some(({ holds }) => !holds)) process.exitCode = 1
  } finally {
    await stopAll(server, within)
  }
}
