import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { DatabaseConnectionSettings, ScratchServer, ScratchServerOptions, TlsSettings } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import { errorMessageOf, InterphaseError } from '../../../error.ts'
import { makePostgresUrlForDatabase } from '../session/address.ts'
import { hasDefaultRole, runAsLoginUser } from '../session/backend.ts'
import { openPostgresSession } from '../session/connect.ts'
import type { PostgresSession } from '../session/session.ts'
import { type EmbeddedPostgres, startExclusiveEmbeddedPostgres } from './embedded.ts'

// The name prefix of scratch databases. The engine creates and drops only databases with this prefix.
const PREFIX = 'interphase_scratch_'
// The name prefix of scratch databases that a run keeps for a person. Other scratch databases do not have this prefix, so a later
// run never drops the kept databases as leftovers.
const KEPT = `${PREFIX}kept`

const PURPOSE = 'interphase shadow'

/**
 * Opens the configured server for scratch databases, or the embedded server if no server is configured. Throws `record.no-server`
 * if no server is available.
 */
export async function openPostgresScratchServer({ url, tls, cacheDirectory }: ScratchServerOptions): Promise<ScratchServer> {
  const embedded = url === undefined ? await startExclusiveEmbeddedPostgres(join(cacheDirectory, 'postgres')) : undefined
  try {
    const session = await openPostgresSession(targetOf(url ?? embedded?.url ?? '', tls))
    await mustCreateDatabases(session)
    return await serverOver(session, url ?? embedded?.url ?? '', tls, embedded)
  } catch (error) {
    await embedded?.stop()
    if (error instanceof InterphaseError && error.code === 'record.no-server') throw error
    throw new InterphaseError('record.no-server', { dialect: 'postgres', problem: errorMessageOf(error) }, { cause: error })
  }
}

async function mustCreateDatabases(session: PostgresSession): Promise<void> {
  const [role] = await session.query<{ readonly may: boolean }>(
    sql`SELECT rolcreatedb OR rolsuper AS may FROM pg_roles WHERE rolname = current_user`,
  )
  if (role?.may === true) return
  await session.close()
  const problem = `the user may not create databases on ${session.where}; grant CREATEDB`
  throw new InterphaseError('record.no-server', { dialect: 'postgres', problem })
}

async function serverOver(
  session: PostgresSession,
  url: string,
  tls: TlsSettings | undefined,
  embedded: EmbeddedPostgres | undefined,
): Promise<ScratchServer> {
  // On the embedded server, the names of scratch databases contain no mark of the run, because only the current process uses the
  // server. The next run can then use the same databases again.
  const mine = PREFIX + (embedded ? '' : await markOfThisRun(session))
  const full = (short: string) => (short.startsWith(PREFIX) ? short : mine + short)
  const target = (database: string): DatabaseConnectionSettings => targetOf(makePostgresUrlForDatabase(url, full(database)), tls)
  const drop = async (database: string) => {
    // PostgreSQL 12 does not have DROP DATABASE … WITH (FORCE). On newer versions, WITH (FORCE) fails in a session with a default
    // role, which `ALTER ROLE … SET role` sets, because this role may not end the connections of the login user. In both cases,
    // the engine first ends the connections as the login user.
    const hasForce = session.version.major >= 13 && !(await hasDefaultRole(session))
    if (!hasForce) await throwOut(session, full(database))
    await session.query(sql`DROP DATABASE IF EXISTS ${named(full(database))}${hasForce ? sql` WITH (FORCE)` : sql``}`)
  }
  let isKept = false
  return {
    version: session.version,
    lasting: embedded !== undefined,
    async create(database) {
      await drop(database)
      await session.query(sql`CREATE DATABASE ${named(full(database))} TEMPLATE template0${strategyOf(session)}`)
      return target(database)
    },
    async copy(from, to) {
      await drop(to)
      await session.query(sql`CREATE DATABASE ${named(full(to))} TEMPLATE ${named(full(from))}${strategyOf(session)}`)
      return target(to)
    },
    async has(database) {
      const found = await session.query(sql`SELECT FROM pg_database WHERE datname = ${sqlValue(full(database))}`)
      return found.length > 0
    },
    target: async (database) => target(database),
    drop,
    async leftovers() {
      const found = await session.query<{ readonly name: string }>(scratchDatabases)
      const atWork = embedded ? [] : await marksAtWork(session)
      const isOthers = (name: string) => atWork.includes(name.slice(PREFIX.length, PREFIX.length + MARK_LENGTH))
      return found.flatMap(({ name: database }) => {
        if (database.startsWith(KEPT)) return []
        if (database.startsWith(mine)) return [database.slice(mine.length)]
        return isOthers(database) ? [] : [database]
      })
    },
    async keep(database) {
      const kept = embedded ? KEPT : `${KEPT}_${mine.slice(PREFIX.length, -1)}`
      await drop(kept)
      await session.query(sql`ALTER DATABASE ${named(full(database))} RENAME TO ${named(kept)}`)
      isKept = true
      return {
        target: target(kept),
        database: kept,
        until: embedded ? untilNextRun(embedded) : `It stays until you drop it: DROP DATABASE ${kept}`,
      }
    },
    async close() {
      await session.close()
      await (isKept ? embedded?.leave() : embedded?.stop())
    },
  }
}

async function throwOut(session: PostgresSession, database: string): Promise<void> {
  const end = sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${sqlValue(database)} AND backend_type = 'client backend'`
  await runAsLoginUser(session, () => session.query(end))
}

function untilNextRun({ passwordFile }: EmbeddedPostgres): string {
  return `The embedded server goes on running until the next record or rehearse ends; its password is in ${passwordFile}`
}

const scratchDatabases = sql`SELECT datname AS name FROM pg_database WHERE starts_with(datname, ${sqlValue(PREFIX)}) ORDER BY 1`

const MARK_LENGTH = 8
// The first number of the advisory locks that the engine acquires on a scratch server. The number is arbitrary, and distinguishes
// the engine's locks from the locks of other programs.
const LOCK_CLASS = 1_768_842_611

/**
 * Returns a random mark of the run, and acquires an advisory lock with the mark as its number. The names of the run's scratch
 * databases contain the mark. Another run can test the lock, and learns whether the databases belong to a run that is still
 * active.
 */
async function markOfThisRun(session: PostgresSession): Promise<string> {
  const mark = randomBytes(MARK_LENGTH / 2)
  await session.query(sql`SELECT pg_try_advisory_lock(${sqlValue(LOCK_CLASS)}::int4, ${sqlValue(mark.readInt32BE())}::int4)`)
  return `${mark.toString('hex')}_`
}

async function marksAtWork(session: PostgresSession): Promise<readonly string[]> {
  const rows = await session.query<{ readonly mark: string }>(
    sql`SELECT lpad(to_hex(objid::int8), ${sqlValue(MARK_LENGTH)}::int4, '0') AS mark FROM pg_locks WHERE locktype = 'advisory' AND classid = ${sqlValue(String(LOCK_CLASS))}::oid`,
  )
  return rows.map((row) => row.mark)
}

// Returns the clause that determines how CREATE DATABASE copies a template database. On a server without fsync, copying the files
// is faster, although it needs a checkpoint. The other strategy writes every page to the WAL.
function strategyOf(session: PostgresSession): SqlStatement {
  return session.version.major >= 15 ? sqlVerbatim(' STRATEGY FILE_COPY') : sql``
}

function named(database: string): SqlStatement {
  if (!/^\w+$/.test(database) || Buffer.byteLength(database) > 63) {
    throw new InterphaseError('internal', { problem: `"${database}" is no name for a scratch database` })
  }
  return sqlName(database)
}

function targetOf(url: string, tls: TlsSettings | undefined): DatabaseConnectionSettings {
  return { url, purpose: PURPOSE, ...(tls === undefined ? {} : { tls }) }
}
