import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { dumpOf, dumpTool } from './dump-tools.ts'
import { findProgram, isProgram } from './program.ts'
import { mysqlCache } from './server-mysql.ts'

type MysqlName = 'mariadb' | 'mysql'

/** The paths of a server's own dump program, and of the client that loads a dump. */
export interface MysqlTools {
  readonly dump: string
  readonly client: string
}

/** Returns the tools of a server, or the name of a missing tool. */
export async function findMysqlTools(server: MysqlName): Promise<MysqlTools | string> {
  const dump = await dumpTool(server)
  if (dump === undefined) return server === 'mariadb' ? 'mariadb-dump' : "mysqldump of MySQL's own"
  // The program `mysql` of Debian belongs to MariaDB, so only the provisioned program is used for MySQL.
  const client = server === 'mariadb' ? await findProgram('mariadb') : join(mysqlCache(), 'mysql')
  return client !== undefined && (await isProgram(client)) ? { dump, client } : `client ${server}`
}

/** Returns a dump of a database, with routines and events. */
export async function dump(tools: MysqlTools, url: string, ...options: readonly string[]): Promise<string> {
  return (await dumpOf(tools.dump, url, ['--routines', '--events', ...options])).toString()
}

/** Executes statements with the server's own client. `options` are options of the client. */
export async function load(tools: MysqlTools, url: string, statements: string, ...options: readonly string[]): Promise<void> {
  const { hostname, port, username, pathname } = new URL(url)
  const where = ['--no-defaults', '--protocol=tcp', `--host=${hostname}`, `--port=${port}`, `--user=${username}`]
  const child = spawn(tools.client, [...where, ...options, '--default-character-set=utf8mb4', pathname.slice(1)], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const ended = once(child, 'close')
  child.stdin.on('error', () => undefined).end(statements)
  const err = await text(child.stderr)
  const [code] = (await ended) as [number | null]
  if (code !== 0) throw new Error(`${tools.client} ended with ${code}: ${err}`)
}
