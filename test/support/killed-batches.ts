import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { DialectName } from '../../src/schema/object.ts'
import { type Client, openClient } from './application.ts'
import { LOADER, moduleFile } from './built.ts'
import type { Files } from './chain.ts'

/** A data step in batches whose process is killed repeatedly, while two versions of an application write. */
export interface KilledStep {
  readonly dialect: DialectName
  readonly url: string
  /** The directory of the project. The project has the files of `killedStepFiles` and recorded states. */
  readonly root: string
  readonly kills: number
  /** Returns the number of batches after which a process is killed. */
  readonly batchesBefore: () => number
  /** Waits for a short time, so that the kill can interrupt any part of a batch. */
  readonly moment: () => Promise<void>
}

export interface KilledStepResult {
  readonly kills: number
  readonly written: { readonly old: number; readonly new: number }
}

const SKIP = { postgres: 'code IS DISTINCT FROM upper(name)', mysql: 'NOT (code <=> upper(name))', mariadb: 'NOT (code <=> upper(name))' }

/**
 * Returns the files of the project. The data step counts its writes in each row. The old version of the application does not use
 * the column `code`, and the new version writes the column.
 */
export function killedStepFiles(dialect: DialectName, size: number): Files {
  const skip = SKIP[dialect]
  return {
    'r1/010-item.expand.sql': `CREATE TABLE item (
  id bigint NOT NULL PRIMARY KEY, name varchar(60) NOT NULL, touched int DEFAULT 0 NOT NULL, author varchar(3) DEFAULT 'old' NOT NULL,
  writes int DEFAULT 0 NOT NULL, unused int
);`,
    'r2/rows/item.sql': "INSERT INTO item (id, name) VALUES (2, 'a'), (4, 'b'), (6, 'c');",
    'r2/010-code.expand.sql': 'ALTER TABLE item ADD COLUMN code varchar(60);',
    'r2/010-code.migrate.sql': `-- interphase: batch item size ${size}\nUPDATE item SET code = upper(name), writes = writes + 1 WHERE :batch AND ${skip};`,
    'r2/010-code.migrate.pending.sql': `SELECT count(*) FROM item WHERE ${skip}`,
    'r2/020-unused.contract.sql': 'ALTER TABLE item DROP COLUMN unused;',
  }
}

/**
 * Fills the table with rows of the old version. The ids of the rows are even, so that the application can add rows between them.
 */
export async function fillItems({ run }: Pick<Client, 'run'>, rows: number): Promise<void> {
  await run("INSERT INTO item (id, name) VALUES (2, 'name')")
  for (let have = 1; have < rows; have *= 2) {
    await run(`INSERT INTO item (id, name) SELECT id + ${2 * have}, concat('name ', id) FROM item WHERE id + ${2 * have} <= ${2 * rows}`)
  }
}

/**
 * Runs `interphase migrate` and kills the process `step.kills` times. Then stops the two versions of the application, and runs
 * the data step to its end.
 */
export async function runKilledStep(step: KilledStep, rows: number): Promise<KilledStepResult> {
  const over = new AbortController()
  const old = writing(step, 'old', rows, over.signal)
  const fresh = writing(step, 'new', rows, over.signal)
  let kills = 0
  try {
    while (kills < step.kills) {
      if (!(await killed(step))) break
      kills += 1
    }
  } finally {
    over.abort()
  }
  const written = { old: await old, new: await fresh }
  const last = migrate(step)
  const [code] = (await once(last.process, 'close')) as [number | null]
  if (code !== 0) throw new Error(`the last run ended with ${code}: ${last.said()}`)
  return { kills, written }
}

/**
 * Runs `interphase migrate --workers 2` in two processes that share the data step. Kills the two processes in turn and starts
 * each again, until `step.kills` processes were killed. Then stops the two versions of the application, and runs the data step to
 * its end.
 */
export async function runSharedStep(step: KilledStep, rows: number): Promise<KilledStepResult & { readonly joined: number }> {
  const over = new AbortController()
  const old = writing(step, 'old', rows, over.signal)
  const fresh = writing(step, 'new', rows, over.signal)
  const processes = [sharing(step), sharing(step)]
  let kills = 0
  let joined = 0
  const end = async ({ closed, counts, said }: Sharing) => {
    const [code, signal] = await closed
    joined += counts.joined
    if (signal === 'SIGKILL') return true
    if (code !== 0 && !said().includes('pending.left')) throw new Error(`a run ended with ${code}: ${said()}`)
    return false
  }
  try {
    for (; kills < step.kills; kills++) {
      const at = kills % 2
      const victim = processes[at]
      if (!victim || !(await victim.reached(step.batchesBefore()))) break
      await step.moment()
      victim.process.kill('SIGKILL')
      if (!(await end(victim))) break
      processes[at] = sharing(step)
    }
    if (kills === step.kills) await Promise.all(processes.map(({ reached }) => reached(1)))
  } finally {
    over.abort()
  }
  const written = { old: await old, new: await fresh }
  for (const one of processes) await end(one)
  const last = migrate(step)
  const [code] = (await once(last.process, 'close')) as [number | null]
  if (code !== 0) throw new Error(`the last run ended with ${code}: ${last.said()}`)
  return { kills, written, joined }
}

interface Sharing {
  readonly process: ChildProcess
  readonly closed: Promise<[number | null, string | null]>
  readonly said: () => string
  readonly counts: { readonly batches: number; readonly joined: number }
  /** Resolves with true when the process has committed the number of batches, and with false if the process ends before. */
  readonly reached: (batches: number) => Promise<boolean>
}

function sharing(step: KilledStep): Sharing {
  const { process: child, said, events } = migrate(step, ['--workers', '2'])
  const counts = { batches: 0, joined: 0 }
  let isOver = false
  let tell: () => void = () => undefined
  const closed = once(child, 'close') as Promise<[number | null, string | null]>
  const read = async () => {
    for await (const line of events) {
      if (line.includes('"batch-done"')) counts.batches += 1
      if (line.includes('"batches-joined"')) counts.joined += 1
      tell()
    }
    isOver = true
    tell()
  }
  void read()
  const reached = async (batches: number) => {
    while (!isOver && counts.batches < batches) await new Promise<void>((resolve) => (tell = resolve))
    return counts.batches >= batches
  }
  return { process: child, closed, said, counts, reached }
}

/**
 * The query for the rows that violate the expected result. The data step must write a row of the old version once, and a row of
 * the new version at most once.
 */
export const WRONG_ITEMS = `SELECT id, author, writes, code FROM item WHERE code IS NULL OR code <> upper(name) OR writes > 1 OR (author = 'old' AND writes <> 1)`

/**
 * Runs `interphase migrate` with the given arguments, and sends SIGTERM after a number of batches. Returns the exit code and the
 * output on stderr.
 */
export async function runUntilTerminated(step: KilledStep, batches: number, more: readonly string[] = []) {
  const { process: child, said, events } = migrate(step, more)
  const closed = once(child, 'close') as Promise<[number | null, string | null]>
  let seen = 0
  for await (const line of events) {
    if (line.includes('"batch-done"')) seen += 1
    if (seen === batches) child.kill('SIGTERM')
  }
  const [code] = await closed
  return { code, said: said() }
}

/** Whether the process was killed before it ended. */
async function killed(step: KilledStep): Promise<boolean> {
  const { process: child, said, events } = migrate(step)
  const closed = once(child, 'close') as Promise<[number | null, string | null]>
  const wanted = step.batchesBefore()
  let batches = 0
  for await (const line of events) {
    if (line.includes('"batch-done"')) batches += 1
    if (batches < wanted) continue
    await step.moment()
    child.kill('SIGKILL')
    break
  }
  const [code, signal] = await closed
  if (signal === 'SIGKILL') return true
  // The old version can add rows as fast as the repetitions of the data step change rows. The error `pending.left` is therefore
  // expected.
  if (code !== 0 && !said().includes('pending.left')) throw new Error(`a run ended with ${code}: ${said()}`)
  return false
}

interface Running {
  readonly process: ChildProcess
  readonly events: AsyncIterable<string>
  readonly said: () => string
}

function migrate({ root, url }: KilledStep, more: readonly string[] = []): Running {
  const args = [...LOADER, moduleFile('cli/main'), 'migrate', '--json', '--wait', '60', '--project-dir', root, ...more]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, DATABASE_URL: url } })
  let text = ''
  child.stderr.on('data', (data) => {
    text += String(data)
  })
  return { process: child, events: createInterface({ input: child.stdout }), said: () => text.slice(-2000) }
}

/** Writes as one version of the application until the signal aborts. Returns the number of iterations. */
async function writing({ dialect, url }: KilledStep, version: 'old' | 'new', rows: number, signal: AbortSignal): Promise<number> {
  const client = await openClient(dialect, url)
  let done = 0
  // The application uses odd ids: 1 modulo 4 for the old version, and 3 modulo 4 for the new version.
  for (let next = version === 'old' ? 1 : 3; !signal.aborted; next += 4, done++) {
    const id = (next * 7919) % (2 * rows)
    for (const statement of version === 'old' ? ofOldVersion(id, done) : ofNewVersion(id, done)) await client.run(statement)
  }
  await client.end()
  return done
}

function ofOldVersion(id: number, done: number): readonly string[] {
  const even = id - (id % 2)
  const odd = id - (id % 4) + 1
  return [
    `DELETE FROM item WHERE id = ${odd}`,
    `INSERT INTO item (id, name) VALUES (${odd}, 'late ${done}')`,
    `UPDATE item SET touched = touched + 1 WHERE id = ${even}`,
  ]
}

function ofNewVersion(id: number, done: number): readonly string[] {
  const even = id - (id % 2)
  const odd = id - (id % 4) + 3
  const name = `new ${done}`
  return [
    `DELETE FROM item WHERE id = ${odd}`,
    `INSERT INTO item (id, name, code, author) VALUES (${odd}, '${name}', '${name.toUpperCase()}', 'new')`,
    `UPDATE item SET name = '${name}', code = '${name.toUpperCase()}', author = 'new' WHERE id = ${even}`,
  ]
}
