import { join } from 'node:path'
import pg from 'pg'
import { type EmbeddedPostgres, startExclusiveEmbeddedPostgres } from '../../src/dialects/postgres/scratch/embedded.ts'
import type { Query, Row } from './query.ts'

const DIRECTORY = join(import.meta.dirname, '..', '..', '.interphase', 'demo')
const NAME = 'widgets'

// A statement that waits longer than this behind a migration has found a defect, in the example chain or in the engine.
const STATEMENT_LIMIT_MS = 15_000

export interface Database {
  readonly url: string
  stop(): Promise<void>
}

/**
 * An empty database on an embedded server of this demo's own. A server that a killed demo left running is found and used
 * again, and is stopped at the end like any other.
 */
export async function freshDatabase(): Promise<Database> {
  const server: EmbeddedPostgres = await startExclusiveEmbeddedPostgres(DIRECTORY)
  try {
    const client = await connected(server.url)
    await client.query(`DROP DATABASE IF EXISTS ${NAME} WITH (FORCE)`)
    await client.query(`CREATE DATABASE ${NAME}`)
    await client.end()
    const url = new URL(server.url)
    url.pathname = `/${NAME}`
    return { url: url.href, stop: () => server.stop() }
  } catch (error) {
    await server.stop()
    throw error
  }
}

export interface Connection {
  readonly query: Query
  /** INSERT, UPDATE and DELETE so far. */
  readonly writes: () => number
  close(): Promise<void>
}

export async function connect(url: string, applicationName: string): Promise<Connection> {
  const client = await connected(url, applicationName)
  let writes = 0
  const query: Query = async (text, values) => {
    let place = 0
    const { rows } = await client.query<Row>(
      text.replaceAll('?', () => `$${++place}`),
      [...values],
    )
    if (/^\s*(?:INSERT|UPDATE|DELETE)/i.test(text)) writes += 1
    return rows
  }
  return { query, writes: () => writes, close: () => client.end() }
}

async function connected(url: string, applicationName = 'demo'): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: applicationName, statement_timeout: STATEMENT_LIMIT_MS })
  // A lost connection fails the statement in hand; without a listener it would end the process here.
  client.on('error', () => undefined)
  await client.connect()
  return client
}
