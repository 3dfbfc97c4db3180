import type { Clock } from '../clock.ts'
import type { Dialect, Session } from '../dialect/dialect.ts'
import { sql, value } from '../dialect/sql.ts'
import { InterphaseError } from '../error.ts'
import { FORMAT, tables } from './tables.ts'

/** Who writes: told in every row. */
export interface Writer {
  readonly project: string
  /** `name@host` of the person or machine. */
  readonly by: string
  readonly engine: string
}

/** Makes the ledger's tables where they are missing, and the project's row. The caller holds the project's lock. */
export async function prepareLedger(
  session: Session,
  dialect: Pick<Dialect, 'ledgerTableOptions' | 'ledgerText'>,
  project: string,
): Promise<void> {
  for (const statement of tables(dialect)) await session.query(statement)
  const [known] = await session.query(sql`SELECT 1 AS found FROM interphase_project WHERE project = ${value(project)}`)
  if (known) return
  // Another project's newer engine may have made these tables otherwise.
  const [newest] = await session.query<{ format: string | number | null }>(sql`SELECT max(format) AS format FROM interphase_project`)
  if (Number(newest?.format ?? 0) > FORMAT) throw new InterphaseError('ledger.newer', { found: Number(newest?.format), knows: FORMAT })
  await session.query(
    sql`INSERT INTO interphase_project (project, format, epoch, table_groups) VALUES (${value(project)}, ${value(FORMAT)}, 0, '')`,
  )
}

/** Begins a new epoch for this connection: from here on every other writer's rows are refused. */
export async function beginEpoch(session: Session, clock: Clock, writer: Writer): Promise<bigint> {
  const { project, by } = writer
  await session.query(
    sql`UPDATE interphase_project SET epoch = epoch + 1, backend = ${value(session.backend)}, held_by = ${value(by)}, held_since = ${value(clock.now().toISOString())} WHERE project = ${value(project)}`,
  )
  const [row] = await session.query<{ epoch: string | number }>(sql`SELECT epoch FROM interphase_project WHERE project = ${value(project)}`)
  if (!row) throw new InterphaseError('internal', { problem: `the row of ${project} in interphase_project is gone` })
  return BigInt(row.epoch)
}
