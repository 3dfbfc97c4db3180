import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '../../../clock.ts'
import { errorMessageOf, InterphaseError } from '../../../error.ts'
import { pgDriver } from '../session/driver.ts'
import { type PostgresProgramPaths, preparePostgresPrograms } from './embedded/binaries.ts'
import { claimLockFile } from './embedded/claim.ts'
import {
  canAccountReachDirectory,
  chooseEmbeddedServerAccount,
  type EmbeddedServerAccount,
  runAsServerAccount,
  runAsServerAccountSync,
  temporaryDirectoryOfEmbeddedServer,
} from './embedded/identity.ts'
import { isServerProcessOfDataDirectory, readPostmasterPidFile } from './embedded/pid-file.ts'

/** A running embedded PostgreSQL server, and the URL of its superuser. */
export interface EmbeddedPostgres {
  /**
   * The URL of the embedded server on 127.0.0.1. The URL contains a password, which is stored in a password file that only the
   * current user can read.
   */
  readonly url: string
  /** Stops the embedded server. Does nothing if another process owns the data directory. */
  stop(): Promise<void>
  /** Releases the data directory, but does not stop the embedded server. The next process can then use the running server. */
  leave(): Promise<void>
  readonly passwordFile: string
}

// The settings of the embedded server. Without fsync, a power failure can lose data, which is acceptable for temporary data. A
// killed server loses no data, because synchronous_commit is on by default.
const SETTINGS = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 50
shared_buffers = 32MB
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum_naptime = 5min
`

// The maximum number of embedded servers that one user can run at the same time, each with its own data directory.
const SLOTS = 32

// The number of attempts to start the embedded server. A killed server can start again only after its child processes have ended.
const START_ATTEMPTS = 20
const START_PAUSE_MS = 250

/**
 * Starts the embedded server with its data in `directory`. If another process owns the directory, both processes share the server
 * of that process, and `stop` does not stop the server. Throws `record.no-server` if no server starts or answers.
 */
export async function startSharedEmbeddedPostgres(directory: string): Promise<EmbeddedPostgres> {
  const release = await claimed(directory)
  if (!release) return shared(directory)
  return started(directory, release)
}

/**
 * Starts an embedded server with its data in a free subdirectory of `directory`. Two processes never share a subdirectory, so
 * they never share a server. Throws `record.no-server` if all subdirectories are in use, or if the server does not start.
 */
export async function startExclusiveEmbeddedPostgres(directory: string): Promise<EmbeddedPostgres> {
  for (let slot = 1; slot <= SLOTS; slot += 1) {
    const own = join(directory, `server-${slot}`)
    const release = await claimed(own)
    if (release) return started(own, release)
  }
  throw noServer(`${SLOTS} processes already have an embedded server under ${directory}`)
}

async function claimed(directory: string): Promise<(() => Promise<void>) | undefined> {
  try {
    await mkdir(directory, { recursive: true })
    return await claimLockFile(join(directory, 'owner'))
  } catch (error) {
    throw noServer(`${directory}: ${errorMessageOf(error)}`)
  }
}

async function started(directory: string, release: () => Promise<void>): Promise<EmbeddedPostgres> {
  try {
    const who = await chooseEmbeddedServerAccount()
    const binaries = await preparePostgresPrograms(who)
    const data = await dataDirectory(directory, who, binaries)
    const password = await readFile(join(directory, 'password'), 'utf8')
    const port = (await answering(data, password)) ?? (await start(data, password, binaries, who))
    // If the process ends without a call of `stop`, the handler `abandon` stops the embedded server.
    const abandon = () => runAsServerAccountSync(who, binaries.pgCtl, ['stop', '-D', data, '-m', 'fast', '-W'])
    process.once('exit', abandon)
    const forget = async () => {
      process.off('exit', abandon)
      await release()
    }
    const stop = async () => {
      // The option -D selects the server by its data directory, so the command cannot stop another server.
      await runAsServerAccount(who, binaries.pgCtl, ['stop', '-D', data, '-m', 'fast', '-w']).catch(() => undefined)
      await forget()
    }
    return { url: urlOf(port, password), stop, leave: forget, passwordFile: join(directory, 'password') }
  } catch (error) {
    await release()
    throw error instanceof InterphaseError ? error : noServer(errorMessageOf(error))
  }
}

async function shared(directory: string): Promise<EmbeddedPostgres> {
  const data = await readFile(join(directory, 'data-is-in'), 'utf8').catch(() => join(directory, 'data'))
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    const password = await readFile(join(directory, 'password'), 'utf8').catch(() => '')
    const port = await answering(data, password)
    if (port !== undefined) return { url: urlOf(port, password), stop: nothing, leave: nothing, passwordFile: join(directory, 'password') }
    await systemClock.wait(START_PAUSE_MS)
  }
  throw noServer(`another process has the embedded server of ${directory}, and it does not answer`)
}

async function nothing(): Promise<void> {}

/**
 * Returns the data directory of the embedded server, and creates the directory if it does not exist or is not complete. If the
 * server's account cannot access `directory`, the data directory is in a temporary directory.
 */
async function dataDirectory(directory: string, who: EmbeddedServerAccount, binaries: PostgresProgramPaths): Promise<string> {
  const data = (await canAccountReachDirectory(directory, who))
    ? join(directory, 'data')
    : await temporaryDirectoryOfEmbeddedServer(directory, who)
  await writeFile(join(directory, 'data-is-in'), data)
  const complete = join(data, 'interphase.complete')
  const passwordFile = join(directory, 'password')
  const isComplete = await Promise.all([readFile(complete), readFile(passwordFile)]).then(
    () => true,
    () => false,
  )
  if (isComplete) return data
  await rm(data, { recursive: true, force: true })
  const password = randomBytes(24).toString('base64url')
  await rm(passwordFile, { force: true })
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' })
  await initialize(data, password, binaries, who)
  await writeFile(join(data, 'postgresql.auto.conf'), SETTINGS)
  await writeFile(complete, '')
  return data
}

async function initialize(data: string, password: string, binaries: PostgresProgramPaths, who: EmbeddedServerAccount): Promise<void> {
  await mkdir(data, { mode: 0o700 })
  await who.own(data)
  // The password file is beside the data directory and not inside it, because initdb requires an empty directory.
  const given = `${data}.password`
  await rm(given, { force: true })
  await writeFile(given, password, { mode: 0o600, flag: 'wx' })
  try {
    await who.own(given)
    const options = [
      '--username=postgres',
      '--auth=scram-sha-256',
      `--pwfile=${given}`,
      '--encoding=UTF8',
      '--no-sync',
      '--no-instructions',
    ]
    await runAsServerAccount(who, binaries.initdb, [
      '-D',
      data,
      ...options,
      '--locale-provider=builtin',
      '--locale=C',
      '--builtin-locale=C.UTF-8',
    ])
  } finally {
    await rm(given, { force: true })
  }
}

async function start(data: string, password: string, binaries: PostgresProgramPaths, who: EmbeddedServerAccount): Promise<number> {
  let problem = ''
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    await forgetStrangers(data)
    const port = await freePort()
    try {
      await runAsServerAccount(who, binaries.pgCtl, [
        'start',
        '-D',
        data,
        '-w',
        '-t',
        '60',
        '-l',
        join(data, 'server.log'),
        '-o',
        `-p ${port}`,
      ])
      const found = await answering(data, password)
      if (found !== undefined) return found
      problem = 'the server started, but does not answer'
    } catch (error) {
      problem = await lastWords(data, errorMessageOf(error))
    }
    await systemClock.wait(START_PAUSE_MS)
  }
  throw noServer(`the embedded server does not start: ${problem}`)
}

/**
 * Removes a PID file that names a process which is not a server of the data directory. After a crash, the operating system can
 * assign the process id to another program. The function does not stop the other program.
 */
async function forgetStrangers(data: string): Promise<void> {
  const file = await readPostmasterPidFile(data)
  if (file && !(await isServerProcessOfDataDirectory(file.pid, data))) await rm(join(data, 'postmaster.pid'), { force: true })
}

/**
 * Returns the port of the server that uses the data directory and accepts the password. Returns undefined if no such server runs.
 */
async function answering(data: string, password: string): Promise<number | undefined> {
  const file = await readPostmasterPidFile(data)
  if (file?.port === undefined) return undefined
  const client = new pgDriver.Client({ connectionString: urlOf(file.port, password), connectionTimeoutMillis: 5000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ readonly data: string }>("SELECT current_setting('data_directory') AS data")
    return rows[0]?.data === data ? file.port : undefined
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw noServer('no free port on 127.0.0.1')
  return address.port
}

async function lastWords(data: string, otherwise: string): Promise<string> {
  const log = await readFile(join(data, 'server.log'), 'utf8').catch(() => '')
  const lines = log.split('\n').filter((line) => /FATAL|PANIC|HINT|could not/.test(line))
  return lines.slice(-3).join('; ') || otherwise
}

function urlOf(port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
}

function noServer(problem: string): InterphaseError<'record.no-server'> {
  return new InterphaseError('record.no-server', { dialect: 'postgres', problem })
}
