import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The user who runs a program. If absent, the user of this process runs the program. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** The directories that contain servers and are possibly not in the PATH of an ordinary user. */
const SERVER_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/opt/homebrew/bin', '/usr/local/bin']

/** Returns the path of the first program with one of the given names. */
export async function findProgram(...names: readonly string[]): Promise<string | undefined> {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), ...SERVER_DIRECTORIES]
  for (const name of names) {
    for (const directory of directories) {
      const path = join(directory, name)
      if (directory !== '' && (await isProgram(path))) return path
    }
  }
  return undefined
}

export async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** Returns the output of a program that the given user runs. */
export async function outputOf(program: string, args: readonly string[], owner?: Owner, cwd = '/'): Promise<string> {
  const { stdout } = await run(program, args, { ...owner, cwd, env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 2 ** 24 })
  return stdout.trim()
}

export async function runs(program: string, args: readonly string[], owner?: Owner): Promise<boolean> {
  return outputOf(program, args, owner).then(
    () => true,
    () => false,
  )
}

/**
 * Returns the user who runs servers if this process belongs to root. PostgreSQL refuses root. Returns undefined for any other
 * user.
 */
export async function unprivileged(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined
  return { uid: Number(await outputOf('id', ['-u', 'nobody'])), gid: Number(await outputOf('id', ['-g', 'nobody'])) }
}
