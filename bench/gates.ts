import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Pool } from 'pg'
import { joinFleet } from '../src/fleet/index.ts'
import { Interphase } from '../src/index.ts'
import { readPolicies } from '../src/project/policies.ts'
import { median, timed } from './measure.ts'
import { type Bound, bound } from './report.ts'
import type { Server } from './server.ts'

const CHANGES_OF_RELEASE = 10
const RELEASES = 50
const INSTANCES = 10_000
const JOINS = 200
const QUERIES = 4000
// Many more heartbeats than in an application, so that they fall into the measurement.
const HEARTBEAT_SECONDS = 0.02

/** `gate` with many instances over a long chain, beside a short one without instances, and what the client of the fleet costs. */
export async function measureGates(within: string, server: Server, rounds: number) {
  const projects = {
    'gate, 1 change': await contractNext(within, server, 1, 0),
    'gate, 500 changes and 10,000 instances': await contractNext(within, server, RELEASES, INSTANCES),
  }
  const samples: Record<string, number[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [what, { root, url }] of Object.entries(projects)) {
      const gate = async () => {
        const report = await (await Interphase.open({ directory: root, databaseUrl: url })).gate({ phase: 'contract' })
        if (!report.open) throw new Error(`the gates are not open: ${JSON.stringify(report.gates)}`)
      }
      samples[what] = [...(samples[what] ?? []), await timed(gate)]
    }
  }
  const [few = [], many = []] = Object.values(samples)
  const client = await measureClient(projects['gate, 1 change'].url, rounds)
  const bounds: readonly Bound[] = [
    bound('gate, 500 changes and 10,000 instances : 1 change', median(many) / median(few), 3, 'times'),
    ...client.bounds,
  ]
  return { samples: { ...samples, ...client.samples }, bounds }
}

/** A project whose next phase is contract, with the gate `fleet`, and its database. */
async function contractNext(within: string, server: Server, releases: number, instances: number) {
  const root = join(within, `gates-${releases}`)
  const put = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  const config = { project: 'bench', dialects: ['postgres'], shadow: { postgres: { url: server.url } } }
  await put('interphase.config.json', JSON.stringify(config))
  for (let release = 0; release < releases; release++) {
    const directory = `releases/${String(release).padStart(3, '0')}-release`
    for (let change = 0; change < (releases === 1 ? 1 : CHANGES_OF_RELEASE); change++) {
      const [table, column] = [`thing_${change}`, `value_${release}`]
      const name = `${directory}/${String(change).padStart(3, '0')}-thing`
      const create = `CREATE TABLE ${table} (id integer PRIMARY KEY, ${column} integer);`
      await put(`${name}.expand.sql`, release === 0 ? create : `ALTER TABLE ${table} ADD COLUMN ${column} integer;`)
      await put(`${name}.contract.sql`, `ALTER TABLE ${table} ADD CONSTRAINT ${table}_${column} CHECK (${column} > 0);`)
    }
  }
  const url = await server.emptyDatabase(`bench_gates_${releases}`)
  const engine = await Interphase.open({ directory: root, databaseUrl: url })
  await engine.record()
  await engine.upgrade({ phase: 'expand', to: `${String(releases - 1).padStart(3, '0')}-release`, confirmed: true })
  const newest = `${String(releases - 1).padStart(3, '0')}-release`
  // The earlier releases contract without the gate.
  const { expand, migrate, contract } = readPolicies()
  const policies = { expand, migrate, contract: { ...contract, opens: [...contract.opens, 'fleet'] } }
  for (const [phase, policy] of Object.entries(policies)) await put(`phases/${phase}.json`, JSON.stringify(policy))
  await put('interphase.config.json', JSON.stringify({ ...config, phases: 'phases' }))
  const pool = new Pool({ connectionString: url, max: 1 })
  const now = 'floor(extract(epoch FROM clock_timestamp()))'
  await pool.query(
    `INSERT INTO interphase_fleet SELECT 'bench', 'instance ' || n, $1, 'host ' || n, ${now}, ${now}, 3600 FROM generate_series(1, $2::int) n`,
    [newest, Math.max(1, instances)],
  )
  await pool.query('ANALYZE')
  await pool.end()
  return { root, url }
}

/** The start of the client beside its one statement, and the slowest queries of an application with and without heartbeats. */
async function measureClient(url: string, rounds: number) {
  const pool = new Pool({ connectionString: url, max: 4 })
  const samples = {
    'one heartbeat': [] as number[],
    'joinFleet': [] as number[],
    'p99 of queries': [] as number[],
    'p99 with heartbeats': [] as number[],
  }
  const statement = async (instance: string) => {
    const now = 'floor(extract(epoch FROM clock_timestamp()))'
    await pool.query(
      `INSERT INTO interphase_fleet (project, instance, release_name, host, joined_at, seen_at, lease_seconds) VALUES ($1, $2, $3, $4, ${now}, ${now}, $5)
      ON CONFLICT (project, instance) DO UPDATE SET release_name = excluded.release_name, seen_at = excluded.seen_at, lease_seconds = excluded.lease_seconds`,
      ['bench', instance, 'r', 'here', 60],
    )
  }
  try {
    for (let join = 0; join < JOINS; join++) {
      samples['one heartbeat'].push(await timed(() => statement(`s${join}`)))
      const options = { database: pool, project: 'bench', release: 'r', instance: `j${join}`, host: 'here' }
      const started = performance.now()
      const member = joinFleet(options)
      await member.joined
      samples['joinFleet'].push(performance.now() - started)
      await member.leave()
    }
    for (let round = 0; round < rounds; round++) {
      samples['p99 of queries'].push(await slowest(pool))
      const member = joinFleet({ database: pool, project: 'bench', release: 'r', heartbeatSeconds: HEARTBEAT_SECONDS })
      samples['p99 with heartbeats'].push(await slowest(pool))
      await member.leave()
    }
  } finally {
    await pool.end()
  }
  const [one = 0, joined = 0, without = 0, beating = 0] = Object.values(samples).map(median)
  const bounds = [
    bound('joinFleet beyond its statement', Math.max(0, joined - one), 1, 'ms'),
    bound('p99 of queries, heartbeats : none', beating / without, 1.5, 'times'),
  ]
  return { samples: { ...samples, 'one heartbeat': [one], 'joinFleet': [joined] }, bounds }
}

/** The time in milliseconds that one query in a hundred exceeds. */
async function slowest(pool: Pool): Promise<number> {
  const times: number[] = []
  for (let query = 0; query < QUERIES; query++) times.push(await timed(() => pool.query('SELECT count(*) FROM interphase_release')))
  return times.sort((a, b) => a - b)[Math.floor(QUERIES * 0.99)] ?? 0
}
