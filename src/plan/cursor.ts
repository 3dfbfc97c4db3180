import * as z from 'zod'
import { jsonWithSortedKeys } from '../schema/canonical.ts'

const StatementCursorShape = z.object({
  kind: z.literal('statement'),
  /** The number of the statement that runs next, counted from 0. All statements before it are done. */
  next: z.int().nonnegative(),
  /** The number of statements. */
  of: z.int().nonnegative(),
  /** True when the statement `next` was sent to the server. */
  sent: z.boolean(),
  /** True when the statement `next` is a function that ended with an error after it had sent statements. It did not send all of them. */
  failed: z.literal(true).optional(),
})

const KeyShape = z.array(z.string()).readonly()

const BatchCursorShape = z.object({
  kind: z.literal('batch'),
  /** The columns of the key by which the rows are divided into batches. */
  by: KeyShape,
  /** The key up to which all rows are done. Absent before the first batch. */
  after: KeyShape.optional(),
  /** The greatest key of the table when the data step began. The last batch ends there. Absent if the table was empty. */
  upTo: KeyShape.optional(),
  /** The number of batches that are done. */
  batches: z.int().nonnegative(),
  /** The number of rows that are done. Rows that the last batch lacked are not counted. */
  rows: z.int().nonnegative(),
  /** About how many rows the table had when the data step began. Absent if the server had no statistics. */
  of: z.int().nonnegative().optional(),
  /** The largest number of rows of the next batch. */
  size: z.int().positive(),
  /** The time of the last batch in UTC, in ISO 8601 form. */
  at: z.string(),
  /** True if workers share the step. The table interphase_range then has the progress of each range. */
  shared: z.literal(true).optional(),
  /**
   * The progress of the verification after the last batch: the key up to which no row is left, the key at which the verification ends, and
   * the number of rows. Absent before the verification.
   */
  verified: z.object({ after: KeyShape.optional(), upTo: KeyShape, rows: z.int().nonnegative() }).optional(),
  /** The reason why the data step waits before the next batch, and the time since then. Absent while the step works. */
  waiting: z.object({ because: z.string(), since: z.string() }).optional(),
})

/**
 * The progress of a unit of work. Another kind of work adds its own kind of cursor here. The ledger stores a cursor as JSON, so a new
 * kind needs no new column.
 */
export const WorkCursorShape = z.discriminatedUnion('kind', [StatementCursorShape, BatchCursorShape])
export type WorkCursor = Readonly<z.output<typeof WorkCursorShape>>
export type StatementCursor = Readonly<z.output<typeof StatementCursorShape>>
export type BatchWalkCursor = Readonly<z.output<typeof BatchCursorShape>>

/** Makes the cursor before the statement `next`, which was not sent yet. */
export function cursorBeforeStatement(next: number, of: number): StatementCursor {
  return { kind: 'statement', next, of, sent: false }
}

/** Makes the cursor for the moment at which the statement `next` is sent to the server. */
export function cursorAtSentStatement(next: number, of: number): StatementCursor {
  return { kind: 'statement', next, of, sent: true }
}

/** Makes the cursor after the function `next` ended with an error, and some of its statements may be committed. */
export function cursorAfterFailedFunction(next: number, of: number): StatementCursor {
  return { ...cursorAtSentStatement(next, of), failed: true }
}

/** True when all batches of a data step are done. */
export function isBatchWalkComplete({ after, upTo }: BatchWalkCursor): boolean {
  return upTo === undefined || JSON.stringify(after) === JSON.stringify(upTo)
}

/** Formats a cursor for people: `statement 2 of 5`, or `batch 13, after 12,000 of about 50,000 rows`. */
export function formatCursor(cursor: WorkCursor): string {
  if (cursor.kind === 'statement') return `statement ${cursor.next + 1} of ${cursor.of}`
  if (cursor.verified) return `the verification, after ${cursor.verified.rows.toLocaleString('en')} rows`
  const of = cursor.of === undefined ? '' : ` of about ${cursor.of.toLocaleString('en')}`
  return `batch ${cursor.batches + 1}, after ${cursor.rows.toLocaleString('en')}${of} rows`
}

/** The cursor as the text that the ledger stores. */
export function serializeCursor(cursor: WorkCursor): string {
  return jsonWithSortedKeys(cursor)
}
