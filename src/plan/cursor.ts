import * as z from 'zod'
import { jsonWithSortedKeys } from '../schema/canonical.ts'

const StatementCursorShape = z.object({
  kind: z.literal('statement'),
  /** The number of the next statement of the migration, counted from 0. All earlier statements are done. */
  next: z.int().nonnegative(),
  /** The number of statements of the migration. */
  of: z.int().nonnegative(),
  /**
   * True if the run sent the statement `next` to the server, or was about to send it when the run stored the cursor (the
   * progress).
   */
  sent: z.boolean(),
  /** True if the statement `next` is a function that ended with an error after it sent some of its statements. */
  failed: z.literal(true).optional(),
})

const KeyShape = z.array(z.string()).readonly()

const BatchCursorShape = z.object({
  kind: z.literal('batch'),
  /** The names of the key columns by which the rows are divided into batches. */
  by: KeyShape,
  /** The key up to which the data step has processed all rows. The field is absent before the first batch. */
  after: KeyShape.optional(),
  /**
   * The greatest key of the table when the data step began. The last batch ends at this key. The field is absent if the table was
   * empty.
   */
  upTo: KeyShape.optional(),
  /** The number of batches that the data step has committed. */
  batches: z.int().nonnegative(),
  /**
   * The number of rows that the data step has processed. The last batch adds only its written rows, because counting all its rows
   * would take too long.
   */
  rows: z.int().nonnegative(),
  /**
   * The approximate number of rows of the table when the data step began. The field is absent if the server had no statistics, or
   * if the statistics showed no rows.
   */
  of: z.int().nonnegative().optional(),
  /** The largest number of rows that the next batch may have. */
  size: z.int().positive(),
  /**
   * The number of rows that the session processed per second until the last batch. The field is absent before the first batch,
   * and in cursors of earlier versions.
   */
  rate: z.int().nonnegative().optional(),
  /** The time of the last batch in UTC, in ISO 8601 form. */
  at: z.string(),
  /**
   * True if several workers share the data step. In this case, the table interphase_range contains the progress of each range.
   */
  shared: z.literal(true).optional(),
  /**
   * The progress of the verification after the last batch of a data step. The rows up to the key `after` are verified, and the
   * verification ends at the key `upTo`. `rows` is the number of verified rows. The field is absent before the verification.
   */
  verified: z.object({ after: KeyShape.optional(), upTo: KeyShape, rows: z.int().nonnegative() }).optional(),
  /**
   * The reason why the data step waits before the next batch, and the start time of the wait. The field is absent if the data
   * step does not wait.
   */
  waiting: z.object({ because: z.string(), since: z.string() }).optional(),
})

/**
 * The progress of a migration or an undo that has begun: the number of the next statement, or the last key of the processed rows.
 * The ledger stores a cursor as JSON, so a new kind of cursor needs no new column.
 */
export const WorkCursorShape = z.discriminatedUnion('kind', [StatementCursorShape, BatchCursorShape])
export type WorkCursor = Readonly<z.output<typeof WorkCursorShape>>
export type StatementCursor = Readonly<z.output<typeof StatementCursorShape>>
export type BatchWalkCursor = Readonly<z.output<typeof BatchCursorShape>>

/** Makes the cursor, which stores the progress of a migration, before the run sends statement `next`. */
export function makeCursorBeforeStatement(next: number, of: number): StatementCursor {
  return { kind: 'statement', next, of, sent: false }
}

/**
 * Makes the cursor, which stores the progress of a migration, for statement `next`. The run sends the statement right after it
 * has stored the cursor.
 */
export function makeCursorAtSentStatement(next: number, of: number): StatementCursor {
  return { kind: 'statement', next, of, sent: true }
}

/**
 * Makes the cursor (the progress of a migration) after the function with the number `next` ended with an error. The server has
 * possibly committed some statements of the function.
 */
export function makeCursorAfterFailedFunction(next: number, of: number): StatementCursor {
  return { ...makeCursorAtSentStatement(next, of), failed: true }
}

/** Returns true if all batches of a data step are done. This is also the case if the table was empty when the data step began. */
export function isBatchWalkComplete({ after, upTo }: BatchWalkCursor): boolean {
  return upTo === undefined || JSON.stringify(after) === JSON.stringify(upTo)
}

/**
 * Returns the estimated time in milliseconds until the end of a data step that has processed `rows` of about `of` rows. Returns
 * undefined if the number of rows of the table is unknown, or if the data step processes no rows.
 */
export function estimateTimeLeftMs(rows: number, of: number | undefined, rate: number): number | undefined {
  return of === undefined || rate === 0 ? undefined : Math.round((1000 * Math.max(0, of - rows)) / rate)
}

/**
 * Returns the progress in a cursor as text for messages, such as `statement 2 of 5`, `batch 13, after 12,000 of about 50,000
 * rows` or `the verification, after 12,000 rows`.
 */
export function formatWorkCursor(cursor: WorkCursor): string {
  if (cursor.kind === 'statement') return `statement ${cursor.next + 1} of ${cursor.of}`
  if (cursor.verified) return `the verification, after ${cursor.verified.rows.toLocaleString('en')} rows`
  const of = cursor.of === undefined ? '' : ` of about ${cursor.of.toLocaleString('en')}`
  return `batch ${cursor.batches + 1}, after ${cursor.rows.toLocaleString('en')}${of} rows`
}

/** Returns the JSON text of a cursor (the progress of a migration) for the ledger. */
export function serializeWorkCursor(cursor: WorkCursor): string {
  return jsonWithSortedKeys(cursor)
}
