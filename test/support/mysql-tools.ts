import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { dumpOf, dumpTool } from './dump-tools.ts'
import { findProgram, isProgram } from './program.ts'
import { mysqlCache } from './server-mysql.ts'

type MysqlName = 'mariadb' | 'mysql'

/** A server's own program that dumps a database, and its client, which loads the dump. */
export interface MysqlTools {
  readonly dump: string
  readonly client: string
}

/** The tools, or the name of one that is missing. */
export async function findMysqlTools(server: MysqlName): Promise<MysqlTools | string> {
  const dump = await dumpTool(server)
  if (dump === undefined) return server === 'mariadb' ? 'mariadb-dump' : "mysqldump of MySQL's own"
  // Debian's mysql is MariaDB's: only the provisioned one counts.
  const client = server === 'mariadb' ? await findProgram('mariadb') : join(mysqlCache(), 'mysql')
  return client !== undefined && (await isProgram(client)) ? { dump, client } : `client ${server}`
}

/** Everything that a database holds, with routines and events, as a person dumps it. */
export async function dump(tools: MysqlTools, url: string, ...options: readonly string[]): Promise<string> {
  return (await dumpOf(tools.dump, url, ['--routines', '--events', ...options])).toString()
}

/** Loads statements as the server's own client does. `options` are the client's. */
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
