import type Pg from 'pg'
import type { DatabaseConnectionSettings, ServerVersion } from '../../../dialect/dialect.ts'
import { errorMessageOf, InterphaseError } from '../../../error.ts'
import { type ParsedPostgresUrl, parsePostgresUrl } from './address.ts'
import { pgDriver } from './driver.ts'
import { codeOfDriverError, convertPostgresConnectionError } from './errors.ts'
import { PostgresSession } from './session.ts'
import { POSTGRES_ENGINE_SESSION_STATEMENTS_SQL } from './settings.ts'

// The oldest supported major version. The catalog queries use pg_attribute.attgenerated and pg_partition_root(), which older
// versions do not have.
const OLDEST_MAJOR = 12

// The query for the start of the session runs with the role of the login user, because a default role cannot see the start of the
// session.
const GREETING = `${POSTGRES_ENGINE_SESSION_STATEMENTS_SQL};
SET ROLE NONE;
SELECT pg_backend_pid() || '/' || (SELECT extract(epoch FROM a.backend_start) FROM pg_stat_get_activity(pg_backend_pid()) a) AS backend;
RESET ROLE;
SELECT current_setting('server_version') AS text,
       current_setting('server_version_num')::pg_catalog.int4 AS number, session_user AS login,
       current_setting('session_replication_role') AS replication,
       current_setting('transaction_timeout', true) AS "transactionTimeout", current_setting('lc_messages') AS language,
       current_schema() AS schema, current_setting('search_path') AS path`

interface Identity {
  readonly backend: string
}

interface Greeting {
  readonly schema: string | null
  readonly path: string
  readonly replication: string
  /** The value of the setting transaction_timeout. The value is null before PostgreSQL 17, which introduced the setting. */
  readonly transactionTimeout: string | null
  /** The locale that determines the language of the server's messages. */
  readonly language: string
  readonly text: string
  readonly number: number
  readonly login: string
}

/**
 * Opens one connection to PostgreSQL with the engine's session settings. Throws a `database.*` error if the connection fails, and
 * `config.certificate` if a TLS file cannot be read.
 */
export async function openPostgresSession(target: DatabaseConnectionSettings): Promise<PostgresSession> {
  const address = parsePostgresUrl(target)
  const client = new pgDriver.Client({ ...address.config, pipeline: true })
  // Without a listener, a socket error before the creation of the session would end the Node process.
  client.on('error', ignore)
  try {
    await client.connect()
    const results = [await client.query<Greeting & Identity>(GREETING)].flat()
    const [identity, greeting] = results.flatMap(({ rows }) => rows)
    if (!identity || !greeting) throw new InterphaseError('internal', { problem: `${address.where} did not say who it is` })
    const version = versionOf(greeting)
    if (version.major < OLDEST_MAJOR) {
      throw new InterphaseError('database.version', { dialect: 'postgres', found: version.text, needs: String(OLDEST_MAJOR) })
    }
    const path = await removeCatalogFromPath(client, greeting)
    if (target.needsSchema && path.schema === null)
      throw new InterphaseError('database.no-schema', { where: address.where, path: greeting.path })
    const pinned = [
      ...path.pinned,
      ...(greeting.replication === 'origin' ? [] : await switchTriggersOn(client, address)),
      ...((greeting.transactionTimeout ?? '0') === '0' ? [] : await allowLongTransactions(client)),
      ...(ENGLISH.test(greeting.language) ? [] : await requestEnglishMessages(client)),
    ]
    return new PostgresSession(client, address, { backend: identity.backend, login: greeting.login, version, pinned })
  } catch (error) {
    client.end().catch(ignore)
    throw error instanceof InterphaseError ? error : convertPostgresConnectionError(error, address, client.user ?? 'the user')
  }
}

/**
 * Removes pg_catalog from the search path of the session. The server then searches pg_catalog before all other schemas, as on a
 * shadow. After another schema, pg_catalog would be hidden by the tables and functions of that schema: a table `text` would hide
 * the type. As the first schema, pg_catalog would be the schema for new tables. Returns the statement that was sent, and the
 * current schema.
 */
async function removeCatalogFromPath(
  client: Pg.Client,
  { path, schema }: Greeting,
): Promise<{ readonly pinned: readonly string[]; readonly schema: string | null }> {
  const names = (path.match(/"(?:[^"]|"")*"|[^\s,"]+/g) ?? []).filter((name) => name !== '""')
  const others = names.filter((name) => !/^"?pg_catalog"?$/i.test(name))
  if (others.length === names.length) return { pinned: [], schema }
  const pinned = `SET search_path = ${others.length > 0 ? others.join(', ') : "''"}`
  await client.query(pinned)
  const { rows } = await client.query<Pick<Greeting, 'schema'>>('SELECT current_schema() AS schema')
  return { pinned: [pinned], schema: rows[0]?.schema ?? null }
}

const FIRES_TRIGGERS = "SET session_replication_role = 'origin'"

/**
 * Switches triggers on in a session in which a default of the role or database has switched them off. Without triggers, the
 * server checks no foreign keys. Returns the statement that was sent. Throws `database.privilege` if the user may not change the
 * setting.
 */
async function switchTriggersOn(client: Pg.Client, { where }: ParsedPostgresUrl): Promise<readonly string[]> {
  try {
    await client.query(FIRES_TRIGGERS)
    return [FIRES_TRIGGERS]
  } catch (error) {
    const doing = `connecting to ${where}, where the role or the database has another session_replication_role than origin`
    throw new InterphaseError('database.privilege', { doing, problem: errorMessageOf(error) }, { cause: error })
  }
}

const NO_TRANSACTION_TIMEOUT = 'SET transaction_timeout = 0'

/**
 * Removes the time limit of transactions that the role or the database has as default, because it is meant for the application.
 * The server would end the session in the middle of a data step. Returns the statement that was sent.
 */
async function allowLongTransactions(client: Pg.Client): Promise<readonly string[]> {
  await client.query(NO_TRANSACTION_TIMEOUT)
  return [NO_TRANSACTION_TIMEOUT]
}

// Matches the locales in which the server writes its messages in English.
const ENGLISH = /^(?:C|POSIX|en(?:[_.@].*)?)$/

const INSUFFICIENT_PRIVILEGE = '42501'

const ENGLISH_MESSAGES = "SET lc_messages = 'C'"

/**
 * Lets the server write its messages in English, because the engine finds the names of missing objects in the messages. Returns
 * the statement that was sent. A user without the privilege to change the setting gets the messages in the language of the
 * server.
 */
async function requestEnglishMessages(client: Pg.Client): Promise<readonly string[]> {
  try {
    await client.query(ENGLISH_MESSAGES)
    return [ENGLISH_MESSAGES]
  } catch (error) {
    if (codeOfDriverError(error) === INSUFFICIENT_PRIVILEGE) return []
    throw error
  }
}

function versionOf({ text, number }: Greeting): ServerVersion {
  return { text, major: Math.floor(number / 10_000), minor: number % 10_000 }
}

function ignore(): void {}
