import type { KeyRangeWalker, RowWalkKey, RowWalkKeyRange } from '../../dialect/ranges.ts'
import { InterphaseError } from '../../error.ts'
import type { SchemaState } from '../../schema/state.ts'
import type { BatchedScriptBody } from '../body.ts'
import type { StatementRunner } from '../statement-runner.ts'
import type { MigrationWork } from '../work.ts'

/** A data step in batches, and the key by which its rows are divided into batches. */
export interface BatchWalk {
  readonly work: MigrationWork
  readonly body: BatchedScriptBody
  readonly key: RowWalkKey
  readonly ranges: KeyRangeWalker
}

/**
 * Chooses the key for the batches from the schema in which the data step begins. `resumedBy` are the columns of the key that an
 * earlier run used. Undefined for a migration without batches. Throws `batch.key`.
 */
export function chooseBatchWalk(
  work: MigrationWork,
  state: SchemaState,
  ranges: KeyRangeWalker,
  resumedBy?: readonly string[],
): BatchWalk | undefined {
  const { body, migration } = work
  if (body.kind !== 'batches') return undefined
  const { table, by, line } = body.declared
  const key = ranges.keyOf(state, table, resumedBy ?? by)
  if ('problem' in key) {
    throw new InterphaseError('batch.key', { file: migration.file, line, table, problem: key.problem, instead: key.remedy })
  }
  if (key.isPlace && !work.pending) throw new InterphaseError('batch.key', { file: migration.file, line, table, ...MISSES_ROWS })
  return { work, body, key, ranges }
}

// The error for a data step that needs a pending query. The engine repeats a data step in batches until its pending query counts no
// row.
const MISSES_ROWS = {
  problem: 'a row gets another place whenever it is written, so the step misses rows that the application writes meanwhile',
  instead: 'Give the step a pending query: the engine then repeats the step until no row is left.',
}

/** Executes every statement of the data step for the rows of a range, in the open transaction. Returns the number of rows written. */
export async function performNextBatch(runner: Pick<StatementRunner, 'session'>, walk: BatchWalk, range: RowWalkKeyRange): Promise<number> {
  const { body, key, ranges, work } = walk
  let affected = 0
  for (const { parts, line } of body.statements) {
    const { text, values } = ranges.limit(parts, key, range, body.declared.alias)
    affected += (await runner.session.execute(text, { file: work.migration.file, line }, values)).affected
  }
  return affected
}
