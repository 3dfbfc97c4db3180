import type { Reading } from '../dialect/dialect.ts'
import { knownTables } from '../effect/known-tables.ts'
import { InterphaseError, messageOf } from '../error.ts'
import { pendingRows } from '../gate/pending.ts'
import type { Migration } from '../release/migration.ts'
import { objectsOf } from '../schema/state.ts'
import type { ObservedMigration, TableRows, Trace } from '../state/trace.ts'
import { stopIfAsked } from '../work/stop.ts'
import { prepare, type Work } from '../work/work.ts'
import { executeObserved, type ShadowExecutor } from './watch.ts'

/**
 * Executes migrations in order on a shadow and records the effects of each. After a migration fails, the trace ends with that failure.
 * An error of the shadow itself is thrown.
 */
export async function executeMigrations(
  bare: Omit<ShadowExecutor, 'pricing'>,
  order: readonly Migration[],
  start: Reading,
  priced = false,
): Promise<Trace & { readonly reading: Reading }> {
  const executor: ShadowExecutor = priced ? { ...bare, pricing: { known: knownTables(start.state), last: undefined } } : bare
  const entries: ObservedMigration[] = []
  let reading: Reading = { ...start, identities: new Map(start.identities) }
  for (const migration of order) {
    stopIfAsked(executor.signal, migration.id)
    try {
      const work = await prepare(migration, executor.dialect.files, executor.load)
      const done = await executeObserved(executor, work, reading)
      entries.push(done.seen)
      reading = done.after
      await checkPending(executor, work)
    } catch (error) {
      if (!isMigrationError(error)) throw error
      return { entries, reading, end: reading.state, rows: [], failed: { migration, problem: messageOf(error), error } }
    }
  }
  return { entries, reading, end: reading.state, rows: [] }
}

/** True when the migration itself causes the error, and false when the shadow causes it. */
export function isMigrationError(error: unknown): error is InterphaseError {
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

async function checkPending(executor: ShadowExecutor, work: Work): Promise<void> {
  if (!work.pending) return
  if (executor.pricing) executor.pricing.last = undefined
  const rows = await pendingRows(executor.session, executor.dialect.files, work.pending)
  if (rows > 0n) throw new InterphaseError('pending.left', { migration: work.migration.id, rows: String(rows) })
}

/** Reads the rows of every table, so that the results of two orders can be compared. */
export async function allRows(executor: ShadowExecutor, reading: Reading): Promise<readonly TableRows[]> {
  const found: TableRows[] = []
  for (const object of objectsOf(reading.state)) {
    if (object.kind !== 'table') continue
    const columns = [...object.columns].sort()
    found.push({ table: object.name, columns, rows: await executor.dialect.catalog.rows(executor.session, object, columns) })
  }
  return found
}
