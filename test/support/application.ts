import mysql from 'mysql2/promise'
import pg from 'pg'
import type { DialectName } from '../../src/schema/object.ts'

type Row = Readonly<Record<string, unknown>>

/** A connection of an application. The application does not use the engine. */
export interface Client {
  readonly run: (statement: string, values?: readonly unknown[]) => Promise<readonly Row[]>
  readonly end: () => Promise<void>
}

/** A database that was created for the test, and connections to the database. */
export interface ApplicationDatabase extends Client {
  readonly url: string
  /** Opens another connection to the database. */
  readonly beside: () => Promise<Client>
  /** Writes one row of the table `item`, as an application does. */
  readonly update: (client: Client, id: number) => Promise<unknown>
  /** Returns the number of rows of the table `item`. */
  readonly count: () => Promise<number>
}

export async function connectTo(dialect: DialectName, serverUrl: string, database: string): Promise<ApplicationDatabase> {
  const admin = await openClient(dialect, serverUrl)
  await admin.run(`DROP DATABASE IF EXISTS ${database}`)
  await admin.run(`CREATE DATABASE ${database}`)
  await admin.end()
  const url = Object.assign(new URL(serverUrl), { pathname: `/${database}` }).href
  const own = await openClient(dialect, url)
  return {
    ...own,
    url,
    beside: () => openClient(dialect, url),
    update: (client, id) => updateOneRow(dialect, client, id),
    count: async () => Number((await own.run('SELECT count(*) AS rows_now FROM item'))[0]?.['rows_now']),
  }
}

/** Writes one row of the table `item`, as an application does. */
export function updateOneRow(dialect: DialectName, client: Client, id: number): Promise<unknown> {
  return client.run(`UPDATE item SET touched = touched + 1 WHERE id = ${dialect === 'postgres' ? '$1' : '?'}`, [id])
}

/** Opens a connection to an existing database. */
export async function openClient(dialect: DialectName, url: string): Promise<Client> {
  if (dialect === 'postgres') {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    return {
      run: async (statement, values) => (await client.query<Row>(statement, values ? [...values] : [])).rows,
      end: () => client.end(),
    }
  }
  const connection = await mysql.createConnection(url.replace(/^mariadb:/, 'mysql:'))
  return {
    run: async (statement, values) => {
      const [rows] = await connection.query(statement, values ? [...values] : [])
      return Array.isArray(rows) ? (rows as readonly Row[]) : []
    },
    end: () => connection.end(),
  }
}
