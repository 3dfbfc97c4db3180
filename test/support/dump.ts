import { dumpOf, requiredDumpTool } from './dump-tools.ts'
import { execute, freshDatabase, type ServerName } from './servers.ts'

/**
 * Creates a new database from a dump of a PostgreSQL database, with the ledger and the rows, and returns its URL. The dump comes
 * from the pg_dump of the server's own version. `options` are options of pg_dump.
 */
export async function restored(server: ServerName, url: string, options: readonly string[] = []): Promise<string> {
  const dump = (await dumpOf(await requiredDumpTool(server), url, ['--no-owner', '--inserts', ...options])).toString()
  const [from, by] = ['Dumped from database version', 'Dumped by pg_dump version'].map((words) => dump.split(`-- ${words} `)[1])
  if (from === undefined || by === undefined || Number.parseInt(from, 10) !== Number.parseInt(by, 10))
    throw new Error(`a pg_dump of version ${by?.slice(0, 4)} dumped a server of version ${from?.slice(0, 4)}`)
  const target = await freshDatabase(server)
  // The lines with commands for psql are removed, because the server does not accept them.
  await execute(target, dump.replaceAll(/^\\.*$/gm, ''))
  return target
}
