import type { ScratchOptions, ScratchServer, Session, Target } from '../../dialect/dialect.ts'
import { name, sql, value } from '../../dialect/sql.ts'
import { InterphaseError, messageOf } from '../../error.ts'
import { addressOf, openServer } from './connect.ts'
import { copyDatabase } from './copy.ts'
import type { Flavour } from './flavour.ts'

/** No other database is ever made, changed or dropped. */
const PREFIX = 'interphase_scratch_'

/** These servers are never started by the engine: a development server must be named. */
export async function scratch(options: ScratchOptions, flavour: Flavour): Promise<ScratchServer> {
  const { url } = options
  if (url === undefined) {
    throw new InterphaseError('record.no-server', { dialect: flavour.name, problem: `no ${flavour.title} server is named` })
  }
  const target: Target = { url, purpose: 'interphase record', ...(options.tls ? { tls: options.tls } : {}) }
  const session = await openScratch(target, flavour)
  const targetOf = (database: string): Target => ({ ...target, url: urlOf(url, database) })
  return {
    version: session.version,
    isOurs: false,
    async create(short) {
      await recreate(session, PREFIX + short)
      return targetOf(PREFIX + short)
    },
    async copy(from, to) {
      await recreate(session, PREFIX + to, PREFIX + from)
      await copyDatabase(flavour, targetOf(PREFIX + from), targetOf(PREFIX + to))
      return targetOf(PREFIX + to)
    },
    has: async (short) => (await databases(session)).includes(PREFIX + short),
    target: (short) => Promise.resolve(targetOf(PREFIX + short)),
    drop: async (short) => {
      await session.query(sql`DROP DATABASE IF EXISTS ${name(PREFIX + short)}`)
    },
    leftovers: async () => (await databases(session)).map((database) => database.slice(PREFIX.length)),
    close: () => session.close(),
  }
}

async function openScratch(target: Target, flavour: Flavour): Promise<Session> {
  try {
    return await openServer(target, flavour)
  } catch (error) {
    throw new InterphaseError('record.no-server', { dialect: flavour.name, problem: messageOf(error) }, { cause: error })
  }
}

/** utf8mb4 unless the database that is copied has something else: a server's own default may not hold every character. */
async function recreate(session: Session, database: string, like?: string): Promise<void> {
  await session.query(sql`DROP DATABASE IF EXISTS ${name(database)}`)
  const [row] = like === undefined ? [] : await session.query<Charset>(charsetOf(like))
  const charset = row ? sql`${name(row.charset)} COLLATE ${name(row.collation)}` : sql`utf8mb4`
  await session.query(sql`CREATE DATABASE ${name(database)} CHARACTER SET ${charset}`)
}

interface Charset {
  readonly charset: string
  readonly collation: string
}

function charsetOf(database: string) {
  return sql`SELECT default_character_set_name AS charset, default_collation_name AS collation
    FROM information_schema.schemata WHERE schema_name = ${value(database)}`
}

async function databases(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(
    sql`SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE 'interphase\\_scratch\\_%'`,
  )
  return rows.map((row) => row.name)
}

function urlOf(url: string, database: string): string {
  addressOf(url)
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
