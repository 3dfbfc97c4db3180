import { dumpOf, dumpTool } from '../../test/support/dump-tools.ts'
import { findMysqlTools, load } from '../../test/support/mysql-tools.ts'
import type { ServerName } from '../../test/support/server.ts'
import { type Database, makeDatabase } from './database.ts'

/** A server that corpora are walked on. */
export interface Server {
  readonly name: ServerName
  readonly url: string
}

/** Defaults that a database may have on a server; the first are the server's own. */
export const DEFAULTS: { readonly [N in ServerName]: readonly [string, ...string[]] } = {
  'postgres': [''],
  'postgres-system': [''],
  'mysql': ['', ...['utf8mb4_general_ci', 'utf8mb4_unicode_ci', 'latin1_swedish_ci'].map(withCollation)],
  'mariadb': ['', ...['utf8mb4_general_ci', 'utf8mb4_unicode_ci', 'latin1_swedish_ci'].map(withCollation)],
}

function withCollation(collation: string): string {
  return ` CHARACTER SET ${collation.split('_')[0]} COLLATE ${collation}`
}

/** The engine's own tables, which do not belong into the base of a project. */
export async function ledgerTables(database: Database): Promise<readonly string[]> {
  const rows = await database.rows("SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'interphase\\_%'")
  return [...new Set(rows.map(([name]) => String(name)))]
}

/** A new database with these defaults, from a dump of the other by the server's own tool; rows and ledger come along. */
export async function restoredCopy(server: Server, from: Database, defaults = ''): Promise<Database> {
  const copy = await makeDatabase(server.url, from.dialect, defaults)
  // The rows of COPY are for psql alone, as are the commands that begin with a backslash.
  if (from.dialect === 'postgres') {
    await copy.rows((await dumped(server, from, ['--inserts'])).replaceAll(/^\\.*$/gm, ''))
    // A dump empties the search path of the session that loads it.
    await copy.rows('RESET ALL')
  } else {
    const tools = await findMysqlTools(server.name === 'mysql' ? 'mysql' : 'mariadb')
    if (typeof tools === 'string') throw new Error(`there is no ${tools}`)
    await load(tools, copy.url, await dumped(server, from, ['--routines', '--events']))
  }
  return copy
}

/** Dumps the database as the base of a new project: the schema and the rows, without the ledger. */
export async function baseOf(server: Server, from: Database): Promise<string> {
  const name = new URL(from.url).pathname.slice(1)
  const withoutLedger = (await ledgerTables(from)).map((table) => `--ignore-table=${name}.${table}`)
  const options: { readonly [N in ServerName]: readonly string[] } = {
    'postgres': ['--exclude-table=interphase_*'],
    'postgres-system': ['--exclude-table=interphase_*'],
    'mysql': ['--routines', '--events', '--set-gtid-purged=OFF', ...withoutLedger],
    'mariadb': ['--routines', '--events', ...withoutLedger],
  }
  return dumped(server, from, options[server.name])
}

async function dumped(server: Server, from: Database, options: readonly string[]): Promise<string> {
  const tool = await dumpTool(server.name)
  if (tool === undefined) throw new Error(`there is no dump tool for ${server.name}`)
  return (await dumpOf(tool, from.url, options)).toString()
}
