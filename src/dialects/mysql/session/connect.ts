import { readFile } from 'node:fs/promises'
import { type Connection, type ConnectionOptions, createConnection, type SslOptions } from 'mysql2/promise'
import type { DatabaseConnectionSettings, DatabaseSession, TlsSettings } from '../../../dialect/dialect.ts'
import { errorMessageOf, InterphaseError } from '../../../error.ts'
import { convertMysqlConnectionError } from './errors.ts'
import type { MysqlFamilyServer } from './flavour.ts'
import { startMysqlSession } from './session.ts'

/** A parsed database URL. `socketPath` is the value of the parameter `socket`. */
export interface ParsedMysqlUrl {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly socketPath?: string
}

const DEFAULT_PORT = 3306
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000

/** Opens a session on a database of MySQL or MariaDB. Throws `database.bad-url` if the URL contains no name of a database. */
export async function openMysqlDatabaseSession(target: DatabaseConnectionSettings, flavour: MysqlFamilyServer): Promise<DatabaseSession> {
  if (parseMysqlUrl(target.url).database === '')
    throw new InterphaseError('database.bad-url', { problem: 'the URL contains no name of a database' })
  return openMysqlServerSession(target, flavour)
}

/** Opens a session on a server of MySQL or MariaDB. The URL does not have to contain the name of a database. */
export async function openMysqlServerSession(target: DatabaseConnectionSettings, flavour: MysqlFamilyServer): Promise<DatabaseSession> {
  const address = parseMysqlUrl(target.url)
  const dial = () => connectMysqlDriver(target, address)
  const connection = await dial()
  try {
    return await startMysqlSession({ connection, dial, flavour, where: formatMysqlAddress(address), database: address.database ?? '' })
  } catch (error) {
    connection.destroy()
    throw error
  }
}

/**
 * Parses a URL that begins with `mysql://` or `mariadb://`. Throws `database.bad-url` for any other text and for TLS parameters.
 */
export function parseMysqlUrl(url: string): ParsedMysqlUrl {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || !/^(?:mysql|mariadb):$/.test(parsed.protocol)) {
    throw new InterphaseError('database.bad-url', { problem: 'the text is not a URL that begins with mysql:// or mariadb://' })
  }
  // The engine refuses an unknown TLS parameter of the URL. If the engine ignored the parameter, the connection would be
  // unencrypted although the URL requests encryption.
  const unread = [...parsed.searchParams.keys()].find((name) => /ssl|tls/i.test(name))
  if (unread !== undefined)
    throw new InterphaseError('database.bad-url', {
      problem: `interphase does not read ${unread} from the URL; use the options --tls, --tls-ca, --tls-cert and --tls-key`,
    })
  const socketPath = parsed.searchParams.get('socket') ?? undefined
  return {
    host: decoded(parsed.hostname).replace(/^\[|\]$/g, '') || 'localhost',
    port: parsed.port === '' ? DEFAULT_PORT : Number(parsed.port),
    user: decoded(parsed.username),
    password: decoded(parsed.password),
    database: decoded(parsed.pathname.slice(1)),
    ...(socketPath === undefined ? {} : { socketPath }),
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new InterphaseError('database.bad-url', {
      problem: 'a % in the URL does not begin an escape such as %40; write %25 for the character %',
    })
  }
}

export function formatMysqlAddress(address: ParsedMysqlUrl): string {
  return `${address.host}:${address.port}/${address.database}`
}

/**
 * Opens a connection of the driver, without the engine's session settings. Throws a `database.*` error if the connection fails,
 * and `config.certificate` if a TLS file cannot be read.
 */
export async function connectMysqlDriver(target: DatabaseConnectionSettings, address: ParsedMysqlUrl): Promise<Connection> {
  const options = await optionsOf(target, address)
  try {
    const connection = await createConnection(options)
    expectLastWords(connection)
    return connection
  } catch (error) {
    throw convertMysqlConnectionError(error, { where: formatMysqlAddress(address), user: address.user, database: address.database })
  }
}

/** The fields of a mysql2 connection that the driver's types do not declare. */
interface Wire {
  sequenceId: number
  handlePacket(packet?: { readonly sequenceId: number; peekByte(): number }): void
}

const ERROR_PACKET = 0xff

/**
 * Suppresses a warning of mysql2. When the server ends an idle session, the server sends the reason in a packet with the number
 * 0. mysql2 handles this packet correctly, but prints a warning about the number.
 */
function expectLastWords(connection: Connection): void {
  const wire = Reflect.get(connection, 'connection') as Wire
  const handlePacket = wire.handlePacket.bind(wire)
  wire.handlePacket = (packet) => {
    if (packet?.sequenceId === 0 && packet.peekByte() === ERROR_PACKET) wire.sequenceId = 0
    handlePacket(packet)
  }
}

async function optionsOf(target: DatabaseConnectionSettings, address: ParsedMysqlUrl): Promise<ConnectionOptions> {
  const ssl = await sslOf(target.tls)
  return {
    host: address.host,
    port: address.port,
    user: address.user,
    password: address.password,
    ...(address.database === '' ? {} : { database: address.database }),
    ...(address.socketPath === undefined ? {} : { socketPath: address.socketPath }),
    ...(ssl ? { ssl } : {}),
    // With `trace: false`, the driver captures no stack trace before each statement, which saves time. The errors of the engine
    // contain the file and the line.
    trace: false,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: false,
    multipleStatements: false,
    // Without the flag FOUND_ROWS, the server counts the rows that an UPDATE changed. With the flag, the server would count the
    // rows that the condition of the UPDATE selects.
    flags: ['-FOUND_ROWS'],
    maxPreparedStatements: 200,
    connectTimeout: target.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    connectAttributes: { program_name: target.purpose },
  }
}

async function sslOf(tls: TlsSettings | undefined): Promise<SslOptions | undefined> {
  if (!tls || tls.mode === 'off') return undefined
  const [ca, cert, key] = await Promise.all([pem(tls.ca), pem(tls.cert), pem(tls.key)])
  const verify = tls.mode === 'verify'
  return {
    rejectUnauthorized: verify,
    verifyIdentity: verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}

async function pem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new InterphaseError('config.certificate', { file: path, problem: errorMessageOf(error) }, { cause: error })
  }
}
