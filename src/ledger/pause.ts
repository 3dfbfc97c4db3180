import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { sql, sqlValue } from '../dialect/sql.ts'
import type { LedgerRowOrigin } from './prepare.ts'
import { createPauseTableSql, PAUSE_END_COLUMNS, PAUSE_TABLE_NAME } from './tables.ts'

/** A pause of the project's data steps: the user who requested the pause, the time in ISO 8601 form, and the reason. */
export interface OperatorPause {
  readonly by: string
  readonly since: string
  readonly because?: string
}

/** The end of a pause: the user who resumed the data steps, and the time in ISO 8601 form. */
export interface OperatorPauseEnd {
  readonly by: string
  readonly at: string
}

/** The last pause of the project. `end` is undefined while the data steps are paused. */
export interface LastOperatorPause {
  readonly pause: OperatorPause
  readonly end?: OperatorPauseEnd
}

type Finding = Pick<Dialect, 'hasTable' | 'hasColumn' | 'ledgerTableOptions' | 'ledgerText'>

/**
 * Creates the table of pauses in the ledger, or adds its missing columns to a ledger of an older version. The caller calls the
 * function outside a transaction.
 */
export async function createOrUpgradePauseTable(session: DatabaseSession, dialect: Finding): Promise<void> {
  if (!(await dialect.hasTable(session, PAUSE_TABLE_NAME))) await session.query(createPauseTableSql(dialect))
  for (const [column, addition] of PAUSE_END_COLUMNS)
    if (!(await dialect.hasColumn(session, PAUSE_TABLE_NAME, column))) await session.query(addition)
}

/**
 * Returns the current pause of the project. Returns undefined if the data steps are not paused, or if the ledger has no table of
 * pauses.
 */
export async function readCurrentOperatorPause(
  session: DatabaseSession,
  dialect: Finding,
  project: string,
): Promise<OperatorPause | undefined> {
  if (!(await dialect.hasTable(session, PAUSE_TABLE_NAME))) return undefined
  const last = await readLastOperatorPause(session, project)
  return last?.end ? undefined : last?.pause
}

/** Returns the last pause of the project. The table of pauses must exist. */
export async function readLastOperatorPause(session: DatabaseSession, project: string): Promise<LastOperatorPause | undefined> {
  // The query reads all columns with `*`, because a table that an older version of interphase created has no columns `resumed_at`
  // and `resumed_by`.
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
 * Writes a pause of the project, and replaces an existing pause. Any session can call this function, without the lock of the
 * project.
 */
export async function writeOperatorPause(
  session: DatabaseSession,
  { project, by }: LedgerRowOrigin,
  at: Date,
  because?: string,
): Promise<void> {
  await session.begin()
  await session.query(sql`DELETE FROM interphase_pause WHERE project = ${sqlValue(project)}`)
  await session.query(
    sql`INSERT INTO interphase_pause (project, paused_at, paused_by, because) VALUES (${sqlValue(project)}, ${sqlValue(at.toISOString())}, ${sqlValue(by)}, ${sqlValue(because ?? null)})`,
  )
  await session.commit()
}

/**
 * Ends the pause of the project. The row of the pause stays in the ledger, so that a run can write a note about the end of the
 * pause.
 */
export async function endOperatorPause(session: DatabaseSession, { project, by }: LedgerRowOrigin, at: Date): Promise<void> {
  await session.query(
    sql`UPDATE interphase_pause SET resumed_at = ${sqlValue(at.toISOString())}, resumed_by = ${sqlValue(by)} WHERE project = ${sqlValue(project)} AND resumed_at IS NULL`,
  )
}

/** Returns a pause as a sentence, such as `paused by anna@host since 2026-11-29 10:02 UTC: the shop is slow`. */
export function formatOperatorPause({ by, since, because }: OperatorPause): string {
  return `paused by ${by} since ${since.slice(0, 16).replace('T', ' ')} UTC${because === undefined ? '' : `: ${because}`}`
}
