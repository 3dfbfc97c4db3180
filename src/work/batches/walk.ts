import type { KeyRangeWalker, RowWalkKey, RowWalkKeyRange, RowWithKey } from '../../dialect/ranges.ts'
import type { SchemaState } from '../../schema/state.ts'
import { type BatchedBody, isBatchedBody } from '../body.ts'
import { makeStatementApproval } from '../border.ts'
import type { StatementRunner } from '../statement-runner.ts'
import type { MigrationWork } from '../work.ts'
import { type BatchCodeChecks, performBatchCode } from './code.ts'
import { makeBatchKeyError } from './key-error.ts'

/** A data step in batches, and the key by which its rows are divided into batches. */
export interface BatchWalk {
  readonly work: MigrationWork
  readonly body: BatchedBody
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
  if (!isBatchedBody(body)) return undefined
  const key = ranges.keyOf(state, body.declared.table, resumedBy ?? body.declared.by)
  if ('problem' in key) throw makeBatchKeyError(migration, body.declared, key)
  if (key.isPlace && !work.pending) throw makeBatchKeyError(migration, body.declared, MISSES_ROWS)
  return { work, body, key, ranges }
}

// The error for a data step that needs a pending query. The engine repeats a data step in batches until its pending query counts no
// row.
const MISSES_ROWS = {
  problem: 'a row gets another place whenever it is written, so the step misses rows that the application writes meanwhile',
  remedy: 'Give the step a pending query: the engine then repeats the step until no row is left.',
}

/** Executes the data step for the rows of a range or for one row, in the open transaction. Returns the number of rows written. */
export async function performNextBatch(runner: StatementRunner, walk: BatchWalk, range: RowWalkKeyRange | RowWithKey): Promise<number> {
  const { body, key, ranges, work } = walk
  if (body.kind === 'batch-code') {
    const limited = ranges.limit(body.reading.parts, key, range, body.declared.alias)
    return performBatchCode(runner, work, body, limited, checksOf(runner, work))
  }
  let affected = 0
  for (const { parts, line } of body.statements) {
    const { text, values } = ranges.limit(parts, key, range, body.declared.alias)
    affected += (await runner.session.execute(text, { file: work.migration.file, line }, values)).affected
  }
  return affected
}

/** Executes the data step for all rows at once, in the open transaction. */
export async function performAsOnePiece(runner: StatementRunner, { body, work }: BatchWalk): Promise<void> {
  if (body.kind === 'batch-code') {
    await performBatchCode(runner, work, body, { text: body.reading.text, values: [] }, checksOf(runner, work))
    return
  }
  for (const { text, line } of body.statements) await runner.session.execute(text, { file: work.migration.file, line })
}

/** The statements of a batch are not reported, because a data step can send millions of them. */
function checksOf(runner: StatementRunner, work: MigrationWork): BatchCodeChecks {
  return { approve: makeStatementApproval(runner, work), onStatement: () => undefined }
}
