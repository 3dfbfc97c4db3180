import { join } from 'node:path'
import type { ScratchOptions, ScratchServer, Target, Tls } from '../../dialect/dialect.ts'
import { name, type Sql, sql, value, verbatim } from '../../dialect/sql.ts'
import { InterphaseError, messageOf } from '../../error.ts'
import { urlOfDatabase } from './address.ts'
import { type Embedded, startEmbeddedIn } from './embedded.ts'
import { openSession, type PgSession } from './session.ts'

// No database without it is ever created or dropped.
const PREFIX = 'interphase_scratch_'

const PURPOSE = 'interphase shadow'

/** The server that the user names, or the embedded one. Errors are `record.no-server`. */
export async function scratch({ url, tls, cacheDirectory }: ScratchOptions): Promise<ScratchServer> {
  const embedded = url === undefined ? await startEmbeddedIn(join(cacheDirectory, 'postgres')) : undefined
  try {
    const session = await openSession(targetOf(url ?? embedded?.url ?? '', tls))
    await mustCreateDatabases(session)
    return serverOver(session, url ?? embedded?.url ?? '', tls, embedded)
  } catch (error) {
    await embedded?.stop()
    if (error instanceof InterphaseError && error.code === 'record.no-server') throw error
    throw new InterphaseError('record.no-server', { dialect: 'postgres', problem: messageOf(error) }, { cause: error })
  }
}

async function mustCreateDatabases(session: PgSession): Promise<void> {
  const [role] = await session.query<{ readonly may: boolean }>(
    sql`SELECT rolcreatedb OR rolsuper AS may FROM pg_roles WHERE rolname = current_user`,
  )
  if (role?.may === true) return
  await session.close()
  const problem = `the user may not create databases on ${session.where}; grant CREATEDB`
  throw new InterphaseError('record.no-server', { dialect: 'postgres', problem })
}

function serverOver(session: PgSession, url: string, tls: Tls | undefined, embedded: Embedded | undefined): ScratchServer {
  const target = (database: string): Target => targetOf(urlOfDatabase(url, PREFIX + database), tls)
  const drop = async (database: string) => {
    // 12 cannot throw out whoever is still connected.
    const force = session.version.major >= 13 ? sql` WITH (FORCE)` : sql``
    await session.query(sql`DROP DATABASE IF EXISTS ${named(database)}${force}`)
  }
  return {
    version: session.version,
    isOurs: embedded !== undefined,
    async create(database) {
      await drop(database)
      await session.query(sql`CREATE DATABASE ${named(database)} TEMPLATE template0`)
      return target(database)
    },
    async copy(from, to) {
      await drop(to)
      await session.query(sql`CREATE DATABASE ${named(to)} TEMPLATE ${named(from)}${strategyOf(session)}`)
      return target(to)
    },
    async has(database) {
      const found = await session.query(sql`SELECT FROM pg_database WHERE datname = ${value(PREFIX + database)}`)
      return found.length > 0
    },
    target: async (database) => target(database),
    drop,
    async leftovers() {
      const found = await session.query<{ readonly name: string }>(
        sql`SELECT substr(datname, ${value(PREFIX.length + 1)}::int4) AS name FROM pg_database WHERE starts_with(datname, ${value(PREFIX)}) ORDER BY 1`,
      )
      return found.map((row) => row.name)
    },
    async close() {
      await session.close()
      await embedded?.stop()
    },
  }
}

// Copying the files needs a checkpoint, which without fsync costs little; writing every page to the log costs more.
function strategyOf(session: PgSession): Sql {
  return session.version.major >= 15 ? verbatim(' STRATEGY FILE_COPY') : sql``
}

function named(database: string): Sql {
  if (!/^\w+$/.test(database) || Buffer.byteLength(PREFIX + database) > 63) {
    throw new InterphaseError('internal', { problem: `"${database}" is no name for a scratch database` })
  }
  return name(PREFIX + database)
}

function targetOf(url: string, tls: Tls | undefined): Target {
  return { url, purpose: PURPOSE, ...(tls === undefined ? {} : { tls }) }
}
