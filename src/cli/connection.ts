import type { TlsSettings } from '../dialect/dialect.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { DIALECTS, type DialectName } from '../schema/object.ts'
import type { TargetCommandOptions } from './verb.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Returns the database URL from the command line or the environment. The function uses the first of `--database-url`,
 * `--database-url-file`, INTERPHASE_DATABASE_URL and DATABASE_URL that is set. An empty variable counts as not set. Returns
 * undefined if none is set, and the caller then uses the configuration.
 */
export function readDatabaseUrl(
  options: Pick<TargetCommandOptions, 'databaseUrl' | 'databaseUrlFile'>,
  environment: Environment,
  read: (file: string) => string,
): string | undefined {
  if (options.databaseUrl !== undefined) return options.databaseUrl
  if (options.databaseUrlFile !== undefined) return readDatabaseUrlFile('--database-url-file', options.databaseUrlFile, read)
  return environment['INTERPHASE_DATABASE_URL'] || environment['DATABASE_URL'] || undefined
}

/**
 * Returns the TLS settings from the options `--tls`, `--tls-ca`, `--tls-cert` and `--tls-key`. Returns undefined if the user
 * passed none of them, and the caller then uses the configuration or the URL.
 */
export function makeTlsSettingsFromOptions({
  tls,
  tlsCa,
  tlsCert,
  tlsKey,
}: Pick<TargetCommandOptions, 'tls' | 'tlsCa' | 'tlsCert' | 'tlsKey'>): TlsSettings | undefined {
  if (tls === undefined && tlsCa === undefined && tlsCert === undefined && tlsKey === undefined) return undefined
  return {
    mode: tls ?? (tlsCa === undefined ? 'require' : 'verify'),
    ...(tlsCa !== undefined && { ca: tlsCa }),
    ...(tlsCert !== undefined && { cert: tlsCert }),
    ...(tlsKey !== undefined && { key: tlsKey }),
  }
}

/**
 * Returns the URLs of the servers for shadow databases from the environment variables INTERPHASE_SHADOW_POSTGRES_URL,
 * INTERPHASE_SHADOW_MYSQL_URL and INTERPHASE_SHADOW_MARIADB_URL.
 */
export function readShadowServerUrls(environment: Environment): { readonly [D in DialectName]?: { readonly url: string } } {
  const named = DIALECTS.map((dialect) => [dialect, environment[`INTERPHASE_SHADOW_${dialect.toUpperCase()}_URL`] ?? ''] as const)
  return Object.fromEntries(named.filter(([, url]) => url !== '').map(([dialect, url]) => [dialect, { url }]))
}

/**
 * Returns the database URL that a file contains. `option` is the name of the option with the file, for messages. Throws `usage`
 * if the file cannot be read, or does not contain exactly one word.
 */
export function readDatabaseUrlFile(option: string, file: string, read: (file: string) => string): string {
  const refuse = (problem: string, cause?: unknown) =>
    new InterphaseError(
      'usage',
      { problem: `${option} ${file}: ${problem}`, try: 'Write one URL into the file, and nothing else.' },
      { cause },
    )
  const url = attempt(() => read(file), refuse).trim()
  if (url === '') throw refuse('the file is empty')
  if (/\s/.test(url)) throw refuse('the file contains more than one word')
  return url
}

function attempt(read: () => string, refuse: (problem: string, cause: unknown) => Error): string {
  try {
    return read()
  } catch (error) {
    throw refuse(errorMessageOf(error), error)
  }
}
