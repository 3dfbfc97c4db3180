import type { TlsSettings } from '../../../dialect/dialect.ts'
import type { SchemaDumpTool } from '../../../dialect/schema-dump.ts'
import { parseMysqlUrl } from './connect.ts'
import type { MysqlFamilyServerName } from './flavour.ts'

/**
 * Returns the description of mysqldump or mariadb-dump. The program reads the connection from an option file, which only the
 * current user can read.
 */
export function makeMysqlDumpTool(server: MysqlFamilyServerName): SchemaDumpTool {
  const own = server === 'mysql' ? { programs: ['mysqldump'], notThis: /MariaDB/ } : { programs: ['mariadb-dump', 'mysqldump'] }
  return {
    ...own,
    call(target, { file, without }) {
      const { host, port, user, password, database, socketPath } = parseMysqlUrl(target.url)
      const connection = {
        host,
        port: String(port),
        user,
        password,
        ...(socketPath === undefined ? {} : { socket: socketPath }),
        ...TLS_OPTIONS[server](target.tls),
      }
      return {
        args: [
          '--no-data',
          '--routines',
          '--events',
          '--no-tablespaces',
          ...(server === 'mysql' ? ['--set-gtid-purged=OFF'] : []),
          ...without.map((table) => `--ignore-table=${database}.${table}`),
          `--result-file=${file}`,
          database,
        ],
        env: {},
        optionFile: { flag: '--defaults-file', text: `[client]\n${Object.entries(connection).map(optionLine).join('')}` },
      }
    },
  }
}

/** The TLS options of the command-line clients. The clients of MySQL and MariaDB have different names for the options. */
const TLS_OPTIONS: { readonly [S in MysqlFamilyServerName]: (tls: TlsSettings | undefined) => Readonly<Record<string, string>> } = {
  mysql: (tls) => ({ 'ssl-mode': MYSQL_TLS_MODES[tls?.mode ?? 'off'], ...certificates(tls) }),
  mariadb: (tls) =>
    !tls || tls.mode === 'off'
      ? { 'skip-ssl': '' }
      : { 'ssl': '1', 'ssl-verify-server-cert': tls.mode === 'verify' ? '1' : '0', ...certificates(tls) },
}

// The values of MySQL's option --ssl-mode for each TLS mode of the engine. The value for `off` is DISABLED, because the engine
// itself then uses no TLS. By default, the client of MySQL would first try TLS with the generated certificate of the server.
const MYSQL_TLS_MODES = { off: 'DISABLED', require: 'REQUIRED', verify: 'VERIFY_IDENTITY' } as const

function certificates(tls: TlsSettings | undefined): Readonly<Record<string, string>> {
  return {
    ...(tls?.ca === undefined ? {} : { 'ssl-ca': tls.ca }),
    ...(tls?.cert === undefined ? {} : { 'ssl-cert': tls.cert }),
    ...(tls?.key === undefined ? {} : { 'ssl-key': tls.key }),
  }
}

/** Returns a line of an option file. The value is in quotes, and each backslash or quote in the value is escaped. */
function optionLine([name, value]: readonly [string, string]): string {
  return value === ''
    ? name === 'password' || name === 'user'
      ? ''
      : `${name}\n`
    : `${name}="${value.replaceAll(/[\\"]/g, String.raw`\$&`)}"\n`
}
