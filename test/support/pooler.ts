import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, inOwnDirectory, runServer, type StartedServer } from './process.ts'
import { findProgram, unprivileged } from './program.ts'

/** Starts PgBouncer in transaction mode for a database. Returns undefined if the program is not installed. */
export async function startPooler(url: string): Promise<StartedServer | undefined> {
  const program = await findProgram('pgbouncer')
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
`,
    )
    return runServer(
      { program, args: [config], directory, owner, ready: /process up/, quick: 'SIGKILL' },
      `postgres://${username}@127.0.0.1:${own}${pathname}`,
    )
  })
}
