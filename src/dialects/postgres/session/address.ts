import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type { ClientConfig } from 'pg'
import type { DatabaseConnectionSettings, TlsSettings } from '../../../dialect/dialect.ts'
import { errorMessageOf, InterphaseError } from '../../../error.ts'

/** A parsed database URL: the connection options for the driver, and the address of the database for messages. */
export interface ParsedPostgresUrl {
  readonly config: ClientConfig
  /** The address of the database for messages: `host:port/database`. */
  readonly where: string
  readonly database: string
}

// The time in milliseconds after which a server counts as unreachable. libpq itself would wait for minutes.
const CONNECT_TIMEOUT_MS = 10_000

// The length of the longest application name in bytes. PostgreSQL truncates a longer name and sends a notice.
const APPLICATION_NAME_BYTES = 63

/**
 * Parses a database URL by libpq's rules. Throws `database.bad-url` for a text that is not a valid URL of PostgreSQL, and
 * `config.certificate` if a TLS file cannot be read. The errors never contain the URL, because a URL can contain a password.
 */
export function parsePostgresUrl(target: DatabaseConnectionSettings): ParsedPostgresUrl {
  const url = parsed(target.url)
  const host = url.searchParams.get('host') ?? decoded(url.hostname.replace(/^\[(.*)\]$/, '$1'))
  const port = Number(url.searchParams.get('port') ?? (url.port === '' ? 5432 : url.port))
  const user = decoded(url.username)
  const password = decoded(url.password)
  const database = decoded(url.pathname.slice(1)) || user
  const options = url.searchParams.get('options')
  const config: ClientConfig = {
    host: host === '' ? 'localhost' : host,
    port,
    application_name: cut(target.purpose, APPLICATION_NAME_BYTES),
    connectionTimeoutMillis: target.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    keepAlive: true,
    ssl: sslOf(target.tls ?? tlsOf(url.searchParams)),
    ...(options === null ? {} : { options }),
    ...(database === '' ? {} : { database }),
    ...(user === '' ? {} : { user }),
    ...(password === '' ? {} : { password }),
  }
  return { config, where: `${config.host}:${port}/${database}`, database }
}

/** Returns the URL of another database on the same server. */
export function makePostgresUrlForDatabase(url: string, database: string): string {
  const other = parsed(url)
  other.pathname = `/${encodeURIComponent(database)}`
  return other.toString()
}

function parsed(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) throw new InterphaseError('database.bad-url', { problem: 'the text is not a URL' })
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    throw new InterphaseError('database.bad-url', { problem: `the URL begins with ${url.protocol}// instead of postgres://` })
  }
  return url
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

function cut(text: string, bytes: number): string {
  let short = text
  while (Buffer.byteLength(short) > bytes) short = Array.from(short).slice(0, -1).join('')
  return short
}

const TLS_PARAMETERS: ReadonlySet<string> = new Set(['sslmode', 'sslrootcert', 'sslcert', 'sslkey'])

/**
 * Returns the TLS settings from libpq's sslmode and certificate parameters. The modes 'prefer' and 'allow' mean no encryption,
 * because the driver cannot try a connection with encryption and then one without, or the reverse.
 */
function tlsOf(parameters: URLSearchParams): TlsSettings {
  // The engine refuses an unknown TLS parameter of the URL. If the engine ignored the parameter, the connection would be
  // unencrypted although the URL requests encryption.
  const unread = [...parameters.keys()].find((name) => /ssl|tls/i.test(name) && !TLS_PARAMETERS.has(name))
  if (unread !== undefined)
    throw new InterphaseError('database.bad-url', { problem: `interphase does not read ${unread} from the URL; write sslmode` })
  const mode = parameters.get('sslmode') ?? 'disable'
  const files = {
    ...file('ca', parameters.get('sslrootcert')),
    ...file('cert', parameters.get('sslcert')),
    ...file('key', parameters.get('sslkey')),
  }
  if (mode === 'require') return { mode: 'require', ...files }
  if (mode === 'verify-ca' || mode === 'verify-full') return { mode: 'verify', ...files }
  return { mode: 'off' }
}

function file(name: 'ca' | 'cert' | 'key', path: string | null): { readonly [K in 'ca' | 'cert' | 'key']?: string } {
  return path === null ? {} : { [name]: path }
}

function sslOf(tls: TlsSettings): false | ConnectionOptions {
  if (tls.mode === 'off') return false
  return {
    rejectUnauthorized: tls.mode === 'verify',
    ...(tls.ca === undefined ? {} : { ca: pem(tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: pem(tls.cert) }),
    ...(tls.key === undefined ? {} : { key: pem(tls.key) }),
  }
}

function pem(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new InterphaseError('config.certificate', { file: path, problem: errorMessageOf(error) }, { cause: error })
  }
}
