import * as z from 'zod'
import { jsonWithSortedKeys } from '../schema/canonical.ts'

/**
 * How far a unit of work has come. Another kind of work adds its kind of cursor here. The ledger stores a cursor as JSON, so a new
 * kind needs no new column.
 */
export const CursorShape = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('statement'),
    /** The statements before this one, counted from 0, are done. */
    next: z.int().nonnegative(),
    /** The number of statements. */
    of: z.int().nonnegative(),
    /** The statement `next` was handed to the server. */
    sent: z.boolean(),
  }),
])
export type Cursor = Readonly<z.output<typeof CursorShape>>

/** Before the statement `next`, which was not sent. */
export function beforeStatement(next: number, of: number): Cursor {
  return { kind: 'statement', next, of, sent: false }
}

/** The statement `next` is handed to the server. */
export function sendingStatement(next: number, of: number): Cursor {
  return { kind: 'statement', next, of, sent: true }
}

/** `statement 2 of 5`, for people. */
export function cursorText({ next, of }: Cursor): string {
  return `statement ${next + 1} of ${of}`
}

/** The text that the ledger stores. */
export function storedCursor(cursor: Cursor): string {
  return jsonWithSortedKeys(cursor)
}
