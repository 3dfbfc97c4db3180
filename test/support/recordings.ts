import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sha256Digest } from '../../src/digest.ts'
import { Interphase } from '../../src/engine.ts'
import { sortNaturally } from '../../src/release/natural-order.ts'
import { ROOT } from '../structure/source.ts'
import { put } from './project.ts'
import { execute, type ServerName, serverUrl } from './servers.ts'

const CONFIG = 'interphase.config.json'
const KEPT = join(ROOT, '.interphase', 'recordings')

/** The digest of the engine, its libraries and Node. A recording of equal files depends only on this digest and the server. */
let engine: string | undefined

/**
 * Records the project in `root`, or copies the states of an earlier recording. The earlier recording has equal files, the same
 * engine and the same server, and possibly comes from another process. If only the first release was recorded earlier, its states
 * are copied, and `record` executes it again only to build the schema before the second release.
 */
export async function recordOnce(root: string, server: ServerName): Promise<void> {
  engine ??= sha256Digest(...contentOf(join(ROOT, 'src')), readFileSync(join(ROOT, 'package-lock.json'), 'utf8'), process.version)
  const version = versions.get(server) ?? versionOf(server)
  versions.set(server, version)
  const keptFor = async (...parts: readonly string[]) => join(KEPT, engine ?? '', `${sha256Digest(await version, server, ...parts)}.json`)
  const kept = await keptFor(...filesOf(root))
  if (existsSync(kept)) return putKept(root, kept)
  const first = firstReleaseOf(root)
  const keptFirst = first === undefined ? undefined : await keptFor('first', first, ...filesOf(root, first))
  if (keptFirst !== undefined && existsSync(keptFirst)) putKept(root, keptFirst)
  await (await Interphase.open({ directory: root })).record()
  const states = Object.entries(statesIn(root))
  keep(kept, states)
  if (keptFirst !== undefined)
    keep(
      keptFirst,
      states.filter(([path]) => path.startsWith(`releases/${first}/`)),
    )
}

/** Returns the first of several releases. Returns undefined if a file `release.json` gives the releases another order. */
function firstReleaseOf(root: string): string | undefined {
  const releases = join(root, 'releases')
  const [first, second] = sortNaturally(readdirSync(releases), (name) => name)
  const isOrdered = pathsIn(releases).some(
    (path) => path.endsWith('/release.json') && readFileSync(join(releases, path), 'utf8').includes('"after"'),
  )
  return second === undefined || isOrdered ? undefined : first
}

const versions = new Map<ServerName, Promise<string>>()

async function versionOf(server: ServerName): Promise<string> {
  const [row] = await execute((await serverUrl(server)) ?? '', 'SELECT version() AS version')
  return String(row?.['version'])
}

function putKept(root: string, file: string): void {
  put(root, JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)
}

/** Writes a file under a temporary name and renames it, so that another process never reads an incomplete file. */
function keep(file: string, states: readonly (readonly [path: string, text: string])[]): void {
  for (const old of existsSync(KEPT) ? readdirSync(KEPT) : []) if (old !== engine) rmSync(join(KEPT, old), { recursive: true, force: true })
  mkdirSync(dirname(file), { recursive: true })
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, JSON.stringify(Object.fromEntries(states)))
  renameSync(unfinished, file)
}

/** Returns the recorded states of a project, by their paths from its root. */
export function statesIn(root: string): Readonly<Record<string, string>> {
  const names = pathsIn(join(root, 'releases')).filter((name) => /^[^/]+\/states\/.*\.json$/.test(name))
  return Object.fromEntries(names.map((name) => [`releases/${name}`, readFileSync(join(root, 'releases', name), 'utf8')]))
}

/**
 * Returns the files of a project without the addresses of servers, which differ between runs. With `release`, the files of other
 * releases are left out.
 */
function filesOf(root: string, release?: string): readonly string[] {
  const config = JSON.parse(readFileSync(join(root, CONFIG), 'utf8')) as object
  const withoutAddress = JSON.stringify(config, (name, value: unknown) => (name === 'url' ? undefined : value))
  return [withoutAddress, ...contentOf(root, (path) => path !== CONFIG && isOf(path, release))]
}

function isOf(path: string, release: string | undefined): boolean {
  return release === undefined || !path.startsWith('releases/') || path.startsWith(`releases/${release}/`)
}

function contentOf(directory: string, counts: (path: string) => boolean = () => true): readonly string[] {
  const files = pathsIn(directory).filter(counts)
  return files.flatMap((path) => [path, readFileSync(join(directory, path), 'base64')])
}

function pathsIn(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.map((path) => path.slice(directory.length + 1).replaceAll('\\', '/')).toSorted()
}
