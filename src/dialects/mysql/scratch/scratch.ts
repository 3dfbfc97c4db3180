import { randomBytes } from 'node:crypto'
import type { DatabaseConnectionSettings, DatabaseSession, ScratchServer, ScratchServerOptions } from '../../../dialect/dialect.ts'
import { sql, sqlName, sqlValue } from '../../../dialect/sql.ts'
import { errorMessageOf, InterphaseError, isError } from '../../../error.ts'
import { openMysqlDatabaseSession, openMysqlServerSession, parseMysqlUrl } from '../session/connect.ts'
import type { MysqlFamilyServer } from '../session/flavour.ts'
import { executeCachedMysqlDefinitions, readCachedMysqlDefinitions, writeCachedMysqlDefinitions } from './cached-definitions.ts'
import { copyMysqlDatabase } from './copy.ts'

/** The name prefix of scratch databases. The engine creates, changes and drops only databases with this prefix. */
const PREFIX = 'interphase_scratch_'
// The name prefix of scratch databases that a run keeps for a person. Other scratch databases do not have this prefix, so a later
// run never drops the kept databases as leftovers of a killed run.
const KEPT = `${PREFIX}kept_`

/**
 * Opens the server for scratch databases. The engine never starts MySQL or MariaDB itself, so the configuration must contain the
 * URL of a development server. Throws `record.no-server` if the configuration contains no URL, or if the engine cannot connect to
 * the server.
 */
export async function openMysqlScratchServer(options: ScratchServerOptions, flavour: MysqlFamilyServer): Promise<ScratchServer> {
  const { url, cacheDirectory } = options
  if (url === undefined) {
    throw new InterphaseError('record.no-server', { dialect: flavour.name, problem: `no ${flavour.title} server is named` })
  }
  const target: DatabaseConnectionSettings = { url, purpose: 'interphase record', ...(options.tls ? { tls: options.tls } : {}) }
  const session = await openScratch(target, flavour)
  const mine = PREFIX + (await markOfThisRun(session))
  const full = (short: string) => (short.startsWith(PREFIX) ? short : mine + short)
  const targetOf = (short: string): DatabaseConnectionSettings => ({ ...target, url: urlOf(url, full(short)) })
  return {
    version: session.version,
    lasting: false,
    async create(short) {
      await recreate(session, full(short))
      return targetOf(short)
    },
    async copy(from, to) {
      await recreate(session, full(to), full(from))
      await copyMysqlDatabase(flavour, targetOf(from), targetOf(to))
      return targetOf(to)
    },
    has: async (short) => (await databases(session)).some(({ database }) => database === full(short)),
    target: (short) => Promise.resolve(targetOf(short)),
    drop: async (short) => {
      await session.query(sql`DROP DATABASE IF EXISTS ${sqlName(full(short))}`)
    },
    async keep(short) {
      const kept = KEPT + mine.slice(PREFIX.length, -1)
      await recreate(session, kept, full(short))
      await copyMysqlDatabase(flavour, targetOf(short), targetOf(kept))
      return { target: targetOf(kept), database: kept, until: `It stays until you drop it: DROP DATABASE ${kept}` }
    },
    leftovers: async () =>
      (await databases(session))
        .filter(({ database }) => !database.startsWith(KEPT))
        .filter(({ database, isAtWork }) => database.startsWith(mine) || !isAtWork)
        .map(({ database }) => (database.startsWith(mine) ? database.slice(mine.length) : database)),
    definitions: {
      async keep(short, as) {
        await withDatabase(targetOf(short), flavour, (source) => writeCachedMysqlDefinitions(source, cacheDirectory, as))
      },
      async restore(from, to) {
        const kept = await readCachedMysqlDefinitions(cacheDirectory, from, session.version)
        if (!kept) return undefined
        await recreate(session, full(to))
        const isRestored = await withDatabase(targetOf(to), flavour, (target) => executeCachedMysqlDefinitions(target, kept)).catch(
          (error: unknown) => {
            if (isError(error, 'database.lost')) throw error
            return false
          },
        )
        return isRestored ? targetOf(to) : undefined
      },
    },
    close: () => session.close(),
  }
}

async function withDatabase<T>(
  at: DatabaseConnectionSettings,
  flavour: MysqlFamilyServer,
  work: (session: DatabaseSession) => Promise<T>,
): Promise<T> {
  const session = await openMysqlDatabaseSession(at, flavour)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

/**
 * Returns a random mark, which is a part of the names of the run's scratch databases. The run acquires a lock whose name contains
 * the mark. If another run finds such a database, it tests the lock and learns whether the run of the database is still active.
 */
async function markOfThisRun(session: DatabaseSession): Promise<string> {
  const mark = randomBytes(MARK_LENGTH / 2).toString('hex')
  await session.query(sql`SELECT GET_LOCK(${sqlValue(PREFIX + mark)}, 0) AS got`)
  return `${mark}_`
}

const MARK_LENGTH = 8

async function openScratch(target: DatabaseConnectionSettings, flavour: MysqlFamilyServer): Promise<DatabaseSession> {
  try {
    return await openMysqlServerSession(target, flavour)
  } catch (error) {
    throw new InterphaseError('record.no-server', { dialect: flavour.name, problem: errorMessageOf(error) }, { cause: error })
  }
}

/**
 * Drops a scratch database and creates it again. Throws `record.no-server` with the missing privilege if the user may not create
 * the database.
 */
async function recreate(session: DatabaseSession, database: string, like?: string): Promise<void> {
  try {
    await replace(session, database, like)
  } catch (error) {
    if (!isError(error, 'database.privilege')) throw error
    const problem = `${error.facts.problem}; grant ALL ON \`${PREFIX.replaceAll('_', '\\_')}%\`.*`
    throw new InterphaseError('record.no-server', { dialect: session.dialect, problem }, { cause: error })
  }
}

/**
 * Drops a scratch database and creates it again with the character set and the collation of the database `like`. Without `like`,
 * the database has the character set utf8mb4, because the default character set of the server does not always contain every
 * character.
 */
async function replace(session: DatabaseSession, database: string, like?: string): Promise<void> {
  await session.query(sql`DROP DATABASE IF EXISTS ${sqlName(database)}`)
  const [row] = like === undefined ? [] : await session.query<Charset>(charsetOf(like))
  const charset = row ? sql`${sqlName(row.charset)} COLLATE ${sqlName(row.collation)}` : sql`utf8mb4`
  await session.query(sql`CREATE DATABASE ${sqlName(database)} CHARACTER SET ${charset}`)
}

interface Charset {
  readonly charset: string
  readonly collation: string
}

function charsetOf(database: string) {
  return sql`SELECT default_character_set_name AS charset, default_collation_name AS collation
    FROM information_schema.schemata WHERE schema_name = ${sqlValue(database)}`
}

async function databases(session: DatabaseSession): Promise<readonly { readonly database: string; readonly isAtWork: boolean }[]> {
  const rows = await session.query<{ name: string; holder: unknown }>(
    sql`SELECT schema_name AS name, IS_USED_LOCK(LEFT(schema_name, ${sqlValue(PREFIX.length + MARK_LENGTH)})) AS holder
      FROM information_schema.schemata WHERE schema_name LIKE 'interphase\\_scratch\\_%'`,
  )
  return rows.map((row) => ({ database: row.name, isAtWork: row.holder !== null }))
}

function urlOf(url: string, database: string): string {
  parseMysqlUrl(url)
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
