import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { sql, sqlValue } from '../dialect/sql.ts'
import type { LedgerUser } from './prepare.ts'
import { PAUSE_END_COLUMNS, PAUSE_TABLE_NAME, pauseTableStatement } from './tables.ts'

/** A pause of the project's data steps: the user who asked for it, the time in ISO 8601 form, and the reason. */
export interface OperatorPause {
  readonly by: string
  readonly since: string
  readonly because?: string
}

/** The end of a pause: the user who resumed the data steps, and the time in ISO 8601 form. */
export interface PauseEnd {
  readonly by: string
  readonly at: string
}

/** The last pause of the project. `end` is undefined while the data steps are paused. */
export interface LastPause {
  readonly pause: OperatorPause
  readonly end?: PauseEnd
}

type Finding = Pick<Dialect, 'hasTable' | 'hasColumn' | 'ledgerTableOptions' | 'ledgerText'>

/**
 * Creates the table of pauses in the ledger of an older engine, which has no such table or lacks columns in it. Must be called outside a
 * transaction.
 */
export async function preparePauseTable(session: DatabaseSession, dialect: Finding): Promise<void> {
  if (!(await dialect.hasTable(session, PAUSE_TABLE_NAME))) await session.query(pauseTableStatement(dialect))
  for (const [column, addition] of PAUSE_END_COLUMNS)
    if (!(await dialect.hasColumn(session, PAUSE_TABLE_NAME, column))) await session.query(addition)
}

/** Reads the pause of the project, in a database that may have no table of pauses. Undefined if the data steps are not paused. */
export async function findPause(session: DatabaseSession, dialect: Finding, project: string): Promise<OperatorPause | undefined> {
  if (!(await dialect.hasTable(session, PAUSE_TABLE_NAME))) return undefined
  const last = await readLastPause(session, project)
  return last?.end ? undefined : last?.pause
}

/** Reads the last pause of the project. The table of pauses must exist. */
export async function readLastPause(session: DatabaseSession, project: string): Promise<LastPause | undefined> {
  // All columns are read, because a table that an older version of interphase created lacks `resumed_at` and `resumed_by`.
  const [row] = await session.query<PauseRow>(sql`SELECT * FROM interphase_pause WHERE project = ${sqlValue(project)}`)
  if (!row) return undefined
  const { resumed_at: at, resumed_by: by } = row
  const pause = { by: row.paused_by, since: row.paused_at, ...(row.because !== null && { because: row.because }) }
  return { pause, ...(at && by && { end: { by, at } }) }
}

interface PauseRow {
  readonly paused_by: string
  readonly paused_at: string
  readonly because: string | null
  readonly resumed_at?: string | null
  readonly resumed_by?: string | null
}

/**
 * Writes a pause of the project, which replaces an existing pause. Any session may call this function, without the lock of the
 * project.
 */
export async function writePause(session: DatabaseSession, { project, by }: LedgerUser, at: Date, because?: string): Promise<void> {
  await session.begin()
  await session.query(sql`DELETE FROM interphase_pause WHERE project = ${sqlValue(project)}`)
  await session.query(
    sql`INSERT INTO interphase_pause (project, paused_at, paused_by, because) VALUES (${sqlValue(project)}, ${sqlValue(at.toISOString())}, ${sqlValue(by)}, ${sqlValue(because ?? null)})`,
  )
  await session.commit()
}

/** Ends the pause of the project, so that its data steps continue. The row stays, so that a run can note who ended the pause. */
export async function endPause(session: DatabaseSession, { project, by }: LedgerUser, at: Date): Promise<void> {
  await session.query(
    sql`UPDATE interphase_pause SET resumed_at = ${sqlValue(at.toISOString())}, resumed_by = ${sqlValue(by)} WHERE project = ${sqlValue(project)} AND resumed_at IS NULL`,
  )
}

/** Formats a pause as a sentence: `paused by anna@host since 2026-11-29 10:02: the shop is slow`. */
export function formatPause({ by, since, because }: OperatorPause): string {
  return `paused by ${by} since ${since.slice(0, 16).replace('T', ' ')} UTC${because === undefined ? '' : `: ${because}`}`
}
