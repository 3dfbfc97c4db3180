import { deepStrictEqual } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { exampleProject, ROWS_AFTER } from '../test/support/example.ts'
import { type Image, imageOf } from '../test/support/image.ts'
import { removeProjects } from '../test/support/project.ts'
import { obtainServer } from '../test/support/server.ts'
import { dropDatabase, execute, withDatabase } from '../test/support/servers.ts'
import { Walks } from '../test/support/walk.ts'
import { soakBatches } from './soak-batches.ts'

/**
 * Kills walks over the example chain at random moments and starts them again, until there were enough kills:
 *
 *     npm run soak [-- --server postgres|mysql|mariadb] [--only chain|batches] [--kills 100] [--seed N] [--minutes 30] [--rows 1000000]
 *
 * Then kills a data step in batches over a table of `--rows` rows, a fifth as often, while two versions of an application write.
 * Fails when a walk ends in another schema, other rows or another ledger than one that nobody disturbed.
 */
const SERVERS = ['postgres', 'mysql', 'mariadb'] as const
type Server = (typeof SERVERS)[number]

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '30' },
    rows: { type: 'string', default: '1000000' },
    only: { type: 'string' },
  },
})
const KILLS = Number(values.kills)
const random = seeded(Number(values.seed))
const RELEASES = Object.keys(ROWS_AFTER)

const walks = new Walks()
console.log(`seed ${values.seed}`)
try {
  for (const server of SERVERS.filter((name) => values.server === undefined || values.server === name)) await soakOn(server)
} finally {
  walks.close()
  removeProjects()
}

async function soakOn(server: Server): Promise<void> {
  const obtained = await obtainServer(server)
  if (!obtained.found) throw new Error(`${server}: ${obtained.why}`)
  try {
    if (values.only !== 'batches') await soak(server, obtained.url, await exampleProject(server, obtained.url))
    const step = { rows: Number(values.rows), kills: Math.ceil(KILLS / 5), random }
    if (values.only !== 'chain') await soakBatches(server, obtained.url, step)
  } finally {
    await obtained.stop()
  }
}

async function soak(server: Server, serverUrl: string, directory: string): Promise<void> {
  const startedMs = performance.now()
  const deadlineMs = startedMs + Number(values.minutes) * 60_000
  const { image, tookMs } = await walkUndisturbed(server, serverUrl, directory)
  const hits = new Map<string, number>()
  const kills: number[] = []
  for (let left = KILLS; left > 0; left -= kills.at(-1) ?? 0) {
    kills.push(await walkThroughKills({ server, serverUrl, directory, tookMs, hits, deadlineMs }, image))
    console.log(`${server}: a walk through ${kills.at(-1)} kills ended as it should; ${sum(kills)} of ${KILLS}`)
  }
  report(server, sum(kills), kills.length, hits, performance.now() - startedMs)
}

interface Ground {
  readonly server: Server
  readonly serverUrl: string
  readonly directory: string
  /** What a walk to each release took of late: the machine has other work too. */
  readonly tookMs: Map<string, number>
  readonly hits: Map<string, number>
  readonly deadlineMs: number
}

/** One walk over the whole chain. Gives the number of kills it took. */
function walkThroughKills({ server, serverUrl, directory, tookMs, hits, deadlineMs }: Ground, image: Image): Promise<number> {
  return onDatabase(serverUrl, async (url) => {
    let kills = 0
    for (const to of RELEASES) {
      const before = kills
      // Each walk gets a little longer than the one before it, so that even on a busy machine one gets through.
      while (await killedAtRandom({ directory, to, url }, 1.1 ** (kills - before), tookMs, hits)) kills += 1
      if (performance.now() > deadlineMs) throw new Error(`${server}: too few kills in ${values.minutes} minutes`)
      await execute(url, ...(ROWS_AFTER[to] ?? []))
    }
    deepStrictEqual(await imageOf(server, url), image)
    return kills
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

/** True when the process was killed; false when it was through before. */
async function killedAtRandom(
  { directory, to, url }: { directory: string; to: string; url: string },
  patience: number,
  tookMs: Map<string, number>,
  hits: Map<string, number>,
): Promise<boolean> {
  const walk = walks.begin({ directory, to, databases: [{ url }] })
  await Promise.race([walk.until((event) => event.type === 'lock-taken'), walk.ended])
  const fromMs = performance.now()
  await Promise.race([delay(random() * patience * (tookMs.get(to) ?? 0)), walk.ended])
  const where = walk.whereabouts()
  walk.process.kill('SIGKILL')
  const [ending] = await walk.ended
  if (ending?.type === 'done') {
    tookMs.set(to, performance.now() - fromMs)
    return false
  }
  if (ending?.type !== 'lost') throw new Error(`after a kill, on the way to ${to}: ${JSON.stringify(ending)}`)
  const place = where.replace(/^\S+\/\S+\.(\w+)/, '$1')
  hits.set(place, (hits.get(place) ?? 0) + 1)
  return true
}

async function walkUndisturbed(
  server: Server,
  serverUrl: string,
  directory: string,
): Promise<{ readonly image: Image; readonly tookMs: Map<string, number> }> {
  const tookMs = new Map<string, number>()
  const image = await onDatabase(serverUrl, async (url) => {
    for (const to of RELEASES) {
      const walk = walks.begin({ directory, to, databases: [{ url }] })
      await Promise.race([walk.until((event) => event.type === 'lock-taken'), walk.ended])
      const from = performance.now()
      const [ending] = await walk.ended
      if (ending?.type !== 'done') throw new Error(JSON.stringify(ending))
      tookMs.set(to, performance.now() - from)
      await execute(url, ...(ROWS_AFTER[to] ?? []))
    }
    return imageOf(server, url)
  })
  return { image, tookMs }
}

async function onDatabase<T>(serverUrl: string, work: (url: string) => Promise<T>): Promise<T> {
  const name = `soak${process.pid}_${randomBytes(5).toString('hex')}`
  await execute(serverUrl, `CREATE DATABASE ${name}`)
  const done = await work(withDatabase(serverUrl, name))
  // Where the work fails the database stays, to be looked at.
  await dropDatabase(serverUrl, name)
  return done
}

function report(server: Server, kills: number, through: number, hits: ReadonlyMap<string, number>, elapsedMs: number): void {
  console.log(`${server}: ${kills} kills over ${through} walks in ${Math.round(elapsedMs / 1000)} s, all equal. They hit:`)
  for (const [place, count] of [...hits].sort((a, b) => b[1] - a[1])) console.log(`  ${String(count).padStart(4)}  ${place}`)
}

/** Mulberry32: the same kills for the same seed, as far as a clock allows. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
