import { randomBytes } from 'node:crypto'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { type Answer, BROKER_VARIABLE } from './broker.ts'
import { SERVER_OF_EACH_DIALECT, SERVERS, type ServerName } from './server.ts'

export { SERVERS, type ServerName } from './server.ts'

const urls = new Map<ServerName, string | undefined>()

/**
 * Returns the URL of a running server with a superuser and a maintenance database. Returns undefined if this machine has no such
 * server.
 */
export async function serverUrl(name: ServerName): Promise<string | undefined> {
  if (!urls.has(name)) urls.set(name, await askForServer(name))
  return urls.get(name)
}

async function askForServer(name: ServerName): Promise<string | undefined> {
  const broker = process.env[BROKER_VARIABLE]
  if (broker === undefined) throw new Error('Run the tests with mocha, in the project directory: its set-up starts the servers.')
  const answer = (await (await fetch(`${broker}/${name}`)).json()) as Answer
  if (answer.failed !== undefined) throw new Error(answer.failed)
  return answer.url
}

/** Returns the URLs of all PostgreSQL servers: the embedded server, and the server of the distribution if it is installed. */
export async function postgresUrls(): Promise<readonly string[]> {
  const found = await Promise.all([serverUrl('postgres'), serverUrl('postgres-system')])
  return found.filter((url) => url !== undefined)
}

const created: { readonly server: string; readonly database: string }[] = []

/**
 * Creates an empty database for the caller and returns its URL. The database is dropped at the end of the test file. On
 * PostgreSQL, the database can be a copy of the database `template`, to which no session may be connected.
 */
export async function freshDatabase(name: ServerName, template?: string): Promise<string> {
  const server = await serverUrl(name)
  if (server === undefined) throw new Error(`there is no ${name} here; skip the test where serverUrl gives undefined`)
  const database = `t${process.pid}_${randomBytes(5).toString('hex')}`
  const from = template === undefined ? '' : ` TEMPLATE ${template}`
  await administer(server, `CREATE DATABASE ${database}${from}${await strategyOf(server)}`)
  created.push({ server, database })
  return withDatabase(server, database)
}

const strategies = new Map<string, Promise<string>>()

/**
 * Returns the clause with which PostgreSQL copies the files of its template. Without the clause, PostgreSQL writes each page to
 * its log, which takes twice as long.
 */
function strategyOf(server: string): Promise<string> {
  const known = strategies.get(server) ?? findStrategy(server)
  strategies.set(server, known)
  return known
}

async function findStrategy(server: string): Promise<string> {
  if (!server.startsWith('postgres')) return ''
  const [row] = await administer(server, "SELECT current_setting('server_version_num')::int AS version")
  return Number(row?.['version']) >= 150_000 ? ' STRATEGY FILE_COPY' : ''
}

/** Returns the URL of another database on the same server. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** The databases that several tests of a test file copy, by the text that describes their content. */
const originals = new Map<string, Promise<string>>()

/** Returns the URL of the database with this content. The first call in a test file creates the database. */
export function originalDatabase(content: string, create: () => Promise<string>): Promise<string> {
  const known = originals.get(content) ?? create()
  originals.set(content, known)
  return known
}

/** Drops the databases of `freshDatabase` in this process, and closes the connections that created the databases. */
export async function dropDatabases(): Promise<void> {
  originals.clear()
  try {
    for (const { server, database } of created.splice(0))
      for (const statement of droppingOf(server, database)) await administer(server, statement)
  } finally {
    const connected = [...administrators.values()]
    administrators.clear()
    for (const connection of connected) await (await connection).close()
  }
}

export async function dropDatabase(server: string, database: string): Promise<void> {
  await execute(server, ...droppingOf(server, database))
}

/**
 * Returns the statements that drop a database although sessions are connected. PostgreSQL 12 cannot end these sessions by itself.
 */
function droppingOf(server: string, database: string): readonly string[] {
  const throwOut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`
  return [...(server.startsWith('postgres') ? [throwOut] : []), `DROP DATABASE IF EXISTS ${database}`]
}

/** Executes statements on a separate connection. Returns the rows of the last statement. */
export async function execute(url: string, ...statements: readonly string[]): Promise<Rows> {
  const connection = await connect(url)
  try {
    let rows: Rows = []
    for (const statement of statements) rows = await connection.query(statement)
    return rows
  } finally {
    await connection.close()
  }
}

const administrators = new Map<string, Promise<Connection>>()
let administered: Promise<unknown> = Promise.resolve()

/** Executes a statement on the connection of the test file to the server, whose sessions have no current database. */
export async function executeOnServer(name: ServerName, statement: string): Promise<Rows> {
  return administer((await serverUrl(name)) ?? '', statement)
}

/**
 * Executes a statement on the connection that a test file uses for its databases. A separate connection for each database takes
 * longer than the statements. The statements run one after the other, because a connection executes one statement at a time.
 */
function administer(server: string, statement: string): Promise<Rows> {
  const connection = administrators.get(server) ?? connect(server)
  administrators.set(server, connection)
  const done = administered.then(async () => (await connection).query(statement))
  administered = done.catch(() => undefined)
  return done
}

type Rows = readonly Readonly<Record<string, unknown>>[]

interface Connection {
  query(statement: string): Promise<Rows>
  close(): Promise<void>
}

async function connect(url: string): Promise<Connection> {
  return url.startsWith('postgres') ? connectToPostgres(url) : connectToMysql(url)
}

async function connectToPostgres(url: string): Promise<Connection> {
  const client = new Client({ connectionString: url })
  await client.connect()
  return { query: async (statement) => (await client.query<Record<string, unknown>>(statement)).rows, close: () => client.end() }
}

async function connectToMysql(url: string): Promise<Connection> {
  const connection = await createConnection(url.replace(/^mariadb:/, 'mysql:'))
  const query = async (statement: string) => {
    const [rows] = await connection.query(statement)
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : []
  }
  return { query, close: () => connection.end() }
}

/**
 * Declares one suite for each server. The suite is skipped if the server is missing. `database` returns the URL of an empty
 * database.
 */
export function onServers(names: readonly ServerName[], suite: (name: ServerName, database: () => Promise<string>) => void): void {
  for (const name of names) {
    describe(name, () => {
      before(async function () {
        if ((await serverUrl(name)) === undefined) this.skip()
      })
      suite(name, () => freshDatabase(name))
    })
  }
}

/** Declares one suite for one server of each dialect: for code that does not depend on the version of PostgreSQL. */
export function onEachDialect(suite: (name: ServerName, database: () => Promise<string>) => void): void {
  onServers(SERVER_OF_EACH_DIALECT, suite)
}

/** Declares one suite for each server, also for the older PostgreSQL: for code that depends on the version of PostgreSQL. */
export function onEveryServer(suite: (name: ServerName, database: () => Promise<string>) => void): void {
  onServers(SERVERS, suite)
}
