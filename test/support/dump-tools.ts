import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram, isProgram, outputOf } from './program.ts'
import { mysqlCache } from './server-mysql.ts'
import type { ServerName } from './servers.ts'

const run = promisify(execFile)

/** Returns the directory into which `scripts/provision-pg-dump.sh` unpacks a pg_dump with the version of the embedded server. */
function pgDumpCache(): string {
  return join(process.env['INTERPHASE_TEST_CACHE'] ?? join(homedir(), '.cache', 'interphase-test'), 'pg-dump')
}

/** Returns the programs that can possibly dump a server, the most suitable program first. */
async function candidates(server: ServerName): Promise<readonly (string | undefined)[]> {
  switch (server) {
    case 'postgres':
      return [process.env['TEST_PG_DUMP'], join(pgDumpCache(), 'pg_dump'), ...systemDumps(), await findProgram('pg_dump')]
    case 'postgres-system':
      return [...systemDumps(), await findProgram('pg_dump')]
    case 'mariadb':
      return [await findProgram('mariadb-dump')]
    case 'mysql':
      return [join(mysqlCache(), 'mysqldump'), await findProgram('mysqldump')]
  }
}

function systemDumps(): readonly string[] {
  try {
    const versions = readdirSync('/usr/lib/postgresql').toSorted((a, b) => Number(b) - Number(a))
    return versions.map((version) => join('/usr/lib/postgresql', version, 'bin', 'pg_dump'))
  } catch {
    return []
  }
}

/**
 * Returns the server's own dump tool if this machine has a version that can read the server. The program `mysqldump` can belong
 * to MariaDB.
 */
export async function dumpTool(server: ServerName): Promise<string | undefined> {
  for (const program of await candidates(server)) {
    if (program === undefined || program === '' || !(await isProgram(program))) continue
    const version = await outputOf(program, ['--version'])
    if (server === 'mysql' && version.includes('MariaDB')) continue
    if (server === 'postgres' && Number(/\) (\d+)/.exec(version)?.[1]) < EMBEDDED_MAJOR) continue
    return program
  }
  return undefined
}

const EMBEDDED_MAJOR = 18

/** Returns the server's own dump tool. Throws an error if this machine has none. */
export async function requiredDumpTool(server: ServerName): Promise<string> {
  const program = await dumpTool(server)
  if (program === undefined) throw new Error(`no dump tool for ${server}`)
  return program
}

/**
 * Skips the tests of the caller if this machine has no dump tool for the server. If the environment variable REQUIRE_SERVERS names the
 * server, the tests fail instead.
 */
export async function needsDumpTool(test: Mocha.Context, server: ServerName): Promise<void> {
  if ((await dumpTool(server)) === undefined) withoutDumpTool(test, server)
}

export function withoutDumpTool(test: Mocha.Context, server: ServerName): never {
  if ((process.env['REQUIRE_SERVERS'] ?? '').split(',').some((name) => name.trim() === server))
    throw new Error(`no dump tool for ${server}`)
  return test.skip()
}

/** Returns the output of the dump tool for a database, unchanged. */
export async function dumpOf(program: string, url: string, options: readonly string[] = []): Promise<Buffer> {
  const { hostname, port, username, pathname } = new URL(url)
  const database = pathname.slice(1)
  const where = url.startsWith('postgres')
    ? [...options, '--dbname', url]
    : ['--no-defaults', `--host=${hostname}`, `--port=${port}`, `--user=${username}`, ...options, database]
  const { stdout } = await run(program, where, { cwd: '/', maxBuffer: 2 ** 26, encoding: 'buffer' })
  return stdout
}
