import type { CatalogReading } from '../dialect/dialect.ts'
import { tablesKnownAtStart } from '../effect/known-tables.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'
import { countPendingRows } from '../gate/pending.ts'
import type { Migration } from '../release/migration.ts'
import type { SchemaState } from '../schema/state.ts'
import type { ExecutionTrace, ObservedMigration } from '../state/trace.ts'
import { formatKeysOfRemainingRows } from '../work/batches/left-rows.ts'
import { chooseKeyOfBatchedDataStep } from '../work/batches/walk.ts'
import { isBatchedWorkBody } from '../work/body.ts'
import { throwIfRunMustStop } from '../work/stop.ts'
import { type MigrationWork, prepareMigrationWork } from '../work/work.ts'
import { proveBatchesOnShadow } from './batched.ts'
import { performAndCommitAllBatchesButLast } from './between-batches.ts'
import { executeAndObserveMigration, type ShadowExecutionContext } from './watch.ts'

/**
 * Executes migrations in order on a shadow. Returns the trace, which contains the facts that the observer found. After a failed
 * migration, the trace ends with the failure. The function throws any other error, such as a lost connection.
 */
export async function executeMigrationsOnShadow(
  bare: Omit<ShadowExecutionContext, 'pricing'>,
  order: readonly Migration[],
  start: CatalogReading,
  priced = false,
): Promise<ExecutionTrace & { readonly reading: CatalogReading }> {
  const executor: ShadowExecutionContext = priced ? { ...bare, pricing: { known: tablesKnownAtStart(start.state), last: undefined } } : bare
  const entries: ObservedMigration[] = []
  let reading: CatalogReading = { ...start, identities: new Map(start.identities) }
  for (const migration of order) {
    throwIfRunMustStop(executor.signal, migration.id)
    try {
      const work = await prepareMigrationWork(migration, executor.dialect, executor.load, {
        before: await stateBefore(executor, migration, reading),
      })
      const batches = await proveInBatches(executor, work, reading)
      await performAndCommitAllBatchesButLast(executor, work, reading)
      const done = await executeAndObserveMigration(executor, work, reading)
      entries.push({ ...done.seen, ...(batches !== undefined && { batches }) })
      reading = done.after
      await checkPending(executor, work, reading.state)
    } catch (error) {
      if (!isErrorCausedByMigration(error)) throw error
      return { entries, reading, end: reading.state, failed: { migration, problem: errorMessageOf(error), error } }
    }
  }
  return { entries, reading, end: reading.state }
}

/**
 * Returns true if the error means that a migration failed, for example because the server refused its statement. Returns false for
 * any other error, such as a lost connection.
 */
export function isErrorCausedByMigration(error: unknown): error is InterphaseError {
  if (!(error instanceof InterphaseError)) return false
  return (
    error.code === 'statement.failed' ||
    error.code === 'statement.timeout' ||
    error.code === 'statement.lock-timeout' ||
    error.code === 'database.privilege' ||
    error.code === 'migration.threw' ||
    error.code === 'pending.left' ||
    error.code === 'record.failed'
  )
}

/**
 * Returns the schema before a migration. During a replay of a recorded release, the function reads the schema from the database
 * only before a declared data step, because the engine derives the statements of such a data step from the schema.
 */
async function stateBefore(
  { session, dialect, load, replays }: ShadowExecutionContext,
  migration: Migration,
  reading: CatalogReading,
): Promise<SchemaState> {
  const needsReading = replays && migration.body.kind === 'function' && (await load(migration)).declared !== undefined
  return needsReading ? (await dialect.catalog.read(session, 'whole')).state : reading.state
}

/**
 * Proves that a data step can run in batches. Returns the number of batches of one row, or undefined if the migration does not
 * run in batches.
 */
async function proveInBatches(executor: ShadowExecutionContext, work: MigrationWork, reading: CatalogReading): Promise<number | undefined> {
  if (!isBatchedWorkBody(work.body) || executor.replays) return undefined
  if (executor.pricing) executor.pricing.last = undefined
  return proveBatchesOnShadow(executor, work, reading)
}

async function checkPending(executor: ShadowExecutionContext, work: MigrationWork, before: SchemaState): Promise<void> {
  if (!work.pending) return
  if (executor.pricing) executor.pricing.last = undefined
  const rows = await countPendingRows(executor.session, executor.dialect.files, work.pending)
  if (rows === 0n) return
  const walk = chooseKeyOfBatchedDataStep(work, before, executor.dialect.ranges)
  const keys = walk ? await formatKeysOfRemainingRows(executor.session, walk, executor.dialect) : []
  throw new InterphaseError('pending.left', { migration: work.migration.id, rows: String(rows), ...(keys.length > 0 && { keys }) })
}
