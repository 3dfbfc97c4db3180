import { tableGroupKey } from '../schema/object.ts'
import { combineReadColumns, type ReadColumnsByTable } from '../schema/reads.ts'

/** The rows that a statement writes. Changes of the schema are not included. */
export interface RowWrite {
  /** The table that is written, or `UNKNOWN_TABLE` if the table is unknown. */
  readonly table: string
  /** The written columns. Absent if whole rows are written. */
  readonly columns?: readonly string[]
  /** A phrase that names the cause why existing values are changed or lost. Absent if all existing values are kept. */
  readonly rewrites?: string
}

/** The rows that one step of a migration writes. Steps are counted from 0. */
export interface RowWriteOfStep extends RowWrite {
  readonly step: number
}

/** The name that stands for a written table which is unknown, for example in a routine, or in a SQL text in a variable. */
export const UNKNOWN_TABLE = '*'

/**
 * Adds the written tables to the columns that statements read. Defaults, generated columns and constraints take part in every write,
 * so a written table counts as read. Undefined if the reads, or a written table, are unknown.
 */
export function addWrittenTablesToReads(
  reads: ReadColumnsByTable | undefined,
  writes: readonly RowWrite[],
): ReadColumnsByTable | undefined {
  if (writes.some(({ table }) => table === UNKNOWN_TABLE)) return undefined
  return combineReadColumns([reads, new Map(writes.map(({ table }) => [tableGroupKey(table), 'whole']))])
}

/** True if the write changes or loses existing values. */
export function isRewriteOfValues<W extends RowWrite>(write: W): write is W & { readonly rewrites: string } {
  return write.rewrites !== undefined
}

/** Makes one line for each rewritten column, or one for the table: `column t.b: its values are rewritten by left(b, 1)`. */
export function formatRewrites({ table, columns, rewrites }: RowWrite & { readonly rewrites: string }): readonly string[] {
  return columns === undefined ? [`table ${table}: ${rewrites}`] : columns.map((column) => `column ${table}.${column}: ${rewrites}`)
}
