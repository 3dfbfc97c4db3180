import type Pg from 'pg'
import type { DatabaseAddress, ServerVersion } from '../../../dialect/dialect.ts'
import { errorMessageOf, InterphaseError } from '../../../error.ts'
import { type PostgresConnectionAddress, parsePostgresUrl } from './address.ts'
import { pgDriver } from './driver.ts'
import { convertConnectionError } from './errors.ts'
import { lastResult } from './outcome.ts'
import { PostgresSession } from './session.ts'
import { ENGINE_SESSION_SETTINGS_SQL } from './settings.ts'

// The oldest supported major version. The catalog queries use pg_attribute.attgenerated and pg_partition_root(), which older
// versions do not have.
const OLDEST_MAJOR = 12

const GREETING = `${ENGINE_SESSION_SETTINGS_SQL};
SELECT pg_backend_pid() || '/' || (SELECT extract(epoch FROM a.backend_start) FROM pg_stat_get_activity(pg_backend_pid()) a) AS backend,
       current_setting('server_version') AS text,
       current_setting('server_version_num')::int4 AS number, session_user AS login,
       current_setting('session_replication_role') AS replication,
       current_schema() AS schema, current_setting('search_path') AS path`

interface Greeting {
  readonly schema: string | null
  readonly path: string
  readonly replication: string
  readonly backend: string
  readonly text: string
  readonly number: number
  readonly login: string
}

/**
 * Opens one connection to PostgreSQL with the engine's session settings. Throws a `database.*` error if the connection fails, and
 * `config.certificate` if a TLS file cannot be read.
 */
export async function openPostgresSession(target: DatabaseAddress): Promise<PostgresSession> {
  const address = parsePostgresUrl(target)
  const client = new pgDriver.Client({ ...address.config, pipeline: true })
  // Without a listener, a socket error before the creation of the session would end the Node process.
  client.on('error', ignore)
  try {
    await client.connect()
    const greeting = lastResult(await client.query<Greeting>(GREETING)).rows[0]
    if (!greeting) throw new InterphaseError('internal', { problem: `${address.where} did not say who it is` })
    const version = versionOf(greeting)
    if (version.major < OLDEST_MAJOR) {
      throw new InterphaseError('database.version', { dialect: 'postgres', found: version.text, needs: String(OLDEST_MAJOR) })
    }
    if (target.needsSchema && greeting.schema === null)
      throw new InterphaseError('database.no-schema', { where: address.where, path: greeting.path })
    const pinned = greeting.replication === 'origin' ? [] : await switchTriggersOn(client, address)
    const { backend, login } = greeting
    return new PostgresSession(client, address, { backend, login, version, pinned })
  } catch (error) {
    client.end().catch(ignore)
    throw error instanceof InterphaseError ? error : convertConnectionError(error, address, client.user ?? 'the user')
  }
}

const FIRES_TRIGGERS = "SET session_replication_role = 'origin'"

/**
 * Switches triggers on in a session in which a default of the role or database has switched them off. Without triggers, the
 * server checks no foreign keys. Returns the statement that was sent. Throws `database.privilege` if the user may not change the
 * setting.
 */
async function switchTriggersOn(client: Pg.Client, { where }: PostgresConnectionAddress): Promise<readonly string[]> {
  try {
    await client.query(FIRES_TRIGGERS)
    return [FIRES_TRIGGERS]
  } catch (error) {
    const doing = `connecting to ${where}, where the role or the database has another session_replication_role than origin`
    throw new InterphaseError('database.privilege', { doing, problem: errorMessageOf(error) }, { cause: error })
  }
}

function versionOf({ text, number }: Greeting): ServerVersion {
  return { text, major: Math.floor(number / 10_000), minor: number % 10_000 }
}

function ignore(): void {}
