import type { TlsSettings } from '../../../dialect/dialect.ts'
import type { SchemaDumpTool } from '../../../dialect/schema-dump.ts'
import { splitQualifiedTableName } from '../text/notation.ts'
import { parsePostgresUrl } from './address.ts'

/** The description of pg_dump, which reads the connection from the environment variables of libpq. */
export const postgresDumpTool: SchemaDumpTool = {
  programs: ['pg_dump'],
  call(target, { file, without }) {
    const { config, database } = parsePostgresUrl(target)
    const excluded = without.map((table) => `--exclude-table=${patternFor(table)}`)
    return {
      args: ['--schema-only', '--no-owner', '--no-privileges', '--no-tablespaces', ...excluded, `--file=${file}`],
      env: present({
        PGHOST: config.host,
        PGPORT: String(config.port),
        PGUSER: config.user,
        PGPASSWORD: typeof config.password === 'string' ? config.password : undefined,
        PGDATABASE: database,
        PGAPPNAME: 'interphase init',
        ...tlsVariables(target.url, target.tls),
      }),
    }
  },
}

/**
 * Returns a pattern of pg_dump that matches only the table with the given name. A pattern without a schema matches tables in the
 * search path.
 */
function patternFor(table: string): string {
  return splitQualifiedTableName(table)
    .map((name) => `"${name.replaceAll('"', '""')}"`)
    .join('.')
}

function tlsVariables(url: string, tls: TlsSettings | undefined): Readonly<Record<string, string | undefined>> {
  const parameters = new URL(url).searchParams
  const modes = { off: 'disable', require: 'require', verify: 'verify-full' } as const
  return {
    PGSSLMODE: tls ? modes[tls.mode] : (parameters.get('sslmode') ?? undefined),
    PGSSLROOTCERT: tls?.ca ?? parameters.get('sslrootcert') ?? undefined,
    PGSSLCERT: tls?.cert ?? parameters.get('sslcert') ?? undefined,
    PGSSLKEY: tls?.key ?? parameters.get('sslkey') ?? undefined,
  }
}

function present(variables: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))
}
