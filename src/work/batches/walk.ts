import type { KeyRangeWalker, RowWalkKey, RowWalkKeyRange, RowWithKey } from '../../dialect/ranges.ts'
import type { SchemaState } from '../../schema/state.ts'
import { type BatchedWorkBody, isBatchedWorkBody } from '../body.ts'
import { makeStatementCheckBeforeSending } from '../border.ts'
import type { StatementExecutionContext } from '../statement-execution-context.ts'
import type { MigrationWork } from '../work.ts'
import { type BatchCodeChecks, performBatchCode } from './code.ts'
import { makeBatchKeyError } from './key-error.ts'

/** A data step that runs in batches, and the key that divides the rows of its table into batches. */
export interface BatchedDataStepWithKey {
  readonly work: MigrationWork
  readonly body: BatchedWorkBody
  readonly key: RowWalkKey
  readonly ranges: KeyRangeWalker
}

/**
 * Returns a data step with the key that divides its rows into batches. The function chooses the key from `state`, the schema in
 * which the data step begins. If an earlier run was interrupted, `resumedBy` contains the key columns of this run, and the function
 * uses these columns. Returns undefined for a migration that does not run in batches. Throws `batch.key` if no key can divide the
 * rows of the table.
 */
export function chooseKeyOfBatchedDataStep(
  work: MigrationWork,
  state: SchemaState,
  ranges: KeyRangeWalker,
  resumedBy?: readonly string[],
): BatchedDataStepWithKey | undefined {
  const { body, migration } = work
  if (!isBatchedWorkBody(body)) return undefined
  const key = ranges.keyOf(state, body.declared.table, resumedBy ?? body.declared.by)
  if ('problem' in key) throw makeBatchKeyError(migration, body.declared, key)
  if (key.isPlace && !work.pending) throw makeBatchKeyError(migration, body.declared, MISSES_ROWS)
  return { work, body, key, ranges }
}

// The problem and the remedy for a data step that divides rows by their physical position in the table and has no pending query. A
// row can get another position during the data step. The data step would then miss the row, and no pending query would count it.
const MISSES_ROWS = {
  problem: 'a row gets another place whenever it is written, so the step misses rows that the application writes meanwhile',
  remedy: 'Give the step a pending query: the engine then repeats the step until no row is left.',
}

/**
 * Executes the statements of a data step for the rows of a range or for one row, in the open transaction. Returns the written
 * rows.
 */
export async function performBatch(
  runner: StatementExecutionContext,
  walk: BatchedDataStepWithKey,
  range: RowWalkKeyRange | RowWithKey,
): Promise<number> {
  const statements = await performBatchStatements(runner, walk, range)
  return statements.reduce((sum, { written }) => sum + written, 0)
}

/** The rows of a batch that one statement wrote, or that all statements of a function wrote. */
export interface RowsOfBatchStatement {
  readonly written: number
  /** The number of rows that the statement found and locked: the written rows, and the rows of an UPDATE that stayed the same. */
  readonly found: number
}

/** Executes one batch in the open transaction. Returns one element for each statement of a SQL file, or one for a function. */
export async function performBatchStatements(
  runner: StatementExecutionContext,
  walk: BatchedDataStepWithKey,
  range: RowWalkKeyRange | RowWithKey,
): Promise<readonly RowsOfBatchStatement[]> {
  const { body, key, ranges, work } = walk
  if (body.kind === 'batch-code') {
    const limited = ranges.limit(body.reading.parts, key, range, body.declared.alias)
    const written = await performBatchCode(runner, work, body, limited, checksOf(runner, work))
    return [{ written, found: written }]
  }
  const statements: RowsOfBatchStatement[] = []
  for (const { parts, line } of body.statements) {
    const { text, values } = ranges.limit(parts, key, range, body.declared.alias)
    const { affected, matched } = await runner.session.execute(text, { file: work.migration.file, line }, values)
    statements.push({ written: affected, found: matched ?? affected })
  }
  return statements
}

/** Executes the data step for all rows of the table at once, in the open transaction. */
export async function performDataStepAsOnePiece(runner: StatementExecutionContext, { body, work }: BatchedDataStepWithKey): Promise<void> {
  if (body.kind === 'batch-code') {
    await performBatchCode(runner, work, body, { text: body.reading.text, values: [] }, checksOf(runner, work))
    return
  }
  for (const { text, line } of body.statements) await runner.session.execute(text, { file: work.migration.file, line })
}

/**
 * Returns the functions that the engine calls for each statement of a batch. The functions emit no event for a statement, because
 * a data step can send millions of statements.
 */
function checksOf(runner: StatementExecutionContext, work: MigrationWork): BatchCodeChecks {
  return { approve: makeStatementCheckBeforeSending(runner, work), onStatement: () => undefined }
}
