import { deepStrictEqual } from 'node:assert'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Interphase } from '../src/index.ts'
import type { DialectName } from '../src/schema/object.ts'
import { connectTo } from '../test/support/application.ts'
import { fillItems, killedStepFiles, runKilledStep, WRONG_ITEMS } from '../test/support/killed-batches.ts'
import { project } from '../test/support/project.ts'

/** The size of the table, the number of kills, and the random numbers that choose their moments. */
export interface BatchSoak {
  readonly rows: number
  readonly kills: number
  readonly random: () => number
}

// Smaller than the default, so that there are enough batches between the kills.
const SIZE = 2000

/** Kills a data step in batches at random moments while two versions of an application write. Throws if a row is wrong. */
export async function soakBatches(dialect: DialectName, serverUrl: string, { rows, kills, random }: BatchSoak): Promise<void> {
  const startedMs = performance.now()
  const root = project({
    'interphase.config.json': JSON.stringify({ project: 'soak', dialects: [dialect], shadow: { [dialect]: { url: serverUrl } } }),
  })
  for (const [path, text] of Object.entries(killedStepFiles(dialect, SIZE))) {
    const file = join(root, 'releases', path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  const database = await connectTo(dialect, serverUrl, `soak_batches_${process.pid}`)
  const engine = await Interphase.open({ directory: root, databaseUrl: database.url })
  await engine.record()
  await engine.upgrade({ to: 'r2', phase: 'expand' })
  await fillItems(database, rows)
  const batches = Math.ceil(rows / SIZE)
  const step = {
    dialect,
    url: database.url,
    root,
    kills,
    batchesBefore: () => 1 + Math.floor((random() * 1.5 * batches) / kills),
    moment: () => delay(random() * 40),
  }
  const done = await runKilledStep(step, rows)
  deepStrictEqual(await database.run(WRONG_ITEMS), [])
  await database.end()
  const seconds = Math.round((performance.now() - startedMs) / 1000)
  const { old, new: fresh } = done.written
  console.log(`${dialect}: a data step over ${rows} rows was killed ${done.kills} times in ${seconds} s; every row was written once.`)
  console.log(`  beside it, ${3 * old} statements of the old version and ${3 * fresh} of the new version`)
}
