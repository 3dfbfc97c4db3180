import { copyMysqlDatabase } from '../../src/dialects/mysql/scratch/copy.ts'
import { mysqlFamilyServerOf } from '../../src/dialects/mysql/session/flavour.ts'
import { dialectOfServer } from './chain.ts'
import { execute, freshDatabase, type ServerName, serverUrl } from './servers.ts'

/**
 * Copies a database with its rows and its ledger, and returns the URL of the copy. A copy takes less time than the run that made
 * the original. No session may be connected to the original.
 */
export async function copyOfDatabase(server: ServerName, url: string): Promise<string> {
  const copy = await freshDatabase(server)
  const dialect = dialectOfServer(server)
  const [from, to] = [url, copy].map((one) => new URL(one).pathname.slice(1))
  if (dialect === 'postgres') {
    await execute((await serverUrl(server)) ?? '', `DROP DATABASE ${to}`, `CREATE DATABASE ${to} TEMPLATE ${from} STRATEGY FILE_COPY`)
    return copy
  }
  await copyMysqlDatabase(mysqlFamilyServerOf(dialect), { url, purpose: 'test' }, { url: copy, purpose: 'test' })
  // The copy leaves out the ledger.
  const tables = await execute(
    url,
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = database() AND table_name LIKE 'interphase%'",
  )
  await execute(
    copy,
    ...tables
      .map((row) => String(row['name']))
      .flatMap((name) => [`CREATE TABLE ${name} LIKE ${from}.${name}`, `INSERT INTO ${name} SELECT * FROM ${from}.${name}`]),
  )
  return copy
}
