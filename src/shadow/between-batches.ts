import type { CatalogReading } from '../dialect/dialect.ts'
import type { RowWalkKeyValue } from '../dialect/ranges.ts'
import { type BatchedDataStepWithKey, chooseKeyOfBatchedDataStep, performBatch } from '../work/batches/walk.ts'
import type { StatementExecutionContext } from '../work/statement-execution-context.ts'
import type { MigrationWork } from '../work/work.ts'
import { makeStatementExecutionContextForShadow, type ShadowExecutionContext } from './watch.ts'

// The number of batches of a data step between which the probes run. More batches would produce more states, but no other kind of
// state.
const BATCHES = 4

/**
 * Executes and commits all batches of a data step except the last batch, and calls `committed` after each batch. The caller then
 * executes the data step in one piece, which changes the remaining rows. The function does nothing if the executor has no function
 * `committed`.
 */
export async function performAndCommitAllBatchesButLast(
  executor: ShadowExecutionContext,
  work: MigrationWork,
  before: CatalogReading,
): Promise<void> {
  const { committed, session } = executor
  const walk = committed && chooseKeyOfBatchedDataStep(work, before.state, executor.dialect.ranges)
  if (!walk) return
  const runner = makeStatementExecutionContextForShadow(executor)
  const ends = await endsOfBatches(executor, walk)
  for (const [index, upTo] of ends.slice(0, -1).entries()) {
    const after = ends[index - 1]
    await performAlone(runner, () => performBatch(runner, walk, { ...(after && { after }), upTo }))
    await committed(work.migration, { unit: 'batch', number: index + 1, of: ends.length })
  }
  await session.reset()
}

async function performAlone({ session }: StatementExecutionContext, perform: () => Promise<unknown>): Promise<void> {
  await session.begin()
  try {
    await perform()
    await session.commit()
  } catch (error) {
    if (!session.lost.aborted) await session.rollback()
    throw error
  }
}

/** Divides the rows of the table into batches of about the same size. Returns the last key of each batch. */
async function endsOfBatches(
  { session }: ShadowExecutionContext,
  { key, ranges }: BatchedDataStepWithKey,
): Promise<readonly RowWalkKeyValue[]> {
  const upTo = await ranges.last(session, key)
  if (!upTo) return []
  const rows: RowWalkKeyValue[] = []
  for (let after: RowWalkKeyValue | undefined; JSON.stringify(after) !== JSON.stringify(upTo); ) {
    after = await ranges.endOf(session, key, { ...(after && { after }), upTo }, 1)
    rows.push(after)
  }
  const size = Math.ceil(rows.length / BATCHES)
  return rows.filter((_, index) => (index + 1) % size === 0 || index === rows.length - 1)
}
