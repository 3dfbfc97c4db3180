import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue } from '../dialect/sql.ts'
import type { LedgerUser } from './prepare.ts'
import { PAUSE_TABLE_NAME, pauseTableStatement } from './tables.ts'

/** A pause of the project's data steps: the user who asked for it, the time in ISO 8601 form, and the reason. */
export interface OperatorPause {
  readonly by: string
  readonly since: string
  readonly because?: string
}

type Finding = Pick<Dialect, 'hasTable' | 'ledgerTableOptions' | 'ledgerText'>

/** Creates the table of pauses in the ledger of an older engine, which has no such table. Must be called outside a transaction. */
export async function createPauseTableIfMissing(session: DatabaseSession, dialect: Finding): Promise<void> {
  if (!(await dialect.hasTable(session, PAUSE_TABLE_NAME))) await session.query(pauseTableStatement(dialect))
}

/** Reads the pause of the project, in a database that may have no table of pauses. */
export async function findPause(session: DatabaseSession, dialect: Finding, project: string): Promise<OperatorPause | undefined> {
  return (await dialect.hasTable(session, PAUSE_TABLE_NAME)) ? readPause(session, project) : undefined
}

/** Reads the pause of the project. The table of pauses must exist. */
export async function readPause(session: DatabaseSession, project: string): Promise<OperatorPause | undefined> {
  const [row] = await session.query<{ readonly paused_by: string; readonly paused_at: string; readonly because: string | null }>(
    sql`SELECT paused_by, paused_at, because FROM interphase_pause WHERE project = ${sqlValue(project)}`,
  )
  if (!row) return undefined
  return { by: row.paused_by, since: row.paused_at, ...(row.because !== null && { because: row.because }) }
}

/**
 * Writes a pause of the project, which replaces an existing pause. Any session may call this function, without the lock of the
 * project.
 */
export async function writePause(session: DatabaseSession, { project, by }: LedgerUser, at: Date, because?: string): Promise<void> {
  await session.begin()
  await session.query(deletion(project))
  await session.query(
    sql`INSERT INTO interphase_pause (project, paused_at, paused_by, because) VALUES (${sqlValue(project)}, ${sqlValue(at.toISOString())}, ${sqlValue(by)}, ${sqlValue(because ?? null)})`,
  )
  await session.commit()
}

/** Removes the pause of the project, so that its data steps continue. */
export async function removePause(session: DatabaseSession, project: string): Promise<void> {
  await session.query(deletion(project))
}

function deletion(project: string): SqlStatement {
  return sql`DELETE FROM interphase_pause WHERE project = ${sqlValue(project)}`
}

/** Formats a pause as a sentence: `paused by anna@host since 2026-11-29 10:02: the shop is slow`. */
export function formatPause({ by, since, because }: OperatorPause): string {
  return `paused by ${by} since ${since.slice(0, 16).replace('T', ' ')} UTC${because === undefined ? '' : `: ${because}`}`
}
