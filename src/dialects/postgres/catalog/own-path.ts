import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue } from '../../../dialect/sql.ts'

/**
 * Executes `read` with a search path that contains only the current schema of the connection. The search path must be the same
 * for all users, because the server prints a name without its schema if the search path contains the schema.
 */
export async function runWithSearchPathOfCurrentSchema<T>(session: DatabaseSession, read: () => Promise<T>): Promise<T> {
  const path = await pathOf(session)
  if (!path) return read()
  await session.query(setPath(path.own))
  try {
    const found = await read()
    await session.query(setPath(path.whole))
    return found
  } catch (error) {
    // In a failed transaction, the statement that restores the search path also fails. The rollback then restores the search
    // path.
    await session.query(setPath(path.whole)).catch(() => undefined)
    throw error
  }
}

interface Path {
  readonly own: string
  readonly whole: string
}

const PATHS = new WeakMap<DatabaseSession, Promise<Path | undefined>>()

/**
 * Returns the search path for reading the catalog (`own`) and the search path to restore afterwards (`whole`). Returns undefined if
 * the search path need not change, because it contains only the current schema of the connection, as in most databases.
 */
function pathOf(session: DatabaseSession): Promise<Path | undefined> {
  const known = PATHS.get(session) ?? askFor(session)
  PATHS.set(session, known)
  known.catch(() => PATHS.delete(session))
  return known
}

async function askFor(session: DatabaseSession): Promise<Path | undefined> {
  const [row] = await session.query<{ readonly own: string | null; readonly whole: string }>(
    sql`SELECT quote_ident(current_schema()) AS own, current_setting('search_path') AS whole`,
  )
  if (!row || row.own === null || row.own === row.whole || (row.own === 'public' && row.whole === '"$user", public')) return undefined
  return { own: row.own, whole: row.whole }
}

function setPath(path: string): SqlStatement {
  return sql`SELECT set_config('search_path', ${sqlValue(path)}, false)`
}
