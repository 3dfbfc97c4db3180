import { execFile, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { InterphaseError } from '../../../../error.ts'
import { isServerProcessOfDataDirectory, readPostmasterPidFile } from './pid-file.ts'

/**
 * The account of the operating system that runs the embedded server. PostgreSQL refuses to run as root. The account is therefore
 * `nobody` if the current user is root, and otherwise the current user.
 */
export interface EmbeddedServerAccount {
  readonly substitute: { readonly uid: number; readonly gid: number } | undefined
  /** Makes the account that runs the embedded server the owner of a file or directory. */
  own(path: string): Promise<void>
}

export async function chooseEmbeddedServerAccount(): Promise<EmbeddedServerAccount> {
  if (process.getuid?.() !== 0) return { substitute: undefined, own: async () => {} }
  const uid = await idOf('-u')
  const gid = await idOf('-g')
  return { substitute: { uid, gid }, own: (path) => chown(path, uid, gid) }
}

async function idOf(which: '-u' | '-g'): Promise<number> {
  const { stdout } = await promisify(execFile)('id', [which, 'nobody'])
  return Number(stdout)
}

/**
 * Returns true when the server's account can enter a directory. If the account is not the current user, the directory and every
 * directory above it must have the execute permission for other users.
 */
export async function canAccountReachDirectory(path: string, who: EmbeddedServerAccount): Promise<boolean> {
  if (!who.substitute) return true
  for (let at = resolve(path); ; at = dirname(at)) {
    const { mode } = await stat(at)
    if ((mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

/**
 * Returns the temporary directory that the embedded server uses instead of `path`, if the server's account cannot enter `path`.
 * The result is always the same for the same path. Throws `record.no-server` if the account cannot enter the parent of the
 * temporary directory.
 */
export async function temporaryDirectoryOfEmbeddedServer(path: string, who: EmbeddedServerAccount): Promise<string> {
  const name = createHash('sha256').update(resolve(path)).digest('hex').slice(0, 16)
  const parent = await createUserTemporaryDirectory()
  if (!(await canAccountReachDirectory(parent, who))) throw noServer(`${parent} is not accessible for the user nobody, who runs the server`)
  await forgetGone(parent)
  await writeFile(join(parent, `data-${name}.for`), resolve(path))
  return join(parent, `data-${name}`)
}

/**
 * Deletes server data in the temporary directory whose project directory does not exist any more, unless a server uses the data.
 * Tests, for example, create many project directories and delete them.
 */
async function forgetGone(parent: string): Promise<void> {
  for (const entry of (await readdir(parent)).filter((one) => one.endsWith('.for'))) {
    const data = join(parent, entry.slice(0, -'.for'.length))
    const path = await readFile(join(parent, entry), 'utf8').catch(() => undefined)
    if (path === undefined || path === '' || (await lstat(path).catch(() => undefined))) continue
    const server = await readPostmasterPidFile(data)
    if (server && (await isServerProcessOfDataDirectory(server.pid, data))) continue
    await rm(data, { recursive: true, force: true })
    await rm(join(parent, entry), { force: true })
  }
}

/**
 * Returns the temporary directory of the current user, such as `/tmp/interphase-0`, and creates the directory if it does not
 * exist. Throws `record.no-server` if another user owns the directory.
 */
export async function createUserTemporaryDirectory(): Promise<string> {
  const uid = process.getuid?.() ?? 0
  const directory = join(tmpdir(), `interphase-${uid}`)
  await mkdir(directory, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const found = await lstat(directory)
  const isOurs = found.isDirectory() && (process.getuid === undefined || found.uid === uid)
  if (!isOurs) throw noServer(`${directory} belongs to another user`)
  // The code sets the mode of the directory explicitly, because the umask or an earlier process can have set another mode.
  await chmod(directory, 0o755)
  return directory
}

/**
 * Runs a program of the embedded server as the server's account. Throws `record.no-server` if the program fails. Except for
 * `pg_ctl start`, the error contains the program's error output.
 */
export async function runAsServerAccount(who: EmbeddedServerAccount, program: string, options: readonly string[]): Promise<void> {
  // `pg_ctl start` receives no pipes, because the started server would keep the pipes open and the engine would wait forever. The
  // server writes to its log file instead.
  const says = options[0] === 'start' ? 'ignore' : 'pipe'
  const child = spawn(program, options, { cwd: '/', stdio: ['ignore', 'ignore', says], ...who.substitute })
  const words: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => words.push(chunk))
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) return resolve()
      const problem = `${basename(program)} ended with ${code ?? 'a signal'} ${Buffer.concat(words).toString().trim()}`
      reject(noServer(problem.trim()))
    })
  })
}

/**
 * Runs a program of the embedded server synchronously. The caller is a process that is about to end and cannot wait for promises.
 */
export function runAsServerAccountSync(who: EmbeddedServerAccount, program: string, options: readonly string[]): void {
  spawnSync(program, options, { cwd: '/', stdio: 'ignore', ...who.substitute })
}

function noServer(problem: string): InterphaseError<'record.no-server'> {
  return new InterphaseError('record.no-server', { dialect: 'postgres', problem })
}
