import { detectMysqlFamilyServer } from '../../src/dialects/mysql/session/flavour.ts'
import { parseMysqlVersion } from '../../src/dialects/mysql/session/version.ts'
import { execute, type ServerName, serverUrl } from './servers.ts'

/** MariaDB from 11.2 on copies a table while others write to it; before that, and on MySQL, they wait. */
export async function copiesOnline(server: ServerName): Promise<boolean> {
  const [row] = await execute((await serverUrl(server)) ?? '', 'SELECT version() AS version')
  const { text, major, minor } = parseMysqlVersion(String(row?.['version']))
  return detectMysqlFamilyServer(text) === 'mariadb' && (major > 11 || (major === 11 && minor >= 2))
}
