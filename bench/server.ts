import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startExclusiveEmbeddedPostgres } from '../src/dialects/postgres/scratch/embedded.ts'
import type { OneStatement } from './migrations.ts'

/** The embedded server, and empty databases on it. */
export interface Server {
  readonly url: string
  readonly version: string
  emptyDatabase(name: string): Promise<string>
  /** A copy of that database under another name. */
  copyOf(from: string, to: string): Promise<string>
  stop(): Promise<void>
}

/**
 * The file system of the server's data, in memory where the machine has one. After a database was dropped, ext4 creates files several
 * times more slowly for minutes, because it does not reuse an inode that was freed recently. On ext4, a measurement would
 * depend on the one before it.
 */
const DATA = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export async function startServer(): Promise<Server> {
  const data = await mkdtemp(join(DATA, 'interphase-bench-'))
  // The account of the server reads the path when root starts it.
  await chmod(data, 0o755)
  const embedded = await startExclusiveEmbeddedPostgres(data)
  const client = await connect(embedded.url)
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  return {
    url: embedded.url,
    version: rows[0]?.server_version ?? '',
    async emptyDatabase(name) {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await client.query(`CREATE DATABASE ${name} TEMPLATE template0`)
      // What came before is written out before the clock runs, not while it does.
      await client.query('CHECKPOINT')
      const url = new URL(embedded.url)
      url.pathname = `/${name}`
      return url.href
    },
    async copyOf(from, to) {
      await client.query(`DROP DATABASE IF EXISTS ${to} WITH (FORCE)`)
      await client.query(`CREATE DATABASE ${to} TEMPLATE ${from}`)
      await client.query('CHECKPOINT')
      return Object.assign(new URL(embedded.url), { pathname: `/${to}` }).href
    },
    async stop() {
      await client.end()
      await embedded.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

/** What every measure is held against: each statement in a transaction of its own, with a row in a ledger. */
export async function bareLoop(url: string, migrations: readonly OneStatement[]): Promise<void> {
  const client = await connect(url)
  await client.query('CREATE TABLE ledger (name text PRIMARY KEY, done_at timestamptz NOT NULL DEFAULT now())')
  for (const { name, sql } of migrations) {
    await client.query('BEGIN')
    await client.query(sql)
    await client.query('INSERT INTO ledger (name) VALUES ($1)', [name])
    await client.query('COMMIT')
  }
  await client.end()
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  return client
}
