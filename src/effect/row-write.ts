import { tableGroup } from '../schema/object.ts'
import { combineReads, type ReadColumns } from '../schema/reads.ts'

/** Rows that a statement writes, besides its changes of the schema. */
export interface RowWrite {
  /** The table, or `ANY_TABLE` if it is unknown. */
  readonly table: string
  /** The written columns. Absent if whole rows are written. */
  readonly columns?: readonly string[]
  /** Present if existing values are changed or lost: a phrase that names the cause. */
  readonly rewrites?: string
}

/** A write, with the step of the migration that does it, counted from 0. */
export interface StepWrite extends RowWrite {
  readonly step: number
}

/** The table of a write whose table is unknown, for example in a routine, or in a text that a variable holds. */
export const ANY_TABLE = '*'

/**
 * The reads of statements that also write these rows. The defaults, generated columns and constraints of a written table take part
 * in every write, so that the whole table counts as read. Undefined if the reads, or a written table, are unknown.
 */
export function readsWithWrites(reads: ReadColumns | undefined, writes: readonly RowWrite[]): ReadColumns | undefined {
  if (writes.some(({ table }) => table === ANY_TABLE)) return undefined
  return combineReads([reads, new Map(writes.map(({ table }) => [tableGroup(table), 'whole']))])
}

/** True if the write changes or loses existing values. */
export function isRewrite<W extends RowWrite>(write: W): write is W & { readonly rewrites: string } {
  return write.rewrites !== undefined
}

/** One line for each rewritten column, or one for the table: `column t.b: its values are rewritten by left(b, 1)`. */
export function rewriteLines({ table, columns, rewrites }: RowWrite & { readonly rewrites: string }): readonly string[] {
  return columns === undefined ? [`table ${table}: ${rewrites}`] : columns.map((column) => `column ${table}.${column}: ${rewrites}`)
}
