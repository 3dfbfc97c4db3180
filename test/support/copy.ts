import { copyMysqlDatabase } from '../../src/dialects/mysql/scratch/copy.ts'
import { mysqlFamilyServerOf } from '../../src/dialects/mysql/session/flavour.ts'
import { executeOnServer, freshDatabase, type ServerName } from './servers.ts'

/**
 * Copies a database with its rows and its ledger, and returns the URL of the copy. A copy takes less time than the run that made
 * the original. No session may be connected to the original, and the schema of the original must stay as it is.
 */
export async function copyOfDatabase(server: ServerName, url: string): Promise<string> {
  if (server !== 'mysql' && server !== 'mariadb') return freshDatabase(server, nameIn(url))
  const copy = await freshDatabase(server)
  const { isPlain, tables } = await contentOf(server, url)
  // The copy of the engine takes longer, and leaves out the ledger.
  if (!isPlain) await copyMysqlDatabase(mysqlFamilyServerOf(server), { url, purpose: 'test' }, { url: copy, purpose: 'test' })
  for (const { name, definition } of tables) {
    const table = `${nameIn(copy)}.\`${name}\``
    await executeOnServer(server, definition.replace(`\`${name}\``, table))
    await executeOnServer(server, `INSERT INTO ${table} SELECT * FROM ${nameIn(url)}.\`${name}\``)
  }
  return copy
}

interface Content {
  /** Whether `SHOW CREATE TABLE` and `SELECT *` copy everything. */
  readonly isPlain: boolean
  /** All tables of a plain database, or the tables of the ledger. */
  readonly tables: readonly { readonly name: string; readonly definition: string }[]
}

const contents = new Map<string, Promise<Content>>()

function contentOf(server: ServerName, url: string): Promise<Content> {
  const known = contents.get(url) ?? readContent(server, nameIn(url))
  contents.set(url, known)
  return known
}

async function readContent(server: ServerName, database: string): Promise<Content> {
  const [row] = await executeOnServer(server, `SELECT ${SPECIAL.map((query) => `(${query} = '${database}')`).join(' + ')} AS special`)
  const isPlain = Number(row?.['special']) === 0
  const tables = await executeOnServer(
    server,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '${database}' AND (${isPlain} OR table_name LIKE 'interphase%')`,
  )
  const names = tables.map(({ name }) => String(name))
  const definitions = await Promise.all(names.map((name) => executeOnServer(server, `SHOW CREATE TABLE ${database}.\`${name}\``)))
  return { isPlain, tables: names.map((name, index) => ({ name, definition: String(definitions[index]?.[0]?.['Create Table']) })) }
}

/** Queries for the number of objects that make a database not plain. The name of the database completes each query. */
const SPECIAL = [
  "SELECT count(*) FROM information_schema.tables WHERE table_type <> 'BASE TABLE' AND table_schema",
  "SELECT count(*) FROM information_schema.columns WHERE generation_expression <> '' AND table_schema",
  // The index of a foreign key would be an index of the author in the copy.
  'SELECT count(*) FROM information_schema.referential_constraints WHERE constraint_schema',
  'SELECT count(*) FROM information_schema.routines WHERE routine_schema',
  'SELECT count(*) FROM information_schema.triggers WHERE trigger_schema',
  'SELECT count(*) FROM information_schema.events WHERE event_schema',
]

function nameIn(url: string): string {
  return new URL(url).pathname.slice(1)
}
