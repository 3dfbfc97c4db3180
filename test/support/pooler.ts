import { writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { freePort, inOwnDirectory, runServer, type StartedServer } from './process.ts'
import { findProgram, isProgram, unprivileged } from './program.ts'

/** Returns the program that scripts/provision-pgbouncer.sh unpacked, or the installed program. */
export async function findPgBouncer(): Promise<string | undefined> {
  const cached = join(process.env['INTERPHASE_TEST_CACHE'] || join(homedir(), '.cache', 'interphase-test'), 'pgbouncer', 'pgbouncer')
  return (await isProgram(cached)) ? cached : findProgram('pgbouncer')
}

/** Starts PgBouncer in transaction mode for a database. Returns undefined if the machine has no such program. */
export async function startPooler(url: string): Promise<StartedServer | undefined> {
  const program = await findPgBouncer()
  if (program === undefined) return undefined
  const { hostname, port, pathname, username } = new URL(url)
  const owner = await unprivileged()
  const own = await freePort()
  return inOwnDirectory('pgbouncer', owner, async (directory) => {
    const config = join(directory, 'pgbouncer.ini')
    const users = join(directory, 'users')
    await writeFile(users, `"${username}" ""\n`)
    await writeFile(
      config,
      `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
ignore_startup_parameters = extra_float_digits,options,statement_timeout,lock_timeout
${owner === undefined ? '' : 'user = nobody\n'}`,
    )
    return runServer(
      { program, args: [config], directory, owner: undefined, ready: /process up/, quick: 'SIGKILL' },
      `postgres://${username}@127.0.0.1:${own}${pathname}`,
    )
  })
}
