import { detectMysqlFamilyServerName } from '../../src/dialects/mysql/session/flavour.ts'
import { parseMysqlVersion } from '../../src/dialects/mysql/session/version.ts'
import { execute, type ServerName, serverUrl } from './servers.ts'

/**
 * Whether the server copies a table while other sessions write to it. MariaDB does so from version 11.2 on. On an older MariaDB
 * and on MySQL, the other sessions wait.
 */
export async function copiesOnline(server: ServerName): Promise<boolean> {
  const [row] = await execute((await serverUrl(server)) ?? '', 'SELECT version() AS version')
  const { text, major, minor } = parseMysqlVersion(String(row?.['version']))
  return detectMysqlFamilyServerName(text) === 'mariadb' && (major > 11 || (major === 11 && minor >= 2))
}
