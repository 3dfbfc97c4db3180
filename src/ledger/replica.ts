import type { DatabaseSession } from '../dialect/dialect.ts'
import { sql, sqlValue } from '../dialect/sql.ts'
import { InterphaseError } from '../error.ts'
import { WorkCursorShape } from '../plan/cursor.ts'
import { parseJsonText, parseValueWithZodSchema } from '../shape.ts'
import { readSharedDataStepCursorAndRanges } from './ranges.ts'

/**
 * Returns the number of batches of a running data step in the ledger of a replica. Returns undefined if the ledger of the replica
 * does not contain the data step as running.
 */
export async function readBatchCountOnReplica(session: DatabaseSession, project: string, id: string): Promise<number | undefined> {
  const [row] = await session.query<{ readonly run_cursor: string | null }>(
    sql`SELECT run_cursor FROM interphase_migration WHERE project = ${sqlValue(project)} AND id = ${sqlValue(id)} AND run_state = 'running'`,
  )
  if (typeof row?.run_cursor !== 'string') return undefined
  const refuse = (problem: string) => new InterphaseError('ledger.unreadable', { what: `the cursor of ${id} on a replica`, problem })
  const cursor = parseValueWithZodSchema(WorkCursorShape, parseJsonText(row.run_cursor, refuse), refuse)
  if (cursor.kind !== 'batch') return undefined
  return (cursor.shared ? (await readSharedDataStepCursorAndRanges(session, project, id))?.cursor.batches : undefined) ?? cursor.batches
}
