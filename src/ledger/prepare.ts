import type { Clock } from '../clock.ts'
import type { DatabaseSession, Dialect } from '../dialect/dialect.ts'
import { sql, sqlValue } from '../dialect/sql.ts'
import { InterphaseError } from '../error.ts'
import { LEDGER_FORMAT_VERSION } from '../formats.ts'
import { type LedgerProjectRow, readLedgerProjectRow } from './read.ts'
import { createFleetTablesSql, createLedgerTablesSql, createPauseTableSql } from './tables.ts'

/** The project and the user that the rows of the ledger contain, with the version of interphase. */
export interface LedgerRowOrigin {
  readonly project: string
  /** The person or machine that runs the command, in the form `name@host`. */
  readonly by: string
  /** The address of the CI job that runs the command. */
  readonly job?: string
  /** The database user of the connection with which the command works. */
  readonly role?: string
  /** The version of interphase that runs the command. */
  readonly engine: string
}

/**
 * Creates the missing tables of the ledger, and the row of the project if `known` is undefined. The caller must hold the lock of
 * the project.
 */
export async function createLedgerIfMissing(
  session: DatabaseSession,
  dialect: Pick<Dialect, 'ledgerTableOptions' | 'ledgerText'>,
  project: string,
  known: LedgerProjectRow | undefined,
): Promise<void> {
  // If the row of the project has the current format, all ledger tables of this format exist, and the function creates no table.
  if (Number(known?.format) === LEDGER_FORMAT_VERSION) return
  for (const statement of createLedgerTablesSql(dialect)) await session.query(statement)
  if (known) return
  await session.query(createPauseTableSql(dialect))
  for (const statement of createFleetTablesSql(dialect)) await session.query(statement)
  // Another project in the database can have a newer version of interphase, which created the ledger tables in a newer format.
  // The present version must not write to such tables.
  const [newest] = await session.query<{ format: string | number | null }>(sql`SELECT max(format) AS format FROM interphase_project`)
  if (Number(newest?.format ?? 0) > LEDGER_FORMAT_VERSION)
    throw new InterphaseError('ledger.newer', { found: Number(newest?.format), knows: LEDGER_FORMAT_VERSION })
  await session.query(
    sql`INSERT INTO interphase_project (project, format, epoch, table_groups) VALUES (${sqlValue(project)}, ${sqlValue(LEDGER_FORMAT_VERSION)}, 0, '')`,
  )
}

/**
 * Begins a new epoch for the session, and returns the row of the project. The epoch is the number of the run. From then on, the
 * server refuses the ledger writes of every other run.
 */
export async function beginEpochAndReadProjectRow(
  session: DatabaseSession,
  clock: Clock,
  writer: LedgerRowOrigin,
): Promise<LedgerProjectRow> {
  const { project, by } = writer
  await session.query(
    sql`UPDATE interphase_project SET epoch = epoch + 1, backend = ${sqlValue(session.backend)}, held_by = ${sqlValue(by)}, held_since = ${sqlValue(clock.now().toISOString())} WHERE project = ${sqlValue(project)}`,
  )
  const row = await readLedgerProjectRow(session, project)
  if (!row) throw new InterphaseError('internal', { problem: `the row of ${project} in interphase_project is gone` })
  return row
}
