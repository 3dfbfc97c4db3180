import { homedir } from 'node:os'
import { join } from 'node:path'
import { freePort, inOwnDirectory, runServer, type StartedServer } from './process.ts'
import { findProgram, isProgram, type Owner, outputOf, runs, unprivileged } from './program.ts'

/** Settings for a fast server. The settings are not safe, because the data is removed after the run. */
const SETTINGS = [
  '--bind-address=127.0.0.1',
  '--max-connections=200',
  '--log-bin-trust-function-creators=1',
  '--skip-log-bin',
  '--mysqlx=OFF',
  '--innodb-buffer-pool-size=64M',
  '--innodb-redo-log-capacity=64M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  // With other methods, a statement that rebuilds a table waits 100 ms until the files of the table are flushed.
  '--innodb-flush-method=O_DIRECT_NO_FSYNC',
] as const

/** Returns the directory into which `scripts/provision-mysql.sh` unpacks MySQL. */
export function mysqlCache(): string {
  return join(process.env['INTERPHASE_TEST_CACHE'] ?? join(homedir(), '.cache', 'interphase-test'), 'mysql')
}

export async function findMySql(): Promise<string | undefined> {
  const onPath = await findProgram('mysqld')
  // The program `mysqld` of Debian can belong to MariaDB.
  if (onPath !== undefined && !(await outputOf(onPath, ['--no-defaults', '--version'])).includes('MariaDB')) return onPath
  const cached = join(mysqlCache(), 'mysqld')
  return (await isProgram(cached)) ? cached : undefined
}

/** Starts the installed or provisioned MySQL. */
export async function startMySql(settings: readonly string[] = []): Promise<StartedServer> {
  const program = await findMySql()
  if (program === undefined) throw new Error('MySQL is not installed')
  const owner = await ownerFor(program)
  return inOwnDirectory('mysql', owner, async (directory) => {
    const places = [`--datadir=${join(directory, 'data')}`, `--secure-file-priv=${directory}`]
    const always = ['--no-defaults', ...asRoot(owner), ...places, ...SETTINGS, ...settings]
    await outputOf(program, [...always, '--initialize-insecure'], owner)
    const port = await freePort()
    const own = [`--port=${port}`, `--tmpdir=${directory}`, `--socket=${join(directory, 'socket')}`, `--pid-file=${join(directory, 'pid')}`]
    return runServer(
      { program, args: [...always, ...own], directory, owner, ready: /ready for connections/, quick: 'SIGKILL' },
      `mysql://root@127.0.0.1:${port}/`,
    )
  })
}

/**
 * Returns the user who runs MySQL. A MySQL that root provisioned is in the home directory of root, where no other user can run
 * it.
 */
async function ownerFor(program: string): Promise<Owner | undefined> {
  const owner = await unprivileged()
  return (await runs(program, ['--no-defaults', '--version'], owner)) ? owner : undefined
}

function asRoot(owner: Owner | undefined): readonly string[] {
  return owner === undefined && process.getuid?.() === 0 ? ['--user=root'] : []
}
