import { homedir } from 'node:os'
import { join } from 'node:path'
import { freePort, inOwnDirectory, runServer, type StartedServer } from './process.ts'
import { findProgram, isProgram, type Owner, outputOf, runs, unprivileged } from './program.ts'

/** Quick rather than safe: the data is gone with the run anyway. */
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
  // With the other methods, a statement that rebuilds a table sleeps for 100 ms until the files of the table have been flushed.
  '--innodb-flush-method=O_DIRECT_NO_FSYNC',
] as const

/** Where `scripts/provision-mysql.sh` unpacks MySQL. */
export function mysqlCache(): string {
  return join(process.env['INTERPHASE_TEST_CACHE'] ?? join(homedir(), '.cache', 'interphase-test'), 'mysql')
}

export async function findMySql(): Promise<string | undefined> {
  const onPath = await findProgram('mysqld')
  // Debian's MariaDB carries MySQL's name too.
  if (onPath !== undefined && !(await outputOf(onPath, ['--no-defaults', '--version'])).includes('MariaDB')) return onPath
  const cached = join(mysqlCache(), 'mysqld')
  return (await isProgram(cached)) ? cached : undefined
}

/** Starts the MySQL that is installed or was provisioned. */
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

/** What root provisioned lies in root's home, where nobody else can run it. */
async function ownerFor(program: string): Promise<Owner | undefined> {
  const owner = await unprivileged()
  return (await runs(program, ['--no-defaults', '--version'], owner)) ? owner : undefined
}

function asRoot(owner: Owner | undefined): readonly string[] {
  return owner === undefined && process.getuid?.() === 0 ? ['--user=root'] : []
}
