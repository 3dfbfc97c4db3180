import { deepStrictEqual } from 'node:assert'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Interphase } from '../src/index.ts'
import type { DialectName } from '../src/schema/object.ts'
import { connectTo } from '../test/support/application.ts'
import {
  fillItems,
  type KilledStepResult,
  killedStepFiles,
  runKilledStep,
  runSharedStep,
  WRONG_ITEMS,
} from '../test/support/killed-batches.ts'
import { project } from '../test/support/project.ts'

/** The size of the table, the number of kills, and the random numbers that choose their moments. */
export interface BatchSoak {
  readonly rows: number
  readonly kills: number
  readonly random: () => number
}

// Smaller than the default, so that there are enough batches between the kills.
const SIZE = 2000

/**
 * Kills a data step in batches at random moments while two versions of an application write: in one process, and in two processes that
 * share it. Throws if a row is wrong.
 */
export async function soakBatches(dialect: DialectName, serverUrl: string, { rows, kills, random }: BatchSoak): Promise<void> {
  await soakInOneProcess(dialect, serverUrl, { rows, kills, random })
  await soakInTwoProcesses(dialect, serverUrl, { rows, kills, random })
}

async function soakInOneProcess(dialect: DialectName, serverUrl: string, soak: BatchSoak): Promise<void> {
  const startedMs = performance.now()
  const { step, database, batches } = await prepareStep(dialect, serverUrl, soak, 'one')
  const { rows, kills, random } = soak
  const batchesBefore = () => 1 + Math.floor((random() * 1.5 * batches) / kills)
  const done = await runKilledStep({ ...step, batchesBefore }, rows)
  deepStrictEqual(await database.run(WRONG_ITEMS), [])
  await database.end()
  tell(`${dialect}: a data step over ${rows} rows was killed`, done, startedMs)
}

async function soakInTwoProcesses(dialect: DialectName, serverUrl: string, soak: BatchSoak): Promise<void> {
  const startedMs = performance.now()
  const { step, database, batches } = await prepareStep(dialect, serverUrl, soak, 'two')
  const { rows, kills, random } = soak
  // Both processes work between the kills, so each of them commits half of the batches.
  const batchesBefore = () => 1 + Math.floor((random() * 0.75 * batches) / kills)
  const done = await runSharedStep({ ...step, batchesBefore }, rows)
  deepStrictEqual(await database.run(WRONG_ITEMS), [])
  await database.end()
  tell(`${dialect}: a data step over ${rows} rows in two processes with two workers each was killed`, done, startedMs)
}

async function prepareStep(dialect: DialectName, serverUrl: string, { rows, kills, random }: BatchSoak, name: string) {
  const root = project({
    'interphase.config.json': JSON.stringify({ project: 'soak', dialects: [dialect], shadow: { [dialect]: { url: serverUrl } } }),
  })
  for (const [path, text] of Object.entries(killedStepFiles(dialect, SIZE))) {
    const file = join(root, 'releases', path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  const database = await connectTo(dialect, serverUrl, `soak_batches_${name}_${process.pid}`)
  const engine = await Interphase.open({ directory: root, databaseUrl: database.url })
  await engine.record()
  await engine.upgrade({ to: 'r2', phase: 'expand' })
  await fillItems(database, rows)
  const step = { dialect, url: database.url, root, kills, moment: () => delay(random() * 40) }
  return { step, database, batches: Math.ceil(rows / SIZE) }
}

function tell(what: string, { kills, written }: KilledStepResult, startedMs: number): void {
  const seconds = Math.round((performance.now() - startedMs) / 1000)
  console.log(`${what} ${kills} times in ${seconds} s; every row was written once.`)
  console.log(`  beside it, ${3 * written.old} statements of the old version and ${3 * written.new} of the new version`)
}
