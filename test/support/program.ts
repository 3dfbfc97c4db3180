import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whom a program runs as; absent: as ourselves. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Where servers lie that an ordinary user's PATH does not name. */
const SERVER_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/opt/homebrew/bin', '/usr/local/bin']

/** The first program of one of these names. */
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

/** What a program prints; it runs as that owner. */
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

/** For root, the user that servers run as: PostgreSQL refuses root, and the others need not be trusted with it. */
export async function unprivileged(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined
  return { uid: Number(await outputOf('id', ['-u', 'nobody'])), gid: Number(await outputOf('id', ['-g', 'nobody'])) }
}
