import { rmSync } from 'node:fs'
import { PHASES } from '../../src/phase/phase.ts'
import { type Answer, call, interphase, NEXT } from './command.ts'
import { type Database, makeDatabase } from './database.ts'
import { baseOf, DEFAULTS, ledgerTables, restoredCopy, type Server } from './dump.ts'
import { nextRelease, rowsIn } from './next-release.ts'
import { BASE_STEP, emptyProject, putFile } from './project.ts'

/** Where the walk is. */
export interface Place {
  /** The migration that ran last. */
  readonly done: string
  /** The expected exit code of `status --check`. */
  readonly next: number
}

/**
 * Goes over to a copy of the database that its own dump made, with these defaults. The copy, and one that the engine has never
 * seen, answer `status --check` and `adopt` as the database itself does; it is dropped in the end.
 */
export async function moved(server: Server, project: string, from: Database, place: Place, defaults: string): Promise<Database> {
  const copy = await restoredCopy(server, from, defaults)
  try {
    await sameAnswer(project, from, copy, ['status', '--check'], place.next)
    await adoptsAlike(server, project, from, place, defaults)
  } catch (error) {
    await copy.drop()
    throw error
  }
  await from.drop()
  return copy
}

/** Takes the ledger out of the database, too. Where the schema alone cannot tell the place, it is named. */
async function adoptsAlike(server: Server, project: string, from: Database, { done, next }: Place, defaults: string): Promise<void> {
  await forget(from)
  const copy = await restoredCopy(server, from, defaults)
  try {
    const { code } = await sameAnswer(project, from, copy, ['adopt'])
    if (code !== 0) await sameAnswer(project, from, copy, ['adopt', '--at', done], 0)
    // By itself it goes no further than the last migration that left a trace, and those after it run again.
    await sameAnswer(project, from, copy, ['status', '--check'], code === 0 ? undefined : next)
  } finally {
    await copy.drop()
  }
}

async function sameAnswer(project: string, from: Database, copy: Database, args: readonly string[], code?: number): Promise<Answer> {
  const before = code === undefined ? await call(project, from.url, args) : await interphase(project, from.url, args, code)
  const found = await call(project, copy.url, args)
  const wanted = before.says.replaceAll(nameOf(from), nameOf(copy))
  if (found.code === before.code && withoutTimes(found.says) === withoutTimes(wanted)) return found
  throw new Error(
    `interphase ${args.join(' ')} answers otherwise once the database is restored: ${before.code} before the dump,\n${wanted}\n${found.code} after it,\n${found.says}`,
  )
}

/** The two are adopted one after the other. */
function withoutTimes(says: string): string {
  return says.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<time>')
}

function nameOf(database: Database): string {
  return new URL(database.url).pathname.slice(1)
}

/** So that the engine has never seen this database. */
async function forget(database: Database): Promise<void> {
  for (const table of await ledgerTables(database)) await database.rows(`DROP TABLE IF EXISTS ${table}`)
}

/**
 * Asks the same of copies of the last state with every default of the server, and makes the whole dump the base of a new project,
 * which a release follows: on an empty database, and on this one, which loses its ledger.
 */
export async function lastState(server: Server, project: string, database: Database, place: Place): Promise<void> {
  for (const defaults of DEFAULTS[server.name]) {
    const copy = await restoredCopy(server, database, defaults)
    try {
      await sameAnswer(project, database, copy, ['status', '--check'], place.next)
    } finally {
      await copy.drop()
    }
  }
  await asBase(server, database)
  for (const defaults of DEFAULTS[server.name]) await adoptsAlike(server, project, database, place, defaults)
}

async function asBase(server: Server, from: Database): Promise<void> {
  const project = emptyProject('dumped', from.dialect, server.url)
  putFile(project, `releases/${BASE_STEP}.sql`, await baseOf(server, from))
  const original = await restoredCopy(server, from)
  const empty = await makeDatabase(server.url, from.dialect)
  try {
    await forget(original)
    await interphase(project, original.url, ['record'], 0)
    await interphase(project, empty.url, ['up'], 0)
    const { out } = await interphase(project, original.url, ['adopt'], 0)
    if (!out.includes(BASE_STEP)) throw new Error(`a dumped database is adopted elsewhere than at ${BASE_STEP}:\n${out}`)
    const table = [...(await rowsIn(original))].find(([, rows]) => rows.length > 0)?.[0]
    if (table === undefined) throw new Error('no table has rows at the end')
    for (const [path, text] of nextRelease(table, from.dialect)) putFile(project, path, text)
    await interphase(project, original.url, ['record'], 0)
    for (const one of [empty, original]) await throughPhases(project, one)
    expectEqual(await rowsIn(original), await rowsIn(empty))
  } finally {
    await original.drop()
    await empty.drop()
    rmSync(project, { recursive: true, force: true })
  }
}

async function throughPhases(project: string, { url }: Database): Promise<void> {
  for (const phase of PHASES) {
    await interphase(project, url, ['status', '--check'], NEXT[phase])
    await interphase(project, url, [phase], 0)
  }
  await interphase(project, url, ['status', '--check'], 0)
}

function expectEqual(wanted: ReadonlyMap<string, readonly string[]>, found: ReadonlyMap<string, readonly string[]>): void {
  for (const table of new Set([...wanted.keys(), ...found.keys()])) {
    if (JSON.stringify(wanted.get(table)) !== JSON.stringify(found.get(table))) {
      throw new Error(`the rows of ${table} are others where a dump was run as the base than where they were dumped`)
    }
  }
}
