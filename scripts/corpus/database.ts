import { randomBytes } from 'node:crypto'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { loadDialect } from '../../src/dialects/open.ts'
import type { DialectName } from '../../src/schema/object.ts'
import { execute, withDatabase } from '../../test/support/servers.ts'

type Row = readonly (string | null)[]

/** A database of its own, and a connection to it that is not the tool's. */
export interface Database {
  readonly url: string
  readonly dialect: DialectName
  /** Every value as the server prints it. */
  rows(query: string): Promise<readonly Row[]>
  /** Runs a file's text, statement by statement. */
  script(text: string, file: string): Promise<void>
  drop(): Promise<void>
}

/** `defaults` follow the name in CREATE DATABASE. */
export async function makeDatabase(server: string, dialect: DialectName, defaults = ''): Promise<Database> {
  const name = `corpus_${process.pid}_${randomBytes(4).toString('hex')}`
  await execute(server, `CREATE DATABASE ${name}${defaults}`)
  const url = withDatabase(server, name)
  const connection = dialect === 'postgres' ? await onPostgres(url) : await onMysql(url)
  return {
    url,
    dialect,
    rows: connection.rows,
    script: async (text, file) => {
      const { statements } = await (await loadDialect(dialect)).files.script({ text, file }, 'auto')
      for (const statement of statements) await connection.rows(statement.text)
    },
    drop: async () => {
      await connection.end()
      await execute(server, `DROP DATABASE ${name}`)
    },
  }
}

interface Connection {
  readonly rows: (query: string) => Promise<readonly Row[]>
  readonly end: () => Promise<void>
}

async function onPostgres(url: string): Promise<Connection> {
  const asText = { getTypeParser: () => (value: string) => value }
  const client = new Client({ connectionString: url, types: asText })
  await client.connect()
  return {
    rows: async (text) => (await client.query<(string | null)[]>({ text, rowMode: 'array' })).rows,
    end: () => client.end(),
  }
}

async function onMysql(url: string): Promise<Connection> {
  const connection = await createConnection({
    uri: url.replace(/^mariadb:/, 'mysql:'),
    rowsAsArray: true,
    typeCast: (field) => field.string(),
  })
  return {
    rows: async (text) => {
      const [rows] = await connection.query(text)
      return Array.isArray(rows) ? (rows as Row[]) : []
    },
    end: () => connection.end(),
  }
}
