import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { freePort, inOwnDirectory, runServer, type StartedServer } from './process.ts'
import { findProgram, outputOf, unprivileged } from './program.ts'

/** Settings for a fast server. The settings are not safe, because the data is removed after the run. */
const SETTINGS = [
  '--bind-address=127.0.0.1',
  '--max-connections=200',
  '--log-bin-trust-function-creators=1',
  '--skip-log-bin',
  '--innodb-buffer-pool-size=64M',
  '--innodb-log-file-size=32M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--innodb-flush-method=nosync',
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_general_ci',
] as const

export async function findMariaDb(): Promise<string | undefined> {
  const program = await findProgram('mariadbd', 'mysqld')
  if (program === undefined) return undefined
  return (await outputOf(program, ['--no-defaults', '--version'])).includes('MariaDB') ? program : undefined
}

/** Starts a primary server and its replica. The replica receives all later writes of the primary server. */
export async function startMariaDbWithReplica(): Promise<{ readonly primary: StartedServer; readonly replica: StartedServer }> {
  const primary = await startMariaDb(['--server-id=1', '--log-bin=primary', '--binlog-format=ROW'])
  try {
    const replica = await startMariaDb(['--server-id=2'])
    const source = `master_host='127.0.0.1', master_port=${new URL(primary.url).port}, master_user='root', master_use_gtid=slave_pos`
    await executeOnMariaDb(replica.url, `CHANGE MASTER TO ${source}`, 'START SLAVE')
    return { primary, replica }
  } catch (error) {
    await primary.stop()
    throw error
  }
}

async function executeOnMariaDb(url: string, ...statements: readonly string[]): Promise<void> {
  const connection = await createConnection(url.replace(/^mariadb:/, 'mysql:'))
  try {
    for (const statement of statements) await connection.query(statement)
  } finally {
    await connection.end()
  }
}

/** Starts the installed MariaDB. */
export async function startMariaDb(settings: readonly string[] = []): Promise<StartedServer> {
  const program = await findMariaDb()
  const install = await findProgram('mariadb-install-db', 'mysql_install_db')
  if (program === undefined || install === undefined) throw new Error('MariaDB is not installed')
  const owner = await unprivileged()
  return inOwnDirectory('mariadb', owner, async (directory) => {
    const data = join(directory, 'data')
    // A starting server deletes the files that look like its temporary tables, including those of other servers in the directory.
    const inside = [`--datadir=${data}`, `--tmpdir=${directory}`]
    await outputOf(install, ['--no-defaults', ...inside, '--auth-root-authentication-method=normal', '--skip-test-db'], owner, directory)
    const port = await freePort()
    const places = [...inside, `--socket=${join(directory, 'socket')}`, `--pid-file=${join(directory, 'pid')}`]
    const args = ['--no-defaults', ...places, `--port=${port}`, `--secure-file-priv=${directory}`, ...SETTINGS, ...settings]
    return runServer(
      { program, args, directory, owner, ready: /ready for connections/, quick: 'SIGKILL' },
      `mariadb://root@127.0.0.1:${port}/`,
    )
  })
}
