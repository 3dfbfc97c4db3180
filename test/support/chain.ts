import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { loadDialect } from '../../src/dialects/open.ts'
import { type EngineOptions, Interphase } from '../../src/engine.ts'
import type { Event } from '../../src/event.ts'
import { compareTextsNaturally } from '../../src/release/natural-order.ts'
import type { UpgradeOptions, UpgradeResult } from '../../src/run/upgrade.ts'
import type { DialectName, SchemaObject } from '../../src/schema/object.ts'
import { objectsOfState } from '../../src/schema/state.ts'
import type { StatusOptions } from '../../src/status/status.ts'
import { copyOfDatabase } from './copy.ts'
import { project, put } from './project.ts'
import { recordOnce, statesIn } from './recordings.ts'
import { execute, freshDatabase, originalDatabase, type ServerName, serverUrl } from './servers.ts'

/**
 * The files of a project by path. `r1/010-a.expand.sql` is a path in `releases/`, and a path that begins with `/` is a path from
 * the root.
 */
export type Files = Readonly<Record<string, string>>

/** A project on disk and an empty database to run it on, for a test that describes both in a few lines. */
export interface ChainOnServer {
  readonly root: string
  readonly url: string
  readonly dialect: DialectName
  readonly events: Event[]
  /** Opens an engine, with other options or for another project. */
  open(options?: EngineOptions): Promise<Interphase>
  record(): Promise<unknown>
  up(options?: Partial<UpgradeOptions>): Promise<UpgradeResult>
  status(options?: StatusOptions): ReturnType<Interphase['status']>
  sql(...statements: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]>
  put(files: Files): void
  remove(path: string): void
  has(path: string): boolean
}

export function dialectOfServer(name: ServerName): DialectName {
  return name === 'mysql' || name === 'mariadb' ? name : 'postgres'
}

/** Creates the files of a project and an empty database. The releases are not recorded and have not run. */
export async function chainOn(server: ServerName, files: Files, config: Readonly<Record<string, unknown>> = {}): Promise<ChainOnServer> {
  return chainIn(await projectOn(server, files, config), server, await freshDatabase(server))
}

function chainIn(root: string, server: ServerName, url: string): ChainOnServer {
  const dialect = dialectOfServer(server)
  const events: Event[] = []
  const open = (options: EngineOptions = {}) =>
    Interphase.open({ directory: root, databaseUrl: url, emit: (event) => events.push(event), ...options })
  return {
    root,
    url,
    dialect,
    events,
    open,
    record: async () => (await open()).record(),
    up: async (options = {}) => (await open()).upgrade({ confirmed: true, ...options }),
    status: async (options = { compareSchema: true }) => (await open()).status(options),
    sql: (...statements) => execute(url, ...statements),
    put: (more) => put(root, placed(more)),
    remove: (path) => rmSync(join(root, pathOf(path)), { recursive: true }),
    has: (path) => existsSync(join(root, pathOf(path))),
  }
}

async function projectOn(server: ServerName, files: Files, config: Readonly<Record<string, unknown>>): Promise<string> {
  const dialect = dialectOfServer(server)
  const shadow = { [dialect]: { url: (await serverUrl(server)) ?? '' } }
  const root = project({ 'interphase.config.json': JSON.stringify({ project: 'shop', dialects: [dialect], shadow, ...config }) })
  put(root, placed(files))
  return root
}

/**
 * Creates the files of a project and an empty database. The states of the first release `r1` are recorded once for each server
 * and copied. The other releases are not recorded.
 */
export async function chainOverFirst(server: ServerName, files: Files): Promise<ChainOnServer> {
  const first = Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('r1/')))
  return chainOn(server, { ...files, ...(await statesOfFirst(server, first)) })
}

const firsts = new Map<string, Promise<Files>>()

function statesOfFirst(server: ServerName, first: Files): Promise<Files> {
  const key = JSON.stringify([server, first])
  const known = firsts.get(key) ?? recordFirst(server, first)
  firsts.set(key, known)
  return known
}

async function recordFirst(server: ServerName, first: Files): Promise<Files> {
  const root = await projectOn(server, first, {})
  await recordOnce(root, server)
  return statesOf({ root })
}

/**
 * Creates the files of a project and an empty database, and records the releases. Equal files are recorded only once for all test
 * files.
 */
export async function recordedOn(server: ServerName, files: Files, config: Readonly<Record<string, unknown>> = {}): Promise<ChainOnServer> {
  const chain = await chainOn(server, files, config)
  await recordOnce(chain.root, server)
  return chain
}

/**
 * As `recordedOn`, with a database on which the releases up to `to` have run. Several tests of a test file with equal files of these
 * releases get copies of one database, which takes a tenth of the time of a run.
 */
export async function recordedAt(
  server: ServerName,
  to: string,
  files: Files,
  config: Readonly<Record<string, unknown>> = {},
): Promise<ChainOnServer> {
  const root = await projectOn(server, files, config)
  await recordOnce(root, server)
  const earlier = Object.entries(files).filter(([path]) => path.startsWith('/') || compareTextsNaturally(releaseOf(path), to) <= 0)
  const original = await originalDatabase(JSON.stringify([server, to, earlier, config]), async () => {
    const url = await freshDatabase(server)
    await (await Interphase.open({ directory: root, databaseUrl: url })).upgrade({ to, confirmed: true })
    return url
  })
  return chainIn(root, server, await copyOfDatabase(server, original))
}

/**
 * As `recordedOn`, with a database on which `prepare` has run, after the releases up to `to`. Several tests of a test file with equal
 * files, options and `content` get copies of one database. `content` names what `prepare` depends on.
 */
export async function preparedOn(
  server: ServerName,
  files: Files,
  content: unknown,
  prepare: (chain: ChainOnServer) => Promise<unknown>,
  { to, config = {} }: { readonly to?: string; readonly config?: Readonly<Record<string, unknown>> } = {},
): Promise<ChainOnServer> {
  const root = await projectOn(server, files, config)
  await recordOnce(root, server)
  const original = await originalDatabase(JSON.stringify([server, files, content, to, config]), async () => {
    const chain = to === undefined ? await recordedOn(server, files, config) : await recordedAt(server, to, files, config)
    await prepare(chain)
    return chain.url
  })
  return chainIn(root, server, await copyOfDatabase(server, original))
}

function releaseOf(path: string): string {
  return path.slice(0, path.indexOf('/'))
}

/** Returns the recorded states of a chain as files that `chainOn` accepts. */
export function statesOf({ root }: Pick<ChainOnServer, 'root'>): Files {
  return Object.fromEntries(Object.entries(statesIn(root)).map(([path, text]) => [path.replace(/^releases\//, ''), text]))
}

/** Returns the names of the scratch databases on the server that no run uses. */
export async function scratchDatabases(server: ServerName): Promise<readonly string[]> {
  const dialect = await loadDialect(dialectOfServer(server))
  const scratch = await dialect.scratch({ url: (await serverUrl(server)) ?? '', cacheDirectory: '' })
  try {
    let left = await scratch.leftovers()
    // Another test file can concurrently test the remaining databases of a killed run on the same server. The query is therefore
    // repeated for a limited time.
    for (const until = Date.now() + 20_000; left.length > 0 && Date.now() < until; await delay(50)) left = await scratch.leftovers()
    return left
  } finally {
    await scratch.close()
  }
}

/** Returns the objects of a recorded state. */
export async function objectsAt(chain: ChainOnServer, id: string): Promise<readonly SchemaObject[]> {
  return [...objectsOfState(await (await chain.open()).stateAt(id, chain.dialect))]
}

function placed(files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [pathOf(path), text]))
}

function pathOf(path: string): string {
  return path.startsWith('/') ? path.slice(1) : `releases/${path}`
}
