import type { DatabaseSession, ServerSessionController, ServerSessionDescription } from '../../../dialect/dialect.ts'
import { sql, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import { isError } from '../../../error.ts'
import { mysqlConnectionNumberOf, readMysqlConnectionIdentifier } from '../session/backend.ts'
import { mysqlErrorNumberOf } from '../session/errors.ts'
import { mysqlFamilyServerOf } from '../session/flavour.ts'

/** Finds, describes and ends connections of the server. Most queries read `information_schema.processlist`. */
export const mysqlServerSessionController: ServerSessionController = {
  async current(session) {
    const [row] = await session.query<{ id: unknown }>(sql`SELECT connection_id() AS id`)
    return readMysqlConnectionIdentifier(session, String(row?.id))
  },
  async running(session, tag) {
    const [row] = await session.query<{ id: unknown }>(
      sql`SELECT id AS id FROM information_schema.processlist
        WHERE locate(${sqlValue(tag)}, info) > 0 AND id <> connection_id() AND command <> 'Sleep'
        AND info NOT LIKE '%information_schema.processlist%'`,
    )
    return row === undefined ? undefined : readMysqlSessionDescription(session, String(row.id))
  },
  async alive(session, backend) {
    if ((await readMysqlConnectionIdentifier(session, mysqlConnectionNumberOf(backend))) !== backend) return false
    return (await entry(session, backend)) !== undefined
  },
  async end(session, backend) {
    try {
      await session.query(sql`KILL ${sqlVerbatim(mysqlConnectionNumberOf(backend))}`)
    } catch (error) {
      if (mysqlErrorNumberOf(error) !== NO_SUCH_THREAD) throw error
    }
  },
  async blockersOf(session, backend) {
    const rows = await session
      .query<{ id: unknown }>(mysqlFamilyServerOf(session.dialect).blockers(mysqlConnectionNumberOf(backend)))
      .catch(nothingToSee)
    const found = await Promise.all(rows.map((row) => readMysqlSessionDescription(session, String(row.id))))
    return found.map((holder) => holder.says)
  },
}

/**
 * Returns an empty list when the user does not have the privilege to see other sessions. The error message about a lock wait then
 * does not name the blocking session.
 */
function nothingToSee(error: unknown): readonly { readonly id: unknown }[] {
  if (isError(error, 'database.privilege')) return []
  throw error
}

const NO_SUCH_THREAD = 1094

interface ProcessRow {
  readonly user: string
  readonly host: string
  readonly command: string
  readonly seconds: unknown
  readonly info: string | null
}

/**
 * Reads the description of another session, such as the holder of a lock, for messages. An example is `interphase contract as
 * app, from 10.0.0.7, idle for 12 s`. If the server does not show the session, the description is only `connection 4711`.
 */
export async function readMysqlSessionDescription(session: DatabaseSession, id: string): Promise<ServerSessionDescription> {
  const backend = await readMysqlConnectionIdentifier(session, id)
  const found = await entry(session, backend)
  if (!found) return { backend, says: `connection ${id}` }
  const program = await programOf(session, backend)
  const from = found.host === '' ? '' : `, from ${found.host.replace(/:\d+$/, '')}`
  const busy = found.info === null ? 'idle' : `running ${brief(found.info)}`
  return { backend, says: `${program ?? `connection ${id}`} as ${found.user}${from}, ${busy} for ${String(found.seconds)} s` }
}

async function entry(session: DatabaseSession, backend: string): Promise<ProcessRow | undefined> {
  const [row] = await session.query<ProcessRow>(
    sql`SELECT user AS user, host AS host, command AS command, time AS seconds, info AS info
      FROM information_schema.processlist WHERE id = ${sqlValue(mysqlConnectionNumberOf(backend))}`,
  )
  return row
}

async function programOf(session: DatabaseSession, backend: string): Promise<string | undefined> {
  const question = mysqlFamilyServerOf(session.dialect).program?.(mysqlConnectionNumberOf(backend))
  if (!question) return undefined
  try {
    const [row] = await session.query<{ program: string | null }>(question)
    return row?.program ?? undefined
  } catch {
    // The user does not always have the privilege to read performance_schema. In this case, the description of a session contains
    // no program name.
    return undefined
  }
}

function brief(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}
