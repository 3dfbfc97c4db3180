import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { dumpTool } from '../test/support/dump-tools.ts'
import { findMysqlTools } from '../test/support/mysql-tools.ts'
import { findPgBouncer } from '../test/support/pooler.ts'
import { pythonWith } from '../test/support/python.ts'
import { findMariaDb } from '../test/support/server-mariadb.ts'
import { findMySql } from '../test/support/server-mysql.ts'

// Gets the servers, the dump programs and the drivers for Python that the tests lack, as root on Debian; anywhere else it does nothing,
// and the tests say what is missing. INTERPHASE_TEST_PROVISION=no keeps root's machine as it is.
const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version') && process.env['INTERPHASE_TEST_PROVISION'] !== 'no'

if (mayInstall) {
  const lacks = async (server: 'mariadb' | 'mysql') => typeof (await findMysqlTools(server)) === 'string'
  if (!process.env['TEST_MARIADB_URL'] && ((await findMariaDb()) === undefined || (await lacks('mariadb'))))
    attempt('MariaDB', installMariaDb)
  if (!process.env['TEST_MYSQL_URL'] && ((await findMySql()) === undefined || (await lacks('mysql')))) attempt('MySQL', unpackMySql)
  if ((await dumpTool('postgres')) === undefined) attempt('pg_dump', unpackPgDump)
  if ((await findPgBouncer()) === undefined) attempt('PgBouncer', unpackPgBouncer)
  if ((await pythonWith('psycopg2', 'pymysql')) === undefined) attempt('the drivers for Python', installPythonDrivers)
}

/** A server that cannot be had is no failure here: REQUIRE_SERVERS says which ones are. */
function attempt(server: string, get: () => void): void {
  console.error(`Getting ${server} for the tests …`)
  try {
    get()
  } catch (error) {
    console.error(`No ${server}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The programs alone: the package mariadb-server would start a service and keep a database on this machine. */
function installMariaDb(): void {
  install('mariadb-server-core', 'mariadb-client')
}

function installPythonDrivers(): void {
  install('python3-psycopg2', 'python3-pymysql')
}

function install(...packages: readonly string[]): void {
  const aptGet = (...args: readonly string[]) =>
    execFileSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  aptGet('update')
  aptGet('install', '-y', '--no-install-recommends', ...packages)
}

function unpackPgDump(): void {
  execFileSync(join(import.meta.dirname, 'provision-pg-dump.sh'), { stdio: ['ignore', 'ignore', 'inherit'] })
}

function unpackPgBouncer(): void {
  execFileSync(join(import.meta.dirname, 'provision-pgbouncer.sh'), { stdio: ['ignore', 'ignore', 'inherit'] })
}

function unpackMySql(): void {
  execFileSync(join(import.meta.dirname, 'provision-mysql.sh'), { stdio: ['ignore', 'ignore', 'inherit'] })
}
