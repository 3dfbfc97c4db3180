import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Ended, expectCode, interphase } from './demo/command.ts'
import { connect, freshDatabase } from './demo/database.ts'
import { conclusion, nothingIsLost } from './demo/proof.ts'
import { openTraffic, type Traffic } from './demo/traffic.ts'
import { foundation, inBrief, inFull, type ShadowExecutor } from './demo/walk.ts'

const ROOT = join(import.meta.dirname, '..')
const RELEASES = ['2015.1-kilo', '2015.2-liberty', '2016.1-mitaka', '2016.2-newton', '2017.1-ocata', '2017.2-pike'] as const
const [FIRST, SECOND] = RELEASES
const NEWEST = '2017.2-pike'

const STOPS = { SIGINT: 130, SIGTERM: 143 } as const

const startedAt = Date.now()
const database = await freshDatabase()
let stopped = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopped = true
    void database.stop().finally(() => process.exit(STOPS[signal]))
  })
}

try {
  await demo(database.url)
} catch (error) {
  if (!stopped) console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  await database.stop()
}

async function demo(url: string): Promise<void> {
  console.log(`The example chain, phase by phase, on an embedded PostgreSQL. The demo prints the lines with #, and each command prints the
lines below its $. While the commands run, one or two versions of a small application write.

$ export DATABASE_URL=${url.replace(/:[^:@/]+@/, ':…@')}`)
  const runner = await connect(url, 'widgets, by hand')
  const traffic = openTraffic(url)
  try {
    await chain({ interphase: interphase(url), traffic, runner })
    console.log(`\n${await proven(url, traffic)}`)
  } finally {
    await traffic.stop()
    await runner.close()
  }
}

async function chain(executor: ShadowExecutor): Promise<void> {
  await foundation(executor, FIRST)
  await inFull(executor, FIRST, SECOND)
  console.log(
    '\n# The other releases in brief, as a deployment would run them: the exit code of `status --check` selects the next command.',
  )
  for (const [index, release] of RELEASES.entries()) {
    const old = RELEASES[index - 1]
    if (release !== FIRST && release !== SECOND && old) await inBrief(executor, old, release, await titleOf(release))
  }
  await executor.interphase.shown('status --check')
}

async function proven(url: string, traffic: Traffic): Promise<string> {
  const lost = await nothingIsLost(url, NEWEST, traffic)
  const log = await interphase(url).asked('log --json')
  expectCode('log', log, 0)
  return conclusion(migrationsIn(log), RELEASES.length, traffic, lost, Date.now() - startedAt)
}

function migrationsIn({ stdout }: Ended): number {
  const { applied } = JSON.parse(stdout) as { readonly applied: readonly { readonly run: { readonly state: string } }[] }
  return applied.filter(({ run }) => run.state === 'done').length
}

async function titleOf(release: string): Promise<string> {
  const { title } = JSON.parse(await readFile(join(ROOT, 'releases', release, 'release.json'), 'utf8')) as { readonly title: string }
  return title
}
