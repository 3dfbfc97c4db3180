import { InterphaseError, isError } from '../../error.ts'
import {
  countQuarantinedRowsByMigration,
  createQuarantineTableIfMissing,
  formatQuarantinedKey,
  putIntoQuarantineBelowLimit,
  type QuarantinedRow,
  readQuarantinedRows,
} from '../../ledger/quarantine.ts'
import type { LedgerWriter } from '../../ledger/write.ts'
import type { BatchedDataStepWithKey } from '../../work/batches/walk.ts'
import { isLockContentionError } from '../../work/retry.ts'
import type { ConnectedProject } from '../connected-project.ts'

/**
 * Reads and writes the quarantine of a project. The quarantine is the ledger table with the rows that failed in a batch of their
 * own.
 */
export interface QuarantineStore {
  /**
   * Creates the ledger table of the quarantine if the table is missing. The caller calls `prepare` before the first batch,
   * outside a transaction.
   */
  readonly prepare: () => Promise<void>
  readonly list: () => Promise<readonly QuarantinedRow[]>
  /** Returns the number of rows in quarantine, which are rows that a data step could not write, for each data step. */
  readonly count: () => Promise<ReadonlyMap<string, number>>
  /**
   * Adds a row to the quarantine in the open transaction, unless the quarantine of the data step already has `limit` other rows.
   * Returns the number of rows of the data step in quarantine, or undefined if the row was not added.
   */
  readonly put: (row: QuarantinedRow, limit: number) => Promise<number | undefined>
  /**
   * The number of rows that a data step may put into quarantine if its file declares no number. The policy contains this number.
   */
  readonly limit: number
}

export function makeQuarantineStore(
  { session, dialect, config }: Pick<ConnectedProject, 'session' | 'dialect' | 'config'>,
  ledger: LedgerWriter,
  limit: number,
): QuarantineStore {
  return {
    prepare: () => createQuarantineTableIfMissing(session, dialect),
    list: () => readQuarantinedRows(session, dialect, config.project),
    count: () => countQuarantinedRowsByMigration(session, dialect, config.project),
    put: (row, limit) => putIntoQuarantineBelowLimit(session, ledger, config.project, row, limit),
    limit,
  }
}

/**
 * Returns the number of rows that a data step may put into quarantine. If the file of the data step declares no number, the
 * result is the number of the policy.
 */
export function quarantineLimitOf({ body: { declared } }: BatchedDataStepWithKey, { limit }: QuarantineStore): number {
  return declared.quarantine ?? limit
}

/**
 * Makes the entry of the quarantine for a row that failed in a batch of its own. The entry contains only the key of the row and
 * the error, because other values can be confidential.
 */
export function makeQuarantinedRow(
  { work, key: { table, columns } }: BatchedDataStepWithKey,
  key: readonly string[],
  error: InterphaseError,
  at: Date,
): QuarantinedRow {
  const problem = isError(error, 'statement.failed') ? error.facts.message : error.message
  return { migration: work.migration.id, table, by: columns.map(({ name }) => name), key, problem, at: at.toISOString() }
}

/**
 * Makes the error for a failed row that ends the data step: `batch.row` if the data step may put no row into quarantine, and
 * otherwise `batch.quarantine-full`.
 */
export function makeFailedRowError(
  { work: { migration } }: BatchedDataStepWithKey,
  row: QuarantinedRow,
  limit: number,
  cause: InterphaseError,
): InterphaseError {
  const { table, problem: message } = row
  const facts = { migration: migration.id, file: migration.file, table, key: formatQuarantinedKey(row), message }
  return limit === 0
    ? new InterphaseError('batch.row', facts, { cause })
    : new InterphaseError('batch.quarantine-full', { ...facts, limit }, { cause })
}

// Matches the SQLSTATE codes of errors of syntax, names and privileges. These errors do not depend on the rows.
const NOT_OF_ROWS = /^42/

/** Returns true if an error can depend on the rows of a batch, so that a batch with fewer rows can succeed. */
export function canErrorDependOnRows(error: unknown): error is InterphaseError {
  if (isLockContentionError(error) || isError(error, 'statement.timeout')) return true
  // The author's code can fail because of one row. The engine halves the failed batches until one batch contains only this row.
  if (isError(error, 'migration.threw')) return true
  return isError(error, 'statement.failed') && !NOT_OF_ROWS.test(error.facts.sqlState)
}
