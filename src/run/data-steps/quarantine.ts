import { InterphaseError, isError } from '../../error.ts'
import {
  countQuarantine,
  createQuarantineTableIfMissing,
  formatQuarantinedKey,
  putBelowLimit,
  type QuarantinedRow,
  readQuarantine,
} from '../../ledger/quarantine.ts'
import type { LedgerWriter } from '../../ledger/write.ts'
import type { BatchWalk } from '../../work/batches/walk.ts'
import { isLockContentionError } from '../../work/retry.ts'
import type { ConnectedProject } from '../connected-project.ts'

/** The quarantine of a project, for the rows that fail alone while a data step runs in batches. */
export interface QuarantineWriter {
  /** Creates the table of the ledger. Must be called before the first batch, outside a transaction. */
  readonly prepare: () => Promise<void>
  readonly list: () => Promise<readonly QuarantinedRow[]>
  /** The number of rows of each migration in quarantine. */
  readonly count: () => Promise<ReadonlyMap<string, number>>
  /**
   * Adds a row, unless the quarantine of its data step has `limit` other rows. Returns the number of rows with this one, or undefined if
   * there is no place. The caller must open a transaction.
   */
  readonly put: (row: QuarantinedRow, limit: number) => Promise<number | undefined>
  /** The number of rows that a data step may put into quarantine, if its file does not say so. */
  readonly limit: number
}

export function makeQuarantineWriter(
  { session, dialect, config }: Pick<ConnectedProject, 'session' | 'dialect' | 'config'>,
  ledger: LedgerWriter,
  limit: number,
): QuarantineWriter {
  return {
    prepare: () => createQuarantineTableIfMissing(session, dialect),
    list: () => readQuarantine(session, dialect, config.project),
    count: () => countQuarantine(session, dialect, config.project),
    put: (row, limit) => putBelowLimit(session, ledger, config.project, row, limit),
    limit,
  }
}

/** The largest number of rows that the data step may put into quarantine: the number of its file, or that of the policy. */
export function quarantineLimitOf({ body: { declared } }: BatchWalk, { limit }: QuarantineWriter): number {
  return declared.quarantine ?? limit
}

/** Describes a row that failed alone. Only its key and the error are kept, because other values can be confidential. */
export function describeFailedRow(
  { work, key: { table, columns } }: BatchWalk,
  key: readonly string[],
  error: InterphaseError,
  at: Date,
): QuarantinedRow {
  const problem = isError(error, 'statement.failed') ? error.facts.message : error.message
  return { migration: work.migration.id, table, by: columns.map(({ name }) => name), key, problem, at: at.toISOString() }
}

/** The error for a row that ends the data step: quarantine is off, or full. */
export function makeFailedRowError(
  { work: { migration } }: BatchWalk,
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

// Matches the SQLSTATE codes of errors of syntax, names and privileges, which do not depend on the rows.
const NOT_OF_ROWS = /^42/

/** True for an error that can depend on the rows, so that a batch of fewer rows can succeed. */
export function isErrorOfRows(error: unknown): error is InterphaseError {
  if (isLockContentionError(error) || isError(error, 'statement.timeout')) return true
  // Code can fail at one row, and a batch of this row alone names it.
  if (isError(error, 'migration.threw')) return true
  return isError(error, 'statement.failed') && !NOT_OF_ROWS.test(error.facts.sqlState)
}
